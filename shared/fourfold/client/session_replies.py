"""The documents of chat sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from fourfold.client.replies import Page
from fourfold.drift import Envelope


class ChatSession(BaseModel):
    """A chat session with its counts, tokens, cost and drift; fields are as in the API."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    persona_id: str
    title: str | None
    status: str
    metadata: dict[str, str]
    messages: int
    usage: dict[str, Any]
    drift: dict[str, Any]
    started_at: datetime | None
    updated_at: datetime
    ended_at: datetime | None


class SessionMessage(BaseModel):
    """A message of a session; `drift` and what follows are null for messages of the user."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    seq: int
    role: str
    content: str
    at: datetime
    drift: Envelope | None
    usage: dict[str, Any] | None
    provider: str | None
    model: str | None


class SessionPage(Page[ChatSession]):
    """A page of sessions, the latest to begin first."""


class MessagePage(Page[SessionMessage]):
    """A page of messages, oldest first."""
