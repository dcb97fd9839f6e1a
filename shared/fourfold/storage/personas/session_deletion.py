"""Erasing a session: its texts, its scores, and the replies stored for its Idempotency-Keys.

The header is replaced by a mark first: from then on the session does not exist for any reader, and no turn is stored
behind the deletion. The mark is deleted last, so an interrupted deletion is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fourfold.storage.outbox import BusEntry, outbox_puts
from fourfold.storage.partitions import session_pk, sessions_pk
from fourfold.storage.personas.sessions import entry_sk, header_key, is_header
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import delete, put, transact
from fourfold.voice.sessions import PersonaRef, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_MARK = "deleted"


class DynamoSessionDeletion:
    """Deletes sessions of the Personas table, and what the Idempotency table holds of them."""

    def __init__(self, client: DynamoDBClient, table: str, idempotency: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._idempotency = Table(client, idempotency)
        self._outbox = outbox

    def begin(self, owner: PersonaRef, session: Session, entries: Sequence[BusEntry]) -> bool:
        """Replaces the header by the mark and hands `entries` to the bus; False if the session has changed since."""
        mark = {**header_key(owner.workspace_id, owner.persona_id, session.session_id), _MARK: {"BOOL": True}}
        if session.started_at is not None:
            mark["entry"] = {"S": entry_sk(session.session_id, session.started_at)}
        values = {":read": {"N": str(session.steps)}}
        writes = [put(self._table.name, mark, "steps = :read", values=values), *outbox_puts(self._outbox, entries)]
        return not transact(self._client, {"session": writes})

    def finish(self, owner: PersonaRef, session_id: str) -> None:
        """Deletes everything else of a session whose deletion has begun, the mark last."""
        header = header_key(owner.workspace_id, owner.persona_id, session_id)
        mark = self._table.get(header)
        self._delete_content(owner, session_id)
        listed = sessions_pk(owner.workspace_id, owner.persona_id)
        if mark is not None and "entry" in mark:
            # Together: with the mark alone, the deletion of the persona would not find the session.
            entry = delete(self._table.name, key(listed, mark["entry"]["S"]))
            transact(self._client, {"session": [entry, delete(self._table.name, header)]})
            return
        # An earlier version, which kept no time of its beginning, stored it.
        for found in list(self._table.query(listed, fields="pk, sk, session_id")):
            if found["session_id"]["S"] == session_id:
                self._table.delete(key(listed, found["sk"]["S"]))
        self._table.delete(header)

    def delete_all(self, workspace_id: str, persona_id: str) -> None:
        """Deletes all sessions of a persona that is deleted itself."""
        owner = PersonaRef(workspace_id, persona_id)
        for entry in list(self._table.query(sessions_pk(workspace_id, persona_id))):
            session_id = entry["session_id"]["S"]
            # Without a header no turn is stored. The entry is last: a repeated deletion finds the session by it.
            self._table.delete(header_key(workspace_id, persona_id, session_id))
            self._delete_content(owner, session_id)
            self._table.delete(key(entry["pk"]["S"], entry["sk"]["S"]))

    def _delete_content(self, owner: PersonaRef, session_id: str) -> None:
        """Deletes turns and scores, after the replies that are stored for their Idempotency-Keys."""
        pk = session_pk(owner.workspace_id, session_id)
        items = list(self._table.query(pk, f"{owner.persona_id}#", fields="pk, sk, idempotency_key"))
        self._idempotency.delete_many(_claims(items))
        content = (key(pk, item["sk"]["S"]) for item in items if not is_header(item))
        self._table.delete_many(content)


def _claims(items: Sequence[Item]) -> Iterator[Item]:
    """The keys of the stored replies, each once: DynamoDB refuses a batch that names one twice."""
    for claimed in dict.fromkeys(item["idempotency_key"]["S"] for item in items if "idempotency_key" in item):
        yield {"id": {"S": claimed}}
