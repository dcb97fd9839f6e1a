"""OpenAPI examples of the session routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fourfold.persona import TokenUsage
from functions.api.chat.examples import ENVELOPE, SESSION_ID
from functions.api.chat.schemas import ChatUsage
from functions.api.openapi.example_values import PERSONA_ID, by_schema
from functions.api.sessions.schemas import (
    ChatSession,
    SessionDriftSummary,
    SessionList,
    SessionMessage,
    SessionMessageList,
)

_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_USAGE = ChatUsage(tokens=TokenUsage(input_tokens=1180, output_tokens=64), cost_usd=0.0045, calls=1)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    session = ChatSession(
        id=SESSION_ID,
        persona_id=PERSONA_ID,
        title="Did you sleep at all?",
        status="active",
        metadata={"ticket": "A-17"},
        messages=2,
        usage=_USAGE,
        drift=SessionDriftSummary(replies=1, scored=1, alerts=0, state="in_voice"),
        started_at=_AT,
        updated_at=_AT,
        ended_at=None,
    )
    reply = SessionMessage(
        seq=2,
        role="assistant",
        content="A little. I wrote two letters instead, and one of them is to you.",
        at=_AT,
        drift=ENVELOPE,
        recovery=None,
        usage=_USAGE,
        provider="anthropic",
        model="claude-sonnet-4-6",
    )
    return by_schema(
        [
            session,
            SessionList(data=(session,), has_more=False, next_cursor=None),
            SessionMessageList(data=(reply,), has_more=False, next_cursor=None),
        ]
    )
