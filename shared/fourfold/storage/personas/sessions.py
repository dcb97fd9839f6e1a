"""Chat sessions: what chat and drift write and read.

pk session_pk    sk `<persona>#SESSION`          the header: its title, counts and drift; or the mark of its deletion
                 sk `<persona>#SESSION#SCORED#<op>`  the scores of a keyed request, which a resumed execution returns
                 sk `<persona>#TURN#<5 digits>`  an exchange
pk sessions_pk   sk `<when it began>#<session>`  the entry in the persona's list of sessions, written once
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from fourfold.drift import Envelope
from fourfold.ids import id_created_at
from fourfold.persona import PersonaGoneError
from fourfold.spending.spent import NOTHING_SPENT, Accounts
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.outbox import BusEntry, entry_item, outbox_puts
from fourfold.storage.partitions import session_pk, sessions_pk
from fourfold.storage.personas.store import persona_exists, persona_key
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, Write, put, transact
from fourfold.storage.usage.counters import DynamoUsage, usage_writes
from fourfold.voice.sessions import (
    ChatExchange,
    PersonaRef,
    ReplyDetails,
    ScoredRequest,
    Session,
    SessionDeletedError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# A transaction takes a hundred writes.
_MOST_ENTRIES = 80
# Exchanges that are searched for that of an operation: the newest, down to the time when the operation began.
_MOST_SEARCHED = 200
_CLOCKS_DIFFER = timedelta(minutes=1)
_HISTORY_FIELDS = "doc"
_HEADER = "#SESSION"


class DynamoSessions:
    """Implements `fourfold.voice.sessions.SessionStore`."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._outbox = Table(client, outbox)
        self._usage = DynamoUsage(client, table)

    def session(self, owner: PersonaRef, session_id: str) -> Session | None:
        """The session, strongly consistent, or None."""
        return session_in(self._table.get(header_key(owner.workspace_id, owner.persona_id, session_id)))

    def exchanges(self, owner: PersonaRef, session_id: str, last: int) -> Sequence[ChatExchange]:
        """The session's last exchanges, at most `last`, the oldest first, without details."""
        if last == 0:
            return ()
        pk, prefix = session_pk(owner.workspace_id, session_id), turn_prefix(owner.persona_id)
        newest = self._table.query(pk, prefix, newest_first=True, page=last, fields=_HISTORY_FIELDS)
        return [exchange_in(item) for item in islice(newest, last)][::-1]

    def exchange_of(self, owner: PersonaRef, session_id: str, operation_id: str) -> ChatExchange | None:
        """The exchange that this operation stored, with its details, or None. Searches the newest 200."""
        began = id_created_at(operation_id) - _CLOCKS_DIFFER
        pk, prefix = session_pk(owner.workspace_id, session_id), turn_prefix(owner.persona_id)
        newest = self._table.query(pk, prefix, newest_first=True, page=20)
        for exchange in map(exchange_in, islice(newest, _MOST_SEARCHED)):
            if exchange.operation_id == operation_id:
                return exchange
            if exchange.at < began:
                return None
        return None

    def scored_by(self, owner: PersonaRef, session_id: str, operation_id: str) -> tuple[Envelope, ...] | None:
        """The envelopes that this operation stored, or None."""
        item = self._table.get(scored_key(owner, session_id, operation_id))
        if item is None:
            return None
        return tuple(Envelope.model_validate(each) for each in json.loads(unpacked(item["drifts"])))

    def advance(  # noqa: PLR0913, PLR0917 - all that a reply changes
        self,
        owner: PersonaRef,
        session: Session,
        exchanges: Sequence[ChatExchange],
        entries: Sequence[BusEntry],
        scored: ScoredRequest | None = None,
        spent: Accounts = NOTHING_SPENT,
    ) -> bool:
        """Stores a session's next step with its exchanges and what was `spent`, hands `entries` to the bus; or nothing.

        Raises:
            PersonaGoneError: the persona was deleted.
            SessionDeletedError: the session was deleted.
        """
        begins = session.steps == 1
        groups = {
            "persona": [persona_exists(self._table.name, owner.workspace_id, owner.persona_id)] if begins else [],
            "session": [
                header_put(self._table.name, owner, session),
                *([self._entry(owner, session)] if begins else []),
            ],
            "turns": self._turns(owner, session, exchanges),
            "scores": [] if scored is None else [self._scores(owner, session, scored)],
            "events": outbox_puts(self._outbox.name, entries[:_MOST_ENTRIES]),
            "usage": usage_writes(self._table.name, owner.workspace_id, session.updated_at, spent),
        }
        failed = transact(self._client, groups)
        # A deletion takes the header of a session before its turns, so a missing one is a deletion.
        if failed and self.session(owner, session.session_id) is None:
            raise self._deletion(owner, session.session_id)
        return not failed

    def count(self, workspace_id: str, at: datetime, spent: Accounts) -> None:
        """Counts what was spent on a reply that no session stores."""
        self._usage.add(workspace_id, at, spent)

    def publish(self, entries: Sequence[BusEntry]) -> None:
        """Hands to the bus entries that belong to no session."""
        for entry in entries:
            self._outbox.put(entry_item(entry))

    def _deletion(self, owner: PersonaRef, session_id: str) -> PersonaGoneError | SessionDeletedError:
        if self._table.get(persona_key(owner.workspace_id, owner.persona_id), "pk") is None:
            return PersonaGoneError(owner.persona_id)
        return SessionDeletedError(session_id)

    def _entry(self, owner: PersonaRef, session: Session) -> Write:
        pk = sessions_pk(owner.workspace_id, owner.persona_id)
        return put(self._table.name, session_entry(pk, session.session_id, session.started_at or session.updated_at))

    def _turns(self, owner: PersonaRef, session: Session, exchanges: Sequence[ChatExchange]) -> list[Write]:
        first = session.turns - len(exchanges) + 1
        return [
            put(self._table.name, {**turn_key(owner, session.session_id, number), **_stored(exchange)})
            for number, exchange in enumerate(exchanges, start=first)
        ]

    def _scores(self, owner: PersonaRef, session: Session, scored: ScoredRequest) -> Write:
        drifts = json.dumps([each.model_dump(mode="json") for each in scored.drifts])
        item = {
            **scored_key(owner, session.session_id, scored.operation_id),
            "idempotency_key": {"S": scored.idempotency_key},
            "drifts": packed(drifts),
        }
        return put(self._table.name, item)


def session_in(header: Mapping[str, Any] | None) -> Session | None:
    """The session in a header; None if there is no header, or the mark of a deletion."""
    return None if header is None or "doc" not in header else Session.model_validate_json(header["doc"]["S"])


def exchange_in(item: Mapping[str, Any]) -> ChatExchange:
    """The exchange in an item, with its details if they were read."""
    exchange = ChatExchange.model_validate_json(item["doc"]["S"])
    if "details" not in item:
        return exchange
    details = ReplyDetails.model_validate_json(unpacked(item["details"]))
    return exchange.model_copy(update={"details": details})


def _stored(exchange: ChatExchange) -> Item:
    """The attributes of an exchange. Its key in the Idempotency table is beside the text, for a deletion to read."""
    item: Item = {"doc": {"S": exchange.model_dump_json(exclude={"details", "idempotency_key"}, exclude_none=True)}}
    if exchange.idempotency_key is not None:
        item["idempotency_key"] = {"S": exchange.idempotency_key}
    if exchange.details is not None:
        item["details"] = packed(exchange.details.model_dump_json())
    return item


def session_entry(pk: str, session_id: str, began: datetime) -> Item:
    """The entry of a session in a persona's list (`pk`), which is in order of when they began."""
    return {**key(pk, entry_sk(session_id, began)), "session_id": {"S": session_id}}


def entry_sk(session_id: str, began: datetime) -> str:
    """The sort key of a session's entry."""
    return f"{began.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}#{session_id}"


def header_key(workspace_id: str, persona_id: str, session_id: str) -> Item:
    """The key of a session's header."""
    return key(session_pk(workspace_id, session_id), f"{persona_id}{_HEADER}")


def is_header(item: Mapping[str, Any]) -> bool:
    """Whether an item of a session is its header."""
    return str(item["sk"]["S"]).endswith(_HEADER)


def header_put(table: str, owner: PersonaRef, session: Session) -> Write:
    """The write of a session's header; it fails unless the stored one is the step before (of the first: none)."""
    item = {
        **header_key(owner.workspace_id, owner.persona_id, session.session_id),
        "steps": {"N": str(session.steps)},
        "doc": {"S": session.model_dump_json()},
    }
    if session.steps == 1:
        return put(table, item, ABSENT)
    return put(table, item, "steps = :before", values={":before": {"N": str(session.steps - 1)}})


def turn_prefix(persona_id: str) -> str:
    """What the sort keys of a session's turns begin with."""
    return f"{persona_id}#TURN#"


def turn_key(owner: PersonaRef, session_id: str, number: int) -> Item:
    """The key of a session's exchange, from 1."""
    return key(session_pk(owner.workspace_id, session_id), f"{turn_prefix(owner.persona_id)}{number:05d}")


def scored_key(owner: PersonaRef, session_id: str, operation_id: str) -> Item:
    """The key of the scores that an operation stored."""
    return key(session_pk(owner.workspace_id, session_id), f"{owner.persona_id}#SESSION#SCORED#{operation_id}")
