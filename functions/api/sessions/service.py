"""Finds, lists, changes and deletes chat sessions."""

from __future__ import annotations

from typing import Any, Literal

from fourfold.events.envelope import bus_entry
from fourfold.events.session import SessionDeleted, SessionUpdated
from fourfold.http.cursors import cursor_after_message, cursor_after_session
from fourfold.http.problems import ProblemError, not_found, unavailable
from fourfold.http.revision_tags import expected_revision, precondition_failed
from fourfold.ids import is_session_id
from fourfold.problem import problem
from fourfold.storage.outbox import BusEntry
from fourfold.storage.personas.session_directory import FoundSession
from fourfold.voice.sessions import ChatExchange, PersonaRef, Session
from functions.api import wiring
from functions.api.chat.schemas import ChatUsage
from functions.api.personas.lookup import known_persona
from functions.api.sessions.schemas import (
    ChatSession,
    SessionDriftSummary,
    SessionList,
    SessionMessage,
    SessionMessageList,
)
from functions.clock import now
from functions.persona_deletion import session_deletion

_ATTEMPTS = 5


def known_session(workspace_id: str, session_id: str, persona_id: str | None) -> tuple[PersonaRef, Session]:
    """The session with its owner.

    Raises:
        ProblemError: 404 no such session, 409 several personas have one with this id.
    """
    found = _found(workspace_id, session_id, persona_id)
    if found.session is None:
        raise not_found()
    return found.owner, found.session


def _found(workspace_id: str, session_id: str, persona_id: str | None) -> FoundSession:
    """Raises as `known_session`, but not if the session's deletion has begun."""
    if not is_session_id(session_id):
        raise not_found()
    found = wiring.session_directory().find(workspace_id, session_id, persona_id)
    if not found:
        raise not_found()
    if len(found) > 1:
        detail = "Add the query parameter persona_id."
        raise ProblemError(problem("ambiguous_session", "Several personas have a session with this id", 409, detail))
    return found[0]


def sessions_of(workspace_id: str, persona_id: str, limit: int, after: str | None) -> SessionList:
    """A page of a persona's sessions.

    Raises:
        ProblemError: 404 no such persona.
    """
    known_persona(workspace_id, persona_id)
    owner = PersonaRef(workspace_id, persona_id)
    page = wiring.session_directory().page(owner, limit, after)
    return SessionList(
        data=tuple(session_document(owner, session) for session in page.sessions),
        has_more=page.last is not None,
        next_cursor=None if page.last is None else cursor_after_session(page.last),
    )


def messages_of(owner: PersonaRef, session: Session, limit: int, after: int) -> SessionMessageList:
    """Up to `limit` messages with a greater `seq` than `after`."""
    exchanges = wiring.session_directory().exchanges_from(owner, session.session_id, after // 2 + 1, limit // 2 + 2)
    numbered = enumerate(exchanges, after // 2 + 1)
    messages = [message for number, each in numbered for message in _messages(number, each) if message.seq > after]
    shown = messages[:limit]
    has_more = len(messages) > limit
    return SessionMessageList(
        data=tuple(shown),
        has_more=has_more,
        next_cursor=cursor_after_message(shown[-1].seq) if has_more else None,
    )


def change_session(
    workspace_id: str, session_id: str, persona_id: str | None, changes: dict[str, Any], if_match: list[str]
) -> tuple[PersonaRef, Session]:
    """Sets `title`, `metadata` or `ended`; stores nothing if the session has these values already.

    Raises:
        ProblemError: as `known_session`; 412 If-Match does not match, 503 too many concurrent changes.
    """
    expected = expected_revision(if_match)
    for _ in range(_ATTEMPTS):
        owner, session = known_session(workspace_id, session_id, persona_id)
        _require(expected, session)
        after, changed = _changed(session, changes)
        if not changed:
            return owner, session
        if wiring.session_directory().replace(owner, after, [_updated_entry(owner, after, changed)]):
            return owner, after
    raise unavailable()


def remove_session(workspace_id: str, session_id: str, persona_id: str | None, if_match: list[str]) -> None:
    """Deletes a session with everything that is stored of it, or finishes an interrupted deletion.

    Raises:
        ProblemError: as `change_session`.
    """
    expected, deletion = expected_revision(if_match), session_deletion()
    for _ in range(_ATTEMPTS):
        found = _found(workspace_id, session_id, persona_id)
        if found.session is not None:
            _require(expected, found.session)
            if not deletion.begin(found.owner, found.session, [_deleted_entry(found.owner, session_id)]):
                continue
        deletion.finish(found.owner, session_id)
        return
    raise unavailable()


def _require(expected: int | None, session: Session) -> None:
    if expected is not None and expected != session.steps:
        raise precondition_failed(session.steps)


_Changed = tuple[Literal["title", "metadata", "ended_at"], ...]


def _changed(session: Session, changes: dict[str, Any]) -> tuple[Session, _Changed]:
    values: dict[str, Any] = {name: changes[name] for name in ("title", "metadata") if name in changes}
    if "ended" in changes and changes["ended"] != (session.ended_at is not None):
        values["ended_at"] = now() if changes["ended"] else None
    changed: Any = tuple(name for name, value in values.items() if getattr(session, name) != value)
    return session.model_copy(update={**values, "steps": session.steps + 1}), changed


def _updated_entry(owner: PersonaRef, session: Session, changed: _Changed) -> BusEntry:
    event = SessionUpdated(
        session_id=session.session_id,
        persona_id=owner.persona_id,
        changed=changed,
        ended=session.ended_at is not None,
        metadata=session.metadata,
    )
    return bus_entry(
        event,
        workspace_id=owner.workspace_id,
        correlation_id=owner.persona_id,
        occurred_at=now(),
        occurrence=f"{session.session_id}/{session.steps}",
    )


def _deleted_entry(owner: PersonaRef, session_id: str) -> BusEntry:
    event, at = SessionDeleted(session_id=session_id, persona_id=owner.persona_id), now()
    return bus_entry(
        event,
        workspace_id=owner.workspace_id,
        correlation_id=owner.persona_id,
        occurred_at=at,
        occurrence=f"{session_id}/{at.isoformat()}",
    )


def session_document(owner: PersonaRef, session: Session) -> ChatSession:
    """The session as the API shows it."""
    return ChatSession(
        id=session.session_id,
        persona_id=owner.persona_id,
        title=session.title,
        status="active" if session.ended_at is None else "ended",
        metadata=session.metadata,
        messages=2 * session.turns,
        usage=ChatUsage(**dict(session.usage)),
        drift=SessionDriftSummary(
            replies=session.drift.replies, scored=session.drift.scored, alerts=session.alerts, state=session.level
        ),
        started_at=session.started_at,
        updated_at=session.updated_at,
        ended_at=session.ended_at,
    )


def _messages(number: int, exchange: ChatExchange) -> tuple[SessionMessage, SessionMessage]:
    """The two messages of an exchange, numbered from 1."""
    details = exchange.details
    asked = SessionMessage(
        seq=2 * number - 1,
        role="user",
        content=exchange.message,
        at=exchange.at,
        drift=None,
        recovery=None,
        usage=None,
        provider=None,
        model=None,
    )
    known = {} if details is None else {**dict(details), "usage": ChatUsage(**dict(details.usage))}
    return asked, asked.model_copy(update={"seq": 2 * number, "role": "assistant", "content": exchange.reply, **known})
