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
from functions.api.responses import path_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pydantic import BaseModel

Work = Callable[[Execution], Awaitable[Response]]

_KEPT_HEADERS = ("content-type", "location", "etag", "preference-applied")
_RETRY_AFTER_S = 2


async def idempotent(  # noqa: PLR0913 - a keyword for each exception
    request: Request,
    caller: Caller,
    body: BaseModel | None,
    work: Work,
    *,
    shown_once: Callable[[str], str] = str,
    passing: frozenset[str] = frozenset(),
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
    found = await claimed(request, caller, body)
    if isinstance(found, KeptReply):
        return _replayed(found, request)
    if not found.key:
        return await work(found)
    reply, code = await _executed(found, work, request.state.request_id)
    headers = {name: reply.headers[name] for name in _KEPT_HEADERS if name in reply.headers}
    if "location" in headers:  # kept without the prefix, as a replay may be asked for at another address
        headers["location"] = headers["location"].removeprefix(request.scope.get("root_path", ""))
    text = bytes(reply.body).decode()
    kept = KeptReply(reply.status_code, headers, text if code else shown_once(text))
    await settled(found, kept, passes=code in passing)
    return reply


async def claimed(request: Request, caller: Caller, body: BaseModel | None) -> Execution | KeptReply:
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
    claims, fingerprint = wiring.claims(), idempotency.fingerprint(body, _named(request))
    found = await wiring.in_thread(lambda: claims.claim(key, fingerprint))
    if found is Refusal.REUSED:
        raise idempotency.key_reused()
    if found is Refusal.RUNNING:
        raise idempotency.in_progress(_RETRY_AFTER_S)
    return found


async def settled(execution: Execution, reply: KeptReply, *, passes: bool = False) -> None:
    """Ends an execution with its reply, which is kept unless it `passes` by itself or may be another the next time.

    Raises:
        ProblemError: 409, it was slower than its lease: the one that took over has the answer.
    """
    if passes or reply.status == HTTPStatus.TOO_MANY_REQUESTS or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        await wiring.in_thread(lambda: wiring.claims().release(execution))
    elif not await wiring.in_thread(lambda: wiring.claims().keep(execution, reply)):
        raise idempotency.in_progress(_RETRY_AFTER_S)


def _named(request: Request) -> str:
    """What the path names, such as one persona; empty for a route without parameters."""
    return "&".join(f"{name}={value}" for name, value in sorted(request.path_params.items()))


async def _executed(execution: Execution, work: Work, request_id: str) -> tuple[Response, str]:
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

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


def _replayed(kept: KeptReply, request: Request) -> Response:
    body, request_id = kept.body, request.state.request_id
    if kept.headers.get("content-type", "").startswith(PROBLEM):
        body = json.dumps({**json.loads(body), "request_id": request_id}, ensure_ascii=False)
    headers = {"Cache-Control": "no-store", **kept.headers, idempotency.REPLAYED: "true"}
    if "location" in headers:
        headers["location"] = path_to(request, headers["location"])
    return Response(body, status_code=kept.status, headers=headers)
