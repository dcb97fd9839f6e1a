"""How many WebSocket connections a workspace has at once: numbered slots in the Connections table.

    pk `WS#<ws>#SLOTS`   sk `SLOT#<number>`   the connection that holds it, and until when

Each slot is an item, so that taking one costs one write, however many there are. API Gateway reports most ends of
connections, but not all: the slot of one that vanished is free when the longest life of a connection is over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fourfold.storage.numbered_slots import take_free
from fourfold.storage.table import Item, Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class ConnectionSlots:
    """The slots of every workspace. Exact: never more connections than slots."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        """`clock` returns seconds of Unix time."""
        self._table = Table(client, table)
        self._clock = clock

    def take(self, workspace_id: str, connection_id: str, limit: int, seconds: float) -> int | None:
        """Takes one of `limit` (1 or more) slots for at most `seconds`; None if all are held."""

        def take(number: int) -> int | None:
            return number if self._take(workspace_id, number, connection_id, seconds) else None

        return take_free(limit, take, lambda: self._held(workspace_id))

    def free(self, workspace_id: str, number: int, connection_id: str) -> None:
        """Frees a slot, unless it has expired and another connection holds it."""
        holder = {":connection": {"S": connection_id}}
        self._table.delete(_key(workspace_id, number), "connection_id = :connection", values=holder)

    def _take(self, workspace_id: str, number: int, connection_id: str, seconds: float) -> bool:
        now = int(self._clock())
        return self._table.put(
            {
                **_key(workspace_id, number),
                "connection_id": {"S": connection_id},
                "expires_at": {"N": str(now + int(seconds))},
            },
            "attribute_not_exists(pk) OR expires_at < :now",
            values={":now": {"N": str(now)}},
        )

    def _held(self, workspace_id: str) -> set[int]:
        now = int(self._clock())
        items = self._table.query(_pk(workspace_id), fields="sk, expires_at")
        return {int(item["sk"]["S"].partition("#")[2]) for item in items if int(item["expires_at"]["N"]) >= now}


def _pk(workspace_id: str) -> str:
    return f"WS#{workspace_id}#SLOTS"


def _key(workspace_id: str, number: int) -> Item:
    return key(_pk(workspace_id), f"SLOT#{number}")
