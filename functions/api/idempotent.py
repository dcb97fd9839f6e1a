"""Executes a request once per Idempotency-Key, and replays the first reply for repeated requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import Request, Response

from fourfold.http import idempotency
from fourfold.http.auth import Caller
from fourfold.http.problems import MEDIA_TYPE as PROBLEM
from fourfold.http.problems import ProblemError, problem_response
from fourfold.idempotency import LEASE_S, Execution, KeptReply, Refusal
from fourfold.ids import new_operation_id
from functions.api import wiring
from functions.api.responses import document, path_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pydantic import BaseModel

Work = Callable[[Execution], Awaitable[Response]]

_STORED_HEADERS = ("content-type", "location", "etag", "preference-applied")
_RETRY_AFTER_S = 2


def estimate_reply(request: Request, estimate: BaseModel) -> Response:
    """Returns the reply to a dry run, which needs no Idempotency-Key and stores none.

    Raises:
        ProblemError: 400 the key that was sent is invalid.
    """
    idempotency.require_valid(request.headers.getlist(idempotency.HEADER))
    return document(estimate)


async def idempotent(  # noqa: PLR0913 - one keyword per special case
    request: Request,
    caller: Caller,
    body: BaseModel | None,
    work: Work,
    *,
    redact: Callable[[str], str] = str,
    transient: frozenset[str] = frozenset(),
) -> Response:
    """Returns the reply of `work`, executed once per Idempotency-Key; without a key, executed every time.

    Call it after the request is validated, so that an invalid request does not use up the key. `work` may raise
    ProblemError. Replies, 4xx included, are stored for a day and replayed with `Idempotency-Replayed: true`. Replies
    with 429 or 5xx are not stored: the next request with the key executes `work` again with the same operation id.

    Args:
        request: the key is scoped to its route, path parameters and workspace.
        caller: the authenticated caller.
        body: the parsed body, which must equal the first request's.
        work: gets the `Execution`. It runs again only if the process died (the lease has expired) or it returned 5xx.
            Therefore it must derive the ids of what it creates from `operation_id` and record payments under it, so
            that a resumed execution finds them. Its reply must be complete, not a stream.
        redact: returns the body to store, for replies with a secret that must not be stored.
        transient: codes of 4xx problems that are not stored, because they are temporary.

    Raises:
        ProblemError: 400 the key is invalid, 409 the first request is still running, 422 the request differs.
    """
    claim = await claim_or_replay(request, caller, body)
    if isinstance(claim, KeptReply):
        return _replayed(claim, request)
    if not claim.key:
        return await work(claim)
    reply, code = await _execute(claim, work, request.state.request_id)
    headers = {name: reply.headers[name] for name in _STORED_HEADERS if name in reply.headers}
    if "location" in headers:  # stored without the prefix, because a replay may be requested at another address
        headers["location"] = headers["location"].removeprefix(request.scope.get("root_path", ""))
    text = bytes(reply.body).decode()
    stored = KeptReply(reply.status_code, headers, text if code else redact(text))
    await finish(claim, stored, transient=code in transient)
    return reply


async def claim_or_replay(request: Request, caller: Caller, body: BaseModel | None) -> Execution | KeptReply:
    """Claims the request's Idempotency-Key; returns an execution, or the stored reply to replay.

    Without the header it returns an execution without a key, whose reply is not stored.

    Raises:
        ProblemError: as `idempotent`.
    """
    route = f"{request.method} {request.scope['route'].path}"
    key = idempotency.scoped_key(request.headers.getlist(idempotency.HEADER), caller.workspace_id, route)
    if key is None:
        operation = new_operation_id()
        return Execution("", operation, operation, resumed=False)
    claims, fingerprint = wiring.claims(), idempotency.fingerprint(body, _path_values(request))
    claim = await wiring.in_thread(lambda: claims.claim(key, fingerprint))
    if claim is Refusal.REUSED:
        raise idempotency.key_reused()
    if claim is Refusal.RUNNING:
        raise idempotency.in_progress(_RETRY_AFTER_S)
    return claim


_OF_THE_MOMENT = frozenset({HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.TOO_MANY_REQUESTS})


async def finish(execution: Execution, reply: KeptReply, *, transient: bool = False) -> None:
    """Ends an execution and stores its reply; not stored if the error is transient (402, 429 and 5xx included).

    Raises:
        ProblemError: 409, the lease expired and another execution has taken over.
    """
    if transient or reply.status in _OF_THE_MOMENT or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        await wiring.in_thread(lambda: wiring.claims().release(execution))
    elif not await wiring.in_thread(lambda: wiring.claims().keep(execution, reply)):
        raise idempotency.in_progress(_RETRY_AFTER_S)


def _path_values(request: Request) -> str:
    """The path parameters as one string, such as `persona_id=...`; empty for a route without parameters."""
    return "&".join(f"{name}={value}" for name, value in sorted(request.path_params.items()))


async def _execute(execution: Execution, work: Work, request_id: str) -> tuple[Response, str]:
    """Runs the work under its lease; returns the reply, and the problem's code if it raised one."""
    async with lease(execution):
        try:
            return await work(execution), ""
        except ProblemError as refusal:
            return problem_response(refusal.problem, request_id, refusal.headers), refusal.problem.code
        except Exception:  # any failure: release the key, so that a retry need not wait for the lease to expire
            await wiring.in_thread(lambda: wiring.claims().release(execution))
            raise


@asynccontextmanager
async def lease(execution: Execution) -> AsyncIterator[None]:
    """Renews the claim every third of the lease while the work runs."""

    async def renew() -> None:
        owned = True
        while owned:
            await asyncio.sleep(LEASE_S / 3)
            owned = await wiring.in_thread(lambda: wiring.claims().renew(execution))

    renewal = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewal.cancel()
        await asyncio.gather(renewal, return_exceptions=True)


def _replayed(stored: KeptReply, request: Request) -> Response:
    body, request_id = stored.body, request.state.request_id
    if stored.headers.get("content-type", "").startswith(PROBLEM):
        body = json.dumps({**json.loads(body), "request_id": request_id}, ensure_ascii=False)
    headers = {"Cache-Control": "no-store", **stored.headers, idempotency.REPLAYED: "true"}
    if "location" in headers:
        headers["location"] = path_to(request, headers["location"])
    return Response(body, status_code=stored.status, headers=headers)
