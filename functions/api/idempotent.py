"""Does the work of a request once for its Idempotency-Key, and answers every repetition with the first reply."""

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

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pydantic import BaseModel

Work = Callable[[Execution], Awaitable[Response]]

_STORED_HEADERS = ("content-type", "location", "etag", "preference-applied")
_RETRY_AFTER_S = 2


async def idempotent(  # noqa: PLR0913 - a keyword for each exception
    request: Request,
    caller: Caller,
    body: BaseModel | None,
    work: Work,
    *,
    redact: Callable[[str], str] = str,
    transient: frozenset[str] = frozenset(),
) -> Response:
    """The reply of `work`, which is done once for the request's Idempotency-Key; without one, each time.

    Call it after the request is known to be valid: what is refused before is no use of the key. `work` may raise
    ProblemError. Replies are kept for a day and replayed with `Idempotency-Replayed: true`, refusals (4xx) too; 429 and
    5xx are not kept, the next request with the key does the work again, under the same operation id.

    Args:
        request: its route and path belong to the key's meaning, the key to the caller's workspace.
        caller: the holder of the request's API key.
        body: the parsed body, compared with the first request's.
        work: gets its `Execution`. It is done again only after a process died (its lease has run out) or answered 5xx:
            so what it makes must be named after `operation_id`, and what it pays for recorded under it, to find on a
            resumed execution what the first one did. Its reply must be a whole one, not a stream.
        shown_once: what is kept of the reply's body, where a secret in it must not be.
        passing: codes of refusals that pass by themselves, such as something else being under way: they are not kept.

    Raises:
        ProblemError: 400 the key is no key, 409 the first request is still running, 422 it had another body.
    """
    claim = await claim_or_replay(request, caller, body)
    if isinstance(claim, KeptReply):
        return _replayed(claim, request.state.request_id)
    if not claim.key:
        return await work(claim)
    reply, code = await _execute(claim, work, request.state.request_id)
    headers = {name: reply.headers[name] for name in _STORED_HEADERS if name in reply.headers}
    text = bytes(reply.body).decode()
    stored = KeptReply(reply.status_code, headers, text if code else redact(text))
    await finish(claim, stored, transient=code in transient)
    return reply


async def claim_or_replay(request: Request, caller: Caller, body: BaseModel | None) -> Execution | KeptReply:
    """The right to do the work of the request's Idempotency-Key, or the reply it had.

    Without a key the right is given each time, under an operation id of its own and no key: nothing is kept then.

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


async def finish(execution: Execution, reply: KeptReply, *, transient: bool = False) -> None:
    """Ends an execution with its reply, which is kept unless it `passes` by itself or may be another the next time.

    Raises:
        ProblemError: 409, it was slower than its lease: the one that took over has the answer.
    """
    if transient or reply.status == HTTPStatus.TOO_MANY_REQUESTS or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        await wiring.in_thread(lambda: wiring.claims().release(execution))
    elif not await wiring.in_thread(lambda: wiring.claims().keep(execution, reply)):
        raise idempotency.in_progress(_RETRY_AFTER_S)


def _path_values(request: Request) -> str:
    """What the path names, such as one persona; empty for a route without parameters."""
    return "&".join(f"{name}={value}" for name, value in sorted(request.path_params.items()))


async def _execute(execution: Execution, work: Work, request_id: str) -> tuple[Response, str]:
    """The work's reply, or its refusal with its code. If it breaks, the key is free for the next try at once."""
    async with lease(execution):
        try:
            return await work(execution), ""
        except ProblemError as refusal:
            return problem_response(refusal.problem, request_id, refusal.headers), refusal.problem.code
        except Exception:  # whatever it is, it goes on to the caller; the claim must not stand until its lease ends
            await wiring.in_thread(lambda: wiring.claims().release(execution))
            raise


@asynccontextmanager
async def lease(execution: Execution) -> AsyncIterator[None]:
    """Renews the claim while the work goes on."""

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


def _replayed(stored: KeptReply, request_id: str) -> Response:
    body = stored.body
    if stored.headers.get("content-type", "").startswith(PROBLEM):
        body = json.dumps({**json.loads(body), "request_id": request_id}, ensure_ascii=False)
    headers = {"Cache-Control": "no-store", **stored.headers, idempotency.REPLAYED: "true"}
    return Response(body, status_code=stored.status, headers=headers)
