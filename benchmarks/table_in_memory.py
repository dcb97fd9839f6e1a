"""A DynamoDB table in memory behind a real boto3 client: what is left of a request's CPU is the client's own.

An emulator parses, copies and filters every item it returns, which costs more than the code that asks. Here an item is
kept as the JSON in which DynamoDB answers, and boto3 parses it as it does on AWS. It knows GetItem, BatchGetItem and
Query; writes succeed and are forgotten.
"""

from __future__ import annotations

import base64
import json
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, cast

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from tests.dynamo_meter import size_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_PAGE: Final = 1024 * 1024
_UNIT: Final = 4096


class _Body(BytesIO):
    def stream(self, amount: int | None = None, **_: object) -> Iterator[bytes]:
        del amount
        yield self.read()


class TableInMemory:
    """One table. `requests` counts what was asked, `read_units` what DynamoDB bills for consistent reads."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.read_units = 0
        self._items: dict[str, dict[str, tuple[str, int]]] = {}
        self._order: dict[str, list[str]] = {}

    def add(self, item: dict[str, Any], text: str | None = None) -> None:
        """Keeps an item; `text` is its JSON, if it is known."""
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        self._items.setdefault(pk, {})[sk] = (wire(item) if text is None else text, size_of(item))

    def client(self) -> DynamoDBClient:
        """A client that is answered from here."""
        self._order = {pk: sorted(items) for pk, items in self._items.items()}
        made = boto3.client("dynamodb", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")  # noqa: S106
        answer: Any = self._answer  # the stubs do not know that a handler may answer
        made.meta.events.register("before-send.dynamodb", answer)
        return made

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        self.requests[operation] += 1
        asked = json.loads(cast("bytes", request.body))
        match operation:
            case "GetItem":
                found = self._read(asked["Key"])
                body = "{}" if found is None else f'{{"Item":{found}}}'
            case "BatchGetItem":
                ((table, keys),) = asked["RequestItems"].items()
                read = (self._read(key) for key in keys["Keys"])
                body = f'{{"Responses":{{"{table}":[{",".join(each for each in read if each is not None)}]}}}}'
            case "Query":
                body = self._query(asked)
            case _:
                body = "{}"
        headers = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
        return AWSResponse(request.url, 200, headers, _Body(body.encode()))

    def _read(self, key: dict[str, Any]) -> str | None:
        found = self._items.get(key["pk"]["S"], {}).get(key["sk"]["S"])
        self.read_units += 1 if found is None else math.ceil(found[1] / _UNIT)
        return None if found is None else found[0]

    def _query(self, asked: dict[str, Any]) -> str:
        values = asked["ExpressionAttributeValues"]
        pk, prefix = values[":pk"]["S"], values.get(":prefix", {"S": ""})["S"]
        order, after = self._order.get(pk, []), asked.get("ExclusiveStartKey")
        place = bisect_left(order, prefix if after is None else after["sk"]["S"] + "\0")
        texts, taken = [], 0
        while place < len(order) and order[place].startswith(prefix) and taken < _PAGE:
            text, size = self._items[pk][order[place]]
            texts.append(text)
            taken += size
            place += 1
        self.read_units += max(1, math.ceil(taken / _UNIT))
        more = place < len(order) and order[place].startswith(prefix)
        last = json.dumps({"pk": {"S": pk}, "sk": {"S": order[place - 1]}})
        rest = f',"LastEvaluatedKey":{last}' if more else ""
        return f'{{"Count":{len(texts)},"Items":[{",".join(texts)}]{rest}}}'


def wire(item: dict[str, Any]) -> str:
    """An item as DynamoDB answers it."""
    return json.dumps(item, default=lambda value: base64.b64encode(value).decode())
