"""Chat sessions.

pk session_pk    sk `<persona>#SESSION`          the header: its count of turns, its drift
                 sk `<persona>#TURN#<5 digits>`  an exchange
pk sessions_pk   sk `<when it began>#<session>`  the entry in the persona's list of sessions, written once
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from fourfold.persona import PersonaGoneError
from fourfold.storage.outbox import BusEntry, entry_item, outbox_puts
from fourfold.storage.partitions import session_pk, sessions_pk
from fourfold.storage.personas.store import persona_exists
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, Write, put, transact
from fourfold.voice.sessions import ChatExchange, PersonaRef, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# A transaction takes a hundred writes.
_MOST_ENTRIES = 90


class DynamoSessions:
    """Implements `fourfold.voice.sessions.SessionStore`."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._outbox = Table(client, outbox)

    def session(self, owner: PersonaRef, session_id: str) -> Session | None:
        """The session, strongly consistent, or None."""
        item = self._table.get(header_key(owner.workspace_id, owner.persona_id, session_id))
        return None if item is None else Session.model_validate_json(item["doc"]["S"])

    def exchanges(self, owner: PersonaRef, session_id: str, last: int) -> Sequence[ChatExchange]:
        """The session's last exchanges, at most `last`, the oldest first."""
        if last == 0:
            return ()
        pk, prefix = session_pk(owner.workspace_id, session_id), turn_prefix(owner.persona_id)
        items = islice(self._table.query(pk, prefix, newest_first=True, page=last), last)
        return [ChatExchange.model_validate_json(item["doc"]["S"]) for item in items][::-1]

    def advance(
        self, owner: PersonaRef, session: Session, exchanges: Sequence[ChatExchange], entries: Sequence[BusEntry]
    ) -> bool:
        """Stores a session's next step with its new exchanges, and hands `entries` to the bus, or nothing of it.

        Raises:
            PersonaGoneError: the persona was deleted.
        """
        begins = session.steps == 1
        groups = {
            "persona": [persona_exists(self._table.name, owner.workspace_id, owner.persona_id)] if begins else [],
            "session": [self._header(owner, session), *([self._entry(owner, session)] if begins else [])],
            "turns": self._turns(owner, session, exchanges),
            "events": outbox_puts(self._outbox.name, entries[:_MOST_ENTRIES]),
        }
        failed = transact(self._client, groups)
        # A deletion takes the header of a session before its turns: a missing one is a deleted persona.
        if "persona" in failed or (failed and not begins and self.session(owner, session.session_id) is None):
            raise PersonaGoneError(owner.persona_id)
        return not failed

    def publish(self, entries: Sequence[BusEntry]) -> None:
        """Hands to the bus entries that belong to no session."""
        for entry in entries:
            self._outbox.put(entry_item(entry))

    def _header(self, owner: PersonaRef, session: Session) -> Write:
        item = {
            **header_key(owner.workspace_id, owner.persona_id, session.session_id),
            "steps": {"N": str(session.steps)},
            "doc": {"S": session.model_dump_json()},
        }
        if session.steps == 1:
            return put(self._table.name, item, ABSENT)
        before: dict[str, Any] = {":before": {"N": str(session.steps - 1)}}
        return put(self._table.name, item, "steps = :before", values=before)

    def _entry(self, owner: PersonaRef, session: Session) -> Write:
        pk = sessions_pk(owner.workspace_id, owner.persona_id)
        return put(self._table.name, session_entry(pk, session.session_id, session.updated_at))

    def _turns(self, owner: PersonaRef, session: Session, exchanges: Sequence[ChatExchange]) -> list[Write]:
        pk, prefix = session_pk(owner.workspace_id, session.session_id), turn_prefix(owner.persona_id)
        first = session.turns - len(exchanges) + 1
        return [
            put(self._table.name, {**key(pk, f"{prefix}{number:05d}"), "doc": {"S": exchange.model_dump_json()}})
            for number, exchange in enumerate(exchanges, start=first)
        ]


def session_entry(pk: str, session_id: str, began: datetime) -> Item:
    """The entry of a session in a persona's list (`pk`), which is in order of when they began."""
    moment = began.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {**key(pk, f"{moment}#{session_id}"), "session_id": {"S": session_id}}


def header_key(workspace_id: str, persona_id: str, session_id: str) -> Item:
    """The key of a session's header."""
    return key(session_pk(workspace_id, session_id), f"{persona_id}#SESSION")


def turn_prefix(persona_id: str) -> str:
    """What the sort keys of a session's turns begin with."""
    return f"{persona_id}#TURN#"
