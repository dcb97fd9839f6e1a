"""The caller of a request, as FastAPI dependencies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from fourfold.http.auth import Caller, bearer_secret, require_scope, unauthenticated
from functions.api import wiring

_SCHEME = HTTPBearer(auto_error=False, scheme_name="ApiKey", description="An API key: `Authorization: Bearer <key>`.")


def caller_with_any(*scopes: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the holder of the request's key, who must carry one of `scopes`; the first one is named if not."""

    async def caller(request: Request, _documented: Annotated[object, Depends(_SCHEME)]) -> Caller:
        holder = await _holder(request)
        if not holder.scopes.intersection(scopes):
            require_scope(holder, scopes[0])
        return holder

    return caller


def caller_with(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the holder of the request's key, who must carry `scope`."""

    async def caller(request: Request, _documented: Annotated[object, Depends(_SCHEME)]) -> Caller:
        holder = await _holder(request)
        require_scope(holder, scope)
        return holder

    return caller


async def _holder(request: Request) -> Caller:
    secret = bearer_secret(request.headers.getlist("authorization"))
    holder = await wiring.in_thread(lambda: wiring.key_ring().caller(secret))
    if holder is None:
        raise unauthenticated()
    request.state.caller = holder
    return holder


Reader = Annotated[Caller, Depends(caller_with("personas:read"))]
Writer = Annotated[Caller, Depends(caller_with("personas:write"))]
ConfigReader = Annotated[Caller, Depends(caller_with("config:read"))]
# Any key that may change settings; the scope it names decides which of these it needs.
ConfigWriter = Annotated[Caller, Depends(caller_with_any("config:write", "config:write:org", "config:write:system"))]
