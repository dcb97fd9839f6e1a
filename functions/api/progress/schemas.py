"""Reply models of the live progress routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fourfold.progress.messages import MAX_MESSAGE_BYTES, MAX_SUBSCRIPTIONS


class ProgressAddress(BaseModel):
    """The WebSocket URL and its limits. `docs/asyncapi.json` of the project describes the messages."""

    url: Annotated[str, Field(description="WebSocket URL. Connect with the API key as bearer token, or `?ticket=`.")]
    max_subscriptions: Annotated[int, Field(description="Subscriptions per connection.")] = MAX_SUBSCRIPTIONS
    max_message_bytes: Annotated[int, Field(description="Size of a message to the server.")] = MAX_MESSAGE_BYTES


class ProgressTicket(BaseModel):
    """A one-time ticket with the permissions of the API key that created it."""

    ticket: Annotated[str, Field(description="The ticket, shown once. Connect with `?ticket=<ticket>`.")]
    url: Annotated[str, Field(description="The URL including the ticket, for `new WebSocket(url)`.")]
    expires_at: datetime
    uses: Literal[1] = 1
