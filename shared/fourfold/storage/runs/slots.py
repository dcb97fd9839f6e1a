"""How many personas a workspace may have in generation at once: numbered slots.

pk slots_pk   sk `<4 digits>`   the run that holds the slot

A run takes a free slot in the transaction that stores it, so there are never more runs than slots, whichever process
starts them. A slot is not returned by its run: when all are taken, those whose run has ended by its own record are
freed. A run that dies keeps no slot longer than it is `running`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from fourfold.pipeline.submit import WorkspaceFullError
from fourfold.storage.partitions import slots_pk
from fourfold.storage.runs.records import RunRecords
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, MAX_WRITES, Write, delete, put, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class GenerationSlots:
    """The slots of every workspace."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._runs = RunRecords(self._table)

    def take(self, workspace_id: str, run_id: str, limit: int) -> Write:
        """A transaction's write that takes one of `limit` slots; its condition fails if another run was faster.

        Raises:
            WorkspaceFullError: every slot is held by a run in progress.
        """
        held = self.held(workspace_id)
        if len(held) >= limit:
            self._free(workspace_id, held)
            held = self.held(workspace_id)
            if len(held) >= limit:
                raise WorkspaceFullError(limit, frozenset(held.values()))
        free = [number for number in range(limit) if number not in held]
        number = random.choice(free)  # noqa: S311 - spreads runs, keeps no secret
        return put(self._table.name, {**_slot_key(workspace_id, number), "run_id": {"S": run_id}}, ABSENT)

    def held(self, workspace_id: str) -> dict[int, str]:
        """Slot number -> its run, strongly consistent."""
        return {int(item["sk"]["S"]): item["run_id"]["S"] for item in self._table.query(slots_pk(workspace_id))}

    def _free(self, workspace_id: str, held: dict[int, str]) -> None:
        """Frees the slots whose run has ended or is gone, unless another run has taken them since."""
        running = self._runs.running(workspace_id, sorted(held.values()))
        ended = [(number, run_id) for number, run_id in sorted(held.items()) if run_id not in running]
        for first in range(0, len(ended), MAX_WRITES):
            deletions = [
                delete(
                    self._table.name,
                    _slot_key(workspace_id, number),
                    "run_id = :run",
                    values={":run": {"S": run_id}},
                )
                for number, run_id in ended[first : first + MAX_WRITES]
            ]
            # A condition that does not hold: another process frees the same slots.
            transact(self._client, {"slots": deletions})


def _slot_key(workspace_id: str, number: int) -> Item:
    return key(slots_pk(workspace_id), f"{number:04}")
