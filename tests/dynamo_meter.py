"""Counts the DynamoDB requests of a client, the items they touch and the units DynamoDB bills for them.

Units are computed here from the stored items, since emulators answer with made-up ones: a write costs a unit for each
started KB of the larger of the item before and after, a consistent read one for each started 4 KB, both twice in a
transaction (Amazon DynamoDB Developer Guide, "Read and write operations").
"""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_WRITE_UNIT, _READ_UNIT = 1024, 4096
_MAX_NUMBER_BYTES = 21
_WRITES = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}
_SINGLE_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_BATCH_WRITES = {"PutRequest": "Put", "DeleteRequest": "Delete"}
_IDENTIFIERS = (
    (re.compile(r"(per|run|evl|ses|whk|evt|dlv|req|op|key|cfs)_[0-9a-z_]+"), r"<\1>"),
    (re.compile(r"#ws_[0-9a-z_]+"), "#<ws>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"#\d{4}-\d{2}$"), "#<month>"),
    (re.compile(r"(ENDPOINT#<whk>|#USAGE)#\d+$"), r"\1#<shard>"),
)


@dataclass(frozen=True)
class Access:
    """One item, or one range of items, that a request touched. `size` is in bytes."""

    operation: str
    table: str
    key: str
    written: bool
    units: float
    size: int


@dataclass
class Usage:
    """What some requests came to."""

    requests: Counter[str] = field(default_factory=Counter)
    accesses: list[Access] = field(default_factory=list)

    @property
    def read_units(self) -> float:
        return sum(access.units for access in self.accesses if not access.written)

    @property
    def write_units(self) -> float:
        return sum(access.units for access in self.accesses if access.written)

    def writes(self, table: str | None = None) -> int:
        """Items written, deleted ones included; condition checks are none."""
        return sum(
            access.written and access.operation != "ConditionCheck" and table in {None, access.table}
            for access in self.accesses
        )

    def writes_by_key(self) -> Counter[tuple[str, str]]:
        """Writes and condition checks by table and partition key."""
        return Counter((access.table, access.key) for access in self.accesses if access.written)

    def writes_by_shape(self) -> dict[str, int]:
        """Writes by table and partition key, with identifiers replaced by their kind."""
        found: Counter[str] = Counter()
        for (table, key), count in self.writes_by_key().items():
            found[f"{table} {shape(key)}"] += count
        return dict(sorted(found.items()))


class DynamoMeter:
    """Counts what `client` asks for from now on; `shadow`, another client of the same tables, is not counted."""

    def __init__(self, client: DynamoDBClient, shadow: DynamoDBClient) -> None:
        self._shadow = shadow
        self._usage = Usage()
        self._lock = threading.Lock()
        self._under_way = threading.local()
        events = client.meta.events
        events.register_first("provide-client-params.dynamodb.*", self._before)
        events.register_last("after-call.dynamodb.*", self._after)
        self._events = events

    def close(self) -> None:
        """Counts nothing further."""
        self._events.unregister("provide-client-params.dynamodb.*", self._before)
        self._events.unregister("after-call.dynamodb.*", self._after)

    @contextmanager
    def during(self) -> Iterator[Usage]:
        """What is asked for within the context."""
        with self._lock:
            self._usage = usage = Usage()
        yield usage
        with self._lock:
            self._usage = Usage()

    def _before(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self._under_way.params = params
        self._under_way.earlier = {
            (table, _text(key)): self._size(table, key) for _, table, key in _written(model.name, params)
        }

    def _after(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        params, earlier = self._under_way.params, self._under_way.earlier
        if parsed["ResponseMetadata"]["HTTPStatusCode"] >= 400:  # a condition that failed is billed as a write
            accesses = [
                _write(kind, table, key, earlier[table, _text(key)], 1)
                for kind, table, key in _written(model.name, params)
            ]
        else:
            accesses = [*self._writes(model.name, params, earlier), *self._reads(model.name, params, parsed)]
        with self._lock:
            self._usage.requests[model.name] += 1
            self._usage.accesses += accesses

    def _writes(self, operation: str, params: dict[str, Any], earlier: Mapping[Any, int]) -> Iterator[Access]:
        factor = 2 if operation == "TransactWriteItems" else 1
        for kind, table, key in _written(operation, params):
            size = max(earlier[table, _text(key)], self._size(table, key))
            yield _write(kind, table, key, size, factor)

    def _reads(self, operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> Iterator[Access]:
        match operation:
            case "GetItem":
                size = self._size(params["TableName"], params["Key"])
                yield _read(operation, params["TableName"], params["Key"], size, params.get("ConsistentRead", False))
            case "BatchGetItem":
                for table, asked in params["RequestItems"].items():
                    for key in asked["Keys"]:
                        yield _read(operation, table, key, self._size(table, key), asked.get("ConsistentRead", False))
            case "Query" | "Scan":
                yield self._range(operation, params, parsed)

    def _range(self, operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> Access:
        whole = {name: value for name, value in params.items() if name not in _NARROWING}
        if "ExpressionAttributeNames" in params:
            used = f"{params.get('KeyConditionExpression', '')}"
            names = {name: value for name, value in params["ExpressionAttributeNames"].items() if name in used}
            if names:
                whole["ExpressionAttributeNames"] = names
        if "ExpressionAttributeValues" in params:
            used = f"{params.get('KeyConditionExpression', '')}"
            whole["ExpressionAttributeValues"] = {
                name: value for name, value in params["ExpressionAttributeValues"].items() if _mentions(used, name)
            }
        read = parsed.get("ScannedCount", 0)
        items = [] if not read else getattr(self._shadow, operation.lower())(**whole, Limit=read)["Items"]
        size = sum(map(size_of, items))
        key = params.get("ExpressionAttributeValues", {}).get(":pk", {"S": "*"})
        return _read(operation, params["TableName"], {"pk": key}, size, params.get("ConsistentRead", False))

    def _size(self, table: str, key: Mapping[str, Any]) -> int:
        item = self._shadow.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return 0 if item is None else size_of(item)


_NARROWING = {
    "ProjectionExpression",
    "FilterExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "Limit",
    "Select",
}


def size_of(item: Mapping[str, Any]) -> int:
    """The size of a stored item in bytes, as DynamoDB counts it."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def shape(key: str) -> str:
    """A partition key with identifiers replaced by their kind."""
    for pattern, kind in _IDENTIFIERS:
        key = pattern.sub(kind, key)
    return key


def _value(value: Mapping[str, Any]) -> int:  # noqa: PLR0911 - one for each type of DynamoDB
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return min(_MAX_NUMBER_BYTES, (len(content.strip("-0.")) + 1) // 2 + 1)
        case "B":
            return len(content)
        case "L":
            return 3 + sum(1 + _value(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in content.items())
        case "SS" | "NS" | "BS":
            return sum(len(each) for each in content)
        case _:
            return 1


def _written(operation: str, params: Mapping[str, Any]) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """(kind, table, key) of every item a request writes or checks."""
    if operation in _SINGLE_WRITES:
        return [(_SINGLE_WRITES[operation], params["TableName"], _key(params.get("Key") or params["Item"]))]
    if operation == "TransactWriteItems":
        parts = [(kind, part) for entry in params["TransactItems"] for kind, part in entry.items()]
        return [(kind, part["TableName"], _key(part[_WRITES[kind]])) for kind, part in parts]
    if operation == "BatchWriteItem":
        return [
            (_BATCH_WRITES[kind], table, _key(part.get("Key") or part["Item"]))
            for table, requests in params["RequestItems"].items()
            for request in requests
            for kind, part in request.items()
        ]
    return []


def _key(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("pk", "sk", "id") if name in item}


def _text(key: Mapping[str, Any]) -> str:
    return "/".join(next(iter(value.values())) for value in key.values())


def _write(kind: str, table: str, key: Mapping[str, Any], size: int, factor: int) -> Access:
    units = factor * max(1, math.ceil(size / _WRITE_UNIT))
    return Access(kind, table, _partition(key), True, units, size)


def _read(operation: str, table: str, key: Mapping[str, Any], size: int, consistent: bool) -> Access:
    units = max(1, math.ceil(size / _READ_UNIT)) * (1 if consistent else 0.5)
    return Access(operation, table, _partition(key), False, units, size)


def _partition(key: Mapping[str, Any]) -> str:
    return str(next(iter((key.get("pk") or key["id"]).values())))


def _mentions(expression: str, name: str) -> bool:
    return re.search(rf"{re.escape(name)}\b", expression) is not None
