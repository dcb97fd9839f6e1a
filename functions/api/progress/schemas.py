"""What the routes of live progress answer with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fourfold.progress.messages import LONGEST_MESSAGE_BYTES, MAX_SUBSCRIPTIONS


class ProgressAddress(BaseModel):
    """Where to connect. `docs/asyncapi.json` of the project describes the messages."""

    url: Annotated[str, Field(description="Connect here (WebSocket) with the API key as bearer, or `?ticket=`.")]
    max_subscriptions: Annotated[int, Field(description="Of one connection.")] = MAX_SUBSCRIPTIONS
    max_message_bytes: Annotated[int, Field(description="Of one message to the server.")] = LONGEST_MESSAGE_BYTES


class ProgressTicket(BaseModel):
    """Lets one client connect once, with the rights of the key that asked for it."""

    ticket: Annotated[str, Field(description="Shown once. Connect with `?ticket=<ticket>`.")]
    url: Annotated[str, Field(description="The address with the ticket in it, ready for `new WebSocket(url)`.")]
    expires_at: datetime
    uses: Literal[1] = 1
