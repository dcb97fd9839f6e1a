"""Windows of the rate limit, an item for each key in the Idempotency table (`RATE#<key id>`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.aws import INSUFFICIENT_STORAGE
from fourfold.rate_limit import WINDOW_S, Reservation
from fourfold.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_ATTEMPTS = 5
_FORGOTTEN_AFTER_S = 3600


class DynamoRateWindows:
    """Implements `fourfold.rate_limit.WindowStore`: one conditional write uses an open window or opens the next."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        """`clock` answers in seconds since the epoch."""
        self._table = Table(client, table)
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
        for _ in range(_ATTEMPTS):
            now_ms = int(self._clock() * 1000)
            taken = self._take(key_id, count, limit, now_ms)
            if taken is not None:
                return taken
            used, closes_ms = self._window(key_id)
            if closes_ms <= now_ms:
                if self._open(key_id, count, now_ms):
                    return Reservation(count, count, (now_ms + WINDOW_S * 1000) / 1000)
            elif used >= limit:
                return Reservation(0, used, closes_ms / 1000)
            else:
                count = min(count, limit - used)
        return Reservation(0, limit, self._clock() + 1)  # others were faster at each attempt: try again in a second

    def _take(self, key_id: str, count: int, limit: int, now_ms: int) -> Reservation | None:
        window = self._table.update(
            _key(key_id),
            "SET #used = #used + :count",
            "#closes > :now AND #used <= :room",
            names={"#used": "used", "#closes": "closes_ms"},
            values={":count": _n(count), ":now": _n(now_ms), ":room": _n(limit - count)},
        )
        if window is None:
            return None
        return Reservation(count, int(window["used"]["N"]), int(window["closes_ms"]["N"]) / 1000)

    def _open(self, key_id: str, count: int, now_ms: int) -> bool:
        window = {
            **_key(key_id),
            "used": _n(count),
            "closes_ms": _n(now_ms + WINDOW_S * 1000),
            "expiration": _n(now_ms // 1000 + _FORGOTTEN_AFTER_S),
        }
        return self._table.put(
            window,
            "attribute_not_exists(id) OR #closes <= :now",
            names={"#closes": "closes_ms"},
            values={":now": _n(now_ms)},
        )

    def _window(self, key_id: str) -> tuple[int, int]:
        """How many requests of the window are used, and when it closes (milliseconds since the epoch)."""
        item = self._table.get(_key(key_id))
        return (0, 0) if item is None else (int(item["used"]["N"]), int(item["closes_ms"]["N"]))


def _key(key_id: str) -> dict[str, Any]:
    return {"id": {"S": f"RATE#{key_id}"}}


def _n(number: int) -> dict[str, str]:
    return {"N": str(number)}
