"""Routes of live progress: the WebSocket URL, and tickets for browsers."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import urljoin

from fastapi import APIRouter, Request, Response

from fourfold.http.auth import bearer_secret
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import key_hash
from fourfold.storage.progress.connections import DynamoTickets
from functions.api import wiring
from functions.api.dependencies import Reader
from functions.api.progress.schemas import ProgressAddress, ProgressTicket
from functions.api.responses import document

router = APIRouter(prefix="/v1/progress", tags=["progress"])

TICKET_SECONDS = 60
_TICKET_PREFIX = "ffpt_"


@router.get("", summary="Read the WebSocket URL", response_model=ProgressAddress)
async def read_progress(caller: Reader) -> Response:  # noqa: ARG001 - requires the scope
    """Returns the URL of the WebSocket API for live progress."""
    return document(ProgressAddress(url=websocket_url()))


@router.post(
    "/tickets",
    status_code=201,
    summary="Create a ticket for a browser",
    response_model=ProgressTicket,
)
async def create_progress_ticket(request: Request, caller: Reader) -> Response:  # noqa: ARG001 - requires the scope
    """Creates a one-time ticket, valid for 60 seconds, for browsers, which cannot send an Authorization header.

    The route takes no Idempotency-Key: a ticket is a secret that is shown once, and creating another is free.
    """
    digest = key_hash(bearer_secret(request.headers.getlist("authorization")))
    ticket = _TICKET_PREFIX + secrets.token_urlsafe(32)
    await wiring.in_thread(lambda: tickets().issue(ticket, digest, TICKET_SECONDS))
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=TICKET_SECONDS)
    answer = ProgressTicket(ticket=ticket, url=f"{websocket_url()}?ticket={ticket}", expires_at=expires)
    return document(answer, status=201)


def websocket_url() -> str:
    """The URL for clients. The variable may be relative to AWS_ENDPOINT_URL."""
    endpoint = urljoin(os.environ.get("AWS_ENDPOINT_URL", ""), os.environ["FOURFOLD_PROGRESS_ENDPOINT"])
    return f"ws{endpoint.removeprefix('http')}"


@cache
def tickets() -> DynamoTickets:
    """The store of one-time tickets."""
    return DynamoTickets(dynamodb(), os.environ["FOURFOLD_CONNECTIONS_TABLE"], time.time)
