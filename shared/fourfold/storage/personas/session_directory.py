"""Sessions found by their id, the list of a persona's sessions, and a session's exchanges in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from fourfold.storage.outbox import BusEntry, outbox_puts
from fourfold.storage.partitions import session_pk, sessions_pk
from fourfold.storage.personas.sessions import (
    exchange_in,
    header_key,
    header_put,
    is_header,
    session_in,
    turn_key,
    turn_prefix,
)
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import transact
from fourfold.voice.sessions import ChatExchange, PersonaRef, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_AFTER_ALL = "~"  # sorts behind every item of a persona's session


@dataclass(frozen=True)
class FoundSession:
    """A session with its owner; `session` is None if its deletion has begun."""

    owner: PersonaRef
    session_id: str
    session: Session | None


@dataclass(frozen=True)
class SessionPage:
    """A page of a persona's sessions, newest first. `last` is where the next page continues, None at the end."""

    sessions: Sequence[Session]
    last: str | None


class DynamoSessionDirectory:
    """Finds, lists and reads sessions, and changes what their owner may change."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._outbox = outbox

    def find(self, workspace_id: str, session_id: str, persona_id: str | None = None) -> list[FoundSession]:
        """The sessions of this id, at most two: callers may give one id to sessions of several personas.

        With `persona_id`, that of this persona alone.
        """
        if persona_id is not None:
            header = self._table.get(header_key(workspace_id, persona_id, session_id))
            return [] if header is None else [_found(workspace_id, session_id, header)]
        pk = session_pk(workspace_id, session_id)
        found: list[FoundSession] = []
        start: Item | None = None
        while len(found) < 2:  # noqa: PLR2004 - two are too many already
            # The header is the first of a session's items.
            [*items] = islice(self._table.query(pk, start_after=start, page=1), 1)
            if not items:
                break
            if is_header(items[0]):
                found.append(_found(workspace_id, session_id, items[0]))
            start = key(pk, items[0]["sk"]["S"].partition("#")[0] + f"#{_AFTER_ALL}")
        return found

    def page(self, owner: PersonaRef, limit: int, after: str | None = None) -> SessionPage:
        """Up to `limit` sessions of a persona, newest first, those that began before the position `after`.

        A page is shorter where sessions are being deleted.
        """
        pk = sessions_pk(owner.workspace_id, owner.persona_id)
        start = None if after is None else key(pk, after)
        listed = self._table.query(pk, start_after=start, newest_first=True, page=limit + 1)
        entries = list(islice(listed, limit + 1))
        ids = [entry["session_id"]["S"] for entry in entries[:limit]]
        headers = self._table.get_many(header_key(owner.workspace_id, owner.persona_id, each) for each in ids)
        found = {session.session_id: session for session in map(session_in, headers) if session is not None}
        sessions = [found[each] for each in ids if each in found]
        return SessionPage(sessions, entries[limit - 1]["sk"]["S"] if len(entries) > limit else None)

    def exchanges_from(self, owner: PersonaRef, session_id: str, first: int, limit: int) -> list[ChatExchange]:
        """Up to `limit` exchanges with their details, in order, from the one numbered `first` (from 1)."""
        pk = session_pk(owner.workspace_id, session_id)
        start = None if first == 1 else turn_key(owner, session_id, first - 1)
        items = self._table.query(pk, turn_prefix(owner.persona_id), start_after=start, page=limit)
        return [exchange_in(item) for item in islice(items, limit)]

    def replace(self, owner: PersonaRef, session: Session, entries: Sequence[BusEntry]) -> bool:
        """Stores a changed session and hands `entries` to the bus, or nothing.

        `session.steps` is the version that was read plus one. False if another writer stored that version.
        """
        header = header_put(self._table.name, owner, session)
        return not transact(self._client, {"session": [header, *outbox_puts(self._outbox, entries)]})


def _found(workspace_id: str, session_id: str, header: Item) -> FoundSession:
    owner = PersonaRef(workspace_id, header["sk"]["S"].partition("#")[0])
    return FoundSession(owner, session_id, session_in(header))
