"""How many chat replies of a workspace are written at once, in all processes: numbered slots.

`CHATS#<workspace>` in the Idempotency table has an attribute for each slot, `slot_<number>`: the milliseconds of Unix
time until which it is held, and who holds it. A slot whose process ended before it was freed is free from that time on.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from fourfold.aws import INSUFFICIENT_STORAGE
from fourfold.ids import new_operation_id
from fourfold.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_ATTEMPTS: Final = 8
_FORGOTTEN_AFTER_S: Final = 3600


class ChatSlot(NamedTuple):
    """A slot and the value by which its holder is known."""

    number: int
    holder: str


class ChatSlots:
    """The slots of every workspace. Exact: never more holders than slots."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        """`clock` returns seconds of Unix time."""
        self._table = Table(client, table)
        self._clock = clock

    def take(self, workspace_id: str, limit: int, seconds: float) -> ChatSlot | None:
        """Takes one of `limit` (1 or more) slots for at most `seconds`; None if all are held.

        It costs one write while most slots are free. If a local server cannot store the change, a slot is granted: the
        reply itself will then be refused.
        """
        free = list(range(limit))
        try:
            for _ in range(_ATTEMPTS):
                slot = ChatSlot(random.choice(free), self._holder(seconds))  # noqa: S311 - spreads, keeps no secret
                if self._take(workspace_id, slot):
                    return slot
                held = self._held(workspace_id)
                free = [number for number in range(limit) if number not in held]
                if not free:
                    return None
        except ClientError as error:
            if error.response["Error"]["Code"] != INSUFFICIENT_STORAGE:
                raise
            return ChatSlot(0, "")
        return None  # others were faster at each attempt

    def free(self, workspace_id: str, slot: ChatSlot) -> None:
        """Frees a slot, unless it has expired and somebody else holds it."""
        self._table.update(
            _key(workspace_id),
            "REMOVE #slot",
            "#slot = :holder",
            names={"#slot": _attribute(slot.number)},
            values={":holder": {"S": slot.holder}},
        )

    def _take(self, workspace_id: str, slot: ChatSlot) -> bool:
        taken = self._table.update(
            _key(workspace_id),
            "SET #slot = :holder, expiration = :expiration",
            "attribute_not_exists(#slot) OR #slot < :now",
            names={"#slot": _attribute(slot.number)},
            values={
                ":holder": {"S": slot.holder},
                ":now": {"S": _time(self._clock())},
                ":expiration": {"N": str(int(self._clock()) + _FORGOTTEN_AFTER_S)},
            },
        )
        return taken is not None

    def _held(self, workspace_id: str) -> set[int]:
        item, now = self._table.get(_key(workspace_id)) or {}, _time(self._clock())
        return {
            int(name.removeprefix("slot_"))
            for name, value in item.items()
            if name.startswith("slot_") and value["S"] >= now
        }

    def _holder(self, seconds: float) -> str:
        return f"{_time(self._clock() + seconds)}#{new_operation_id()}"


def _time(seconds: float) -> str:
    """Milliseconds in 13 digits, so that texts are in the order of times."""
    return f"{int(seconds * 1000):013}"


def _attribute(number: int) -> str:
    return f"slot_{number}"


def _key(workspace_id: str) -> dict[str, Any]:
    return {"id": {"S": f"CHATS#{workspace_id}"}}
