"""How many personas a workspace may have in generation at once: numbered slots.

pk slots_pk   sk `<4 digits>`   the run that holds the slot

A run takes a free slot in the transaction that stores it, so there are never more runs than slots, whichever process
starts them. A slot is not returned by its run: when all are taken, those whose run has ended by its own record are
freed. A run that dies keeps no slot longer than it is `running`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
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

    def take(self, workspace_id: str, run_ids: Sequence[str], limit: int) -> list[Write]:
        """A transaction's writes that take one of `limit` slots for each run; they fail if another run was faster.

        A run that holds a slot already keeps it.

        Raises:
            WorkspaceFullError: too many slots are held by other runs in progress.
        """
        held = self.held(workspace_id)
        own, free = _split(held, run_ids, limit)
        if len(own) + len(free) < len(run_ids):
            self._free(workspace_id, held)
            held = self.held(workspace_id)
            own, free = _split(held, run_ids, limit)
            if len(own) + len(free) < len(run_ids):
                raise WorkspaceFullError(limit, frozenset(held.values()))
        new = [run_id for run_id in run_ids if run_id not in own]
        numbers = random.sample(free, len(new))  # spreads runs, keeps no secret
        return [
            *(self._write(workspace_id, number, run_id, "run_id = :run") for run_id, number in own.items()),
            *(self._write(workspace_id, number, run_id) for run_id, number in zip(new, numbers, strict=True)),
        ]

    def _write(self, workspace_id: str, number: int, run_id: str, held: str | None = None) -> Write:
        """The write of a slot that is free, or that the run holds."""
        item = {**_slot_key(workspace_id, number), "run_id": {"S": run_id}}
        values = None if held is None else {":run": {"S": run_id}}
        return put(self._table.name, item, held or ABSENT, values=values)

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


def _split(held: Mapping[int, str], run_ids: Sequence[str], limit: int) -> tuple[dict[str, int], list[int]]:
    """The slots that the runs hold, by run, and the free ones."""
    own = {run_id: number for number, run_id in held.items() if run_id in run_ids}
    return own, [number for number in range(limit) if number not in held]


def _slot_key(workspace_id: str, number: int) -> Item:
    return key(slots_pk(workspace_id), f"{number:04}")
