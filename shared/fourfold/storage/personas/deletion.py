"""Deleting a persona and all it owns, so that an interruption loses nothing and leaves nothing behind.

One transaction deletes the persona itself, stores its event and leaves a mark (`DELETED` in the persona's partition).
The rest is deleted after that, the entry in the workspace's list and the mark last: by the entry the deletion of the
workspace finds the persona, and while the mark exists, the next request to delete the persona continues.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona
from fourfold.storage.layout import require_converted
from fourfold.storage.months import ALL_PERSONAS, ALL_RUNS, entry_key
from fourfold.storage.outbox import BusEntry, outbox_puts
from fourfold.storage.partitions import persona_pk, run_pk
from fourfold.storage.personas.session_deletion import DynamoSessionDeletion
from fourfold.storage.personas.store import child_key, persona_key, slug_key
from fourfold.storage.runs.records import POINTER
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import delete, put, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MARK = "DELETED"


class DynamoDeletion:
    """Implements `fourfold.personas.deletion.DeletionStore`."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str, sessions: DynamoSessionDeletion) -> None:
        self._client = client
        self._sessions = sessions
        self._table = Table(client, table)
        self._outbox = outbox

    def begin(self, stored: StoredPersona, entry: BusEntry) -> None:
        """Deletes the persona and its slug, marks the rest, and stores the event, or nothing.

        Raises:
            ConcurrentChangeError: the persona is no longer as it was read.
        """
        persona, table = stored.persona, self._table.name
        writes = [
            delete(
                table,
                persona_key(persona.workspace_id, persona.id),
                "doc = :held",
                values={":held": {"S": stored.doc}},
            ),
            put(table, mark_key(persona.workspace_id, persona.id)),
            *outbox_puts(self._outbox, [entry]),
        ]
        if persona.parent_id is not None:
            writes.append(delete(table, child_key(persona.workspace_id, persona.parent_id, persona.id)))
        if persona.slug is not None:
            writes.append(delete(table, slug_key(persona.workspace_id, persona.slug)))
        if transact(self._client, {"persona": writes}):
            raise ConcurrentChangeError

    def runs(self, workspace_id: str, persona_id: str) -> frozenset[str] | None:
        """The runs of a persona whose deletion has begun; None if none has.

        Raises:
            OutdatedStoreError: it began in an earlier version.
        """
        if self._table.get(mark_key(workspace_id, persona_id)) is None:
            require_converted(self._table, workspace_id, f"DELETED#{persona_id}")
            return None
        pointers = self._keys(persona_pk(workspace_id, persona_id), POINTER)
        return frozenset(pointer["sk"]["S"].removeprefix(POINTER) for pointer in pointers)

    def remove_run(self, workspace_id: str, persona_id: str, run_id: str) -> None:
        """Deletes a run's items and its entry in the list, then the pointer to it."""
        self._table.delete_many(self._keys(run_pk(workspace_id, run_id)))
        self._table.delete_many(entry_key(workspace_id, listed, run_id) for listed in ALL_RUNS)
        self._table.delete(key(persona_pk(workspace_id, persona_id), f"{POINTER}{run_id}"))

    def finish(self, workspace_id: str, persona_id: str) -> None:
        """Deletes the sessions and whatever else the persona owned, then the entry in the list, then the mark."""
        self._sessions.delete_all(workspace_id, persona_id)
        owned = self._keys(persona_pk(workspace_id, persona_id))
        self._table.delete_many(each for each in owned if each["sk"]["S"] != MARK)
        self._table.delete_many(entry_key(workspace_id, listed, persona_id) for listed in ALL_PERSONAS)
        self._table.delete(mark_key(workspace_id, persona_id))

    def _keys(self, pk: str, prefix: str = "") -> Iterator[Item]:
        return self._table.query(pk, prefix, fields="pk, sk")


def mark_key(workspace_id: str, persona_id: str) -> Item:
    """The key of the mark that a persona's deletion has begun."""
    return key(persona_pk(workspace_id, persona_id), MARK)
