"""Windows of the rate limit, an item for each key in the Idempotency table (`RATE#<key id>`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.aws import INSUFFICIENT_STORAGE
from fourfold.rate_limit import WINDOW_S, Reservation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_ROUNDS = 5
_FORGOTTEN_AFTER_S = 3600


class DynamoRateWindows:
    """Implements `fourfold.rate_limit.WindowStore`: one conditional write uses an open window or opens the next."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        """`clock` answers in seconds since the epoch."""
        self._client = client
        self._table = table
        self._clock = clock

    def reserve(self, key_id: str, count: int, limit: int) -> Reservation:
        """Takes up to `count` (1 or more) of the `limit` requests of the key's window, atomically.

        If a local server cannot store the window, the requests are granted for a second: reads do not fail with writes.
        """
        try:
            return self._reserve(key_id, count, limit)
        except ClientError as error:
            if error.response["Error"]["Code"] != INSUFFICIENT_STORAGE:
                raise
            return Reservation(count, count, self._clock() + 1)

    def _reserve(self, key_id: str, count: int, limit: int) -> Reservation:
        for _ in range(_ROUNDS):
            now_ms = int(self._clock() * 1000)
            taken = self._take(key_id, count, limit, now_ms)
            if taken is not None:
                return taken
            used, closes_ms = self._standing(key_id)
            if closes_ms <= now_ms:
                if self._open(key_id, count, now_ms):
                    return Reservation(count, count, now_ms / 1000 + WINDOW_S)
            elif used >= limit:
                return Reservation(0, used, closes_ms / 1000)
            else:
                count = min(count, limit - used)
        return Reservation(0, limit, self._clock() + 1)  # others were quicker each time: come back in a second

    def _take(self, key_id: str, count: int, limit: int, now_ms: int) -> Reservation | None:
        try:
            reply = self._client.update_item(
                TableName=self._table,
                Key=_key(key_id),
                UpdateExpression="SET #used = #used + :count",
                ConditionExpression="#closes > :now AND #used <= :room",
                ExpressionAttributeNames={"#used": "used", "#closes": "closes_ms"},
                ExpressionAttributeValues={":count": _n(count), ":now": _n(now_ms), ":room": _n(limit - count)},
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if not _by_condition(error):
                raise
            return None
        window = reply["Attributes"]
        return Reservation(count, int(window["used"]["N"]), int(window["closes_ms"]["N"]) / 1000)

    def _open(self, key_id: str, count: int, now_ms: int) -> bool:
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    **_key(key_id),
                    "used": _n(count),
                    "closes_ms": _n(now_ms + WINDOW_S * 1000),
                    "expiration": _n(now_ms // 1000 + _FORGOTTEN_AFTER_S),
                },
                ConditionExpression="attribute_not_exists(id) OR #closes <= :now",
                ExpressionAttributeNames={"#closes": "closes_ms"},
                ExpressionAttributeValues={":now": _n(now_ms)},
            )
        except ClientError as error:
            if not _by_condition(error):
                raise
            return False
        return True

    def _standing(self, key_id: str) -> tuple[int, int]:
        reply = self._client.get_item(TableName=self._table, Key=_key(key_id), ConsistentRead=True)
        item = reply.get("Item")
        return (0, 0) if item is None else (int(item["used"]["N"]), int(item["closes_ms"]["N"]))


def _by_condition(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def _key(key_id: str) -> dict[str, Any]:
    return {"id": {"S": f"RATE#{key_id}"}}


def _n(number: int) -> Any:  # noqa: ANN401 - a DynamoDB number
    return {"N": str(number)}
