"""How many replies of a workspace are open at once, in all processes: numbered slots.

`CHATS#<workspace>` and `STREAMS#<workspace>` in the Idempotency table have an attribute for each slot, `slot_<number>`:
the milliseconds of Unix time until which it is held, and who holds it. A slot whose process ended before it was freed
is free from that time on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from botocore.exceptions import ClientError

from fourfold.aws import INSUFFICIENT_STORAGE
from fourfold.ids import new_operation_id
from fourfold.storage.numbered_slots import take_free
from fourfold.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_FORGOTTEN_AFTER_S: Final = 3600


ReplyKind = Literal["CHATS", "STREAMS"]


class ReplySlot(NamedTuple):
    """A slot and the value by which its holder is known."""

    number: int
    holder: str


class ReplySlots:
    """The slots of every workspace for one kind of reply. Exact: never more holders than slots."""

    def __init__(self, client: DynamoDBClient, table: str, kind: ReplyKind, clock: Callable[[], float]) -> None:
        """`clock` returns seconds of Unix time."""
        self._table = Table(client, table)
        self._kind = kind
        self._clock = clock

    def take(self, workspace_id: str, limit: int, seconds: float) -> ReplySlot | None:
        """Takes one of `limit` (1 or more) slots for at most `seconds`; None if all are held.

        It costs one write while most slots are free. If a local server cannot store the change, a slot is granted: the
        reply itself will then be refused.
        """

        def take(number: int) -> ReplySlot | None:
            slot = ReplySlot(number, self._holder(seconds))
            return slot if self._take(workspace_id, slot) else None

        try:
            return take_free(limit, take, lambda: self._held(workspace_id))
        except ClientError as error:
            if error.response["Error"]["Code"] != INSUFFICIENT_STORAGE:
                raise
            return ReplySlot(0, "")

    def free(self, workspace_id: str, slot: ReplySlot) -> None:
        """Frees a slot, unless it has expired and another reply holds it."""
        self._table.update(
            self._key(workspace_id),
            "REMOVE #slot",
            "#slot = :holder",
            names={"#slot": _attribute(slot.number)},
            values={":holder": {"S": slot.holder}},
        )

    def _take(self, workspace_id: str, slot: ReplySlot) -> bool:
        taken = self._table.update(
            self._key(workspace_id),
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
        item, now = self._table.get(self._key(workspace_id)) or {}, _time(self._clock())
        return {
            int(name.removeprefix("slot_"))
            for name, value in item.items()
            if name.startswith("slot_") and value["S"] >= now
        }

    def _key(self, workspace_id: str) -> dict[str, Any]:
        return {"id": {"S": f"{self._kind}#{workspace_id}"}}

    def _holder(self, seconds: float) -> str:
        return f"{_time(self._clock() + seconds)}#{new_operation_id()}"


def _time(seconds: float) -> str:
    """Milliseconds in 13 digits, so that texts are in the order of times."""
    return f"{int(seconds * 1000):013}"


def _attribute(number: int) -> str:
    return f"slot_{number}"
