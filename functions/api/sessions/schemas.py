"""Request and reply models of the session routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fourfold.caller_metadata import CallerMetadata
from fourfold.drift import Envelope
from fourfold.events.voice import Recovery
from fourfold.text_rules import acceptable_line
from fourfold.voice.sessions import MAX_TITLE_CHARACTERS, DriftLevel
from functions.api.chat.schemas import ChatUsage


class SessionDriftSummary(BaseModel):
    """Drift of a session: replies seen, scored and above the threshold; `state` is null until a reply is scored."""

    replies: int
    scored: int
    alerts: int
    state: DriftLevel | None


class ChatSession(BaseModel):
    """A chat session. `messages` counts those of both sides; a session of scored replies alone has none.

    `title` is at first the beginning of the first message. `usage` is the total of all replies.
    """

    id: str
    persona_id: str
    title: str | None
    status: Literal["active", "ended"]
    metadata: dict[str, str]
    messages: int
    usage: ChatUsage
    drift: SessionDriftSummary
    started_at: datetime | None
    updated_at: datetime
    ended_at: datetime | None


class SessionList(BaseModel):
    """A page of sessions, the latest to begin first. Send `next_cursor` as `cursor` to get the next page.

    A page may be shorter than `limit` while `has_more` is true.
    """

    data: tuple[ChatSession, ...]
    has_more: bool
    next_cursor: str | None


class SessionMessage(BaseModel):
    """A message of a session. `seq` counts from 1; the other fields are null for messages of the user.

    They are also null for replies that an earlier version stored.
    """

    seq: int
    role: Literal["user", "assistant"]
    content: str
    at: datetime
    drift: Envelope | None
    recovery: Recovery | None
    usage: ChatUsage | None
    provider: str | None
    model: str | None


class SessionMessageList(BaseModel):
    """A page of messages, oldest first. Send `next_cursor` as `cursor` to get the next page; it is null at the end."""

    data: tuple[SessionMessage, ...]
    has_more: bool
    next_cursor: str | None


class SessionPatch(BaseModel):
    """The fields to change; omitted fields keep their values."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"title": "Onboarding, second try", "metadata": {"ticket": "A-17"}}]},
    )

    title: Annotated[
        Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARACTERS), AfterValidator(acceptable_line)] | None,
        Field(description="One line; null removes it."),
    ] = None
    metadata: Annotated[
        CallerMetadata,
        Field(description="Strings of your own, such as a ticket. They replace the earlier ones; `{}` removes all."),
    ] = {}
    ended: Annotated[
        bool, Field(description="True ends the session: it takes no further message. False reopens it.")
    ] = False
