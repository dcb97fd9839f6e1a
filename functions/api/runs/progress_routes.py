"""Where live progress is to be had, and tickets to get in."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Literal
from urllib.parse import urljoin

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from fourfold.http.auth import bearer_secret
from fourfold.progress.messages import LONGEST_MESSAGE_BYTES, MAX_SUBSCRIPTIONS
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import key_hash
from fourfold.storage.progress.connections import DynamoTickets
from functions.api import wiring
from functions.api.dependencies import Reader
from functions.api.responses import document

router = APIRouter(prefix="/v1/progress", tags=["progress"])

TICKET_SECONDS = 60
_TICKET_PREFIX = "ffpt_"


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


@router.get("", summary="Where live progress is", response_model=ProgressAddress)
async def read_progress(caller: Reader) -> Response:  # noqa: ARG001 - only key holders learn it
    """The address of the WebSocket API."""
    return document(ProgressAddress(url=websocket_url()))


@router.post(
    "/tickets",
    status_code=201,
    summary="A ticket for a browser",
    response_model=ProgressTicket,
)
async def create_ticket(request: Request, caller: Reader) -> Response:  # noqa: ARG001 - needs the scope
    """A browser cannot set the header a key goes in: it connects once with a ticket, within 60 seconds.

    It takes no Idempotency-Key: a ticket is a secret shown once, and another one costs nothing.
    """
    digest = key_hash(bearer_secret(request.headers.getlist("authorization")))
    ticket = _TICKET_PREFIX + secrets.token_urlsafe(32)
    await wiring.in_thread(lambda: tickets().issue(ticket, digest, TICKET_SECONDS))
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=TICKET_SECONDS)
    answer = ProgressTicket(ticket=ticket, url=f"{websocket_url()}?ticket={ticket}", expires_at=expires)
    return document(answer, status=201)


def websocket_url() -> str:
    """Where clients connect; the variable may be relative to AWS_ENDPOINT_URL."""
    endpoint = urljoin(os.environ.get("AWS_ENDPOINT_URL", ""), os.environ["FOURFOLD_PROGRESS_ENDPOINT"])
    return f"ws{endpoint.removeprefix('http')}"


@cache
def tickets() -> DynamoTickets:
    """One-use tickets."""
    return DynamoTickets(dynamodb(), os.environ["FOURFOLD_CONNECTIONS_TABLE"], time.time)
