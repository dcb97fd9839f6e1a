"""FastAPI dependencies that authenticate, rate-limit and authorize the caller of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from fourfold.http.auth import Caller, bearer_secret, require_scope, unauthenticated
from fourfold.http.rate_limit import rate_headers, rate_limited
from fourfold.http.scopes import SCOPES
from fourfold.rate_limit import Rate
from functions.api import wiring
from functions.api.query_parameters import require_known_parameters
from functions.configuration import settings_of

_SCHEME = HTTPBearer(auto_error=False, scheme_name="ApiKey", description="An API key: `Authorization: Bearer <key>`.")
_SCOPE = "required_scope"

Dependency = Callable[..., Awaitable[Caller]]


def caller_with(scope: str) -> Dependency:
    """Returns a dependency that provides the caller, who must have `scope` and be within the rate limit.

    Requests with a query parameter that the route does not have are refused (422).

    Raises:
        ValueError: the scope does not exist.
    """
    if scope not in SCOPES:
        raise ValueError(f"unknown scope: {scope}")

    async def caller(request: Request, _documented: Annotated[object, Depends(_SCHEME)]) -> Caller:
        secret = bearer_secret(request.headers.getlist("authorization"))
        admitted = await wiring.in_thread(lambda: _admit(secret))
        if admitted is None:
            raise unauthenticated()
        holder, rate = admitted
        request.state.caller = holder
        request.state.reply_headers = rate_headers(rate)
        if not rate.allowed:
            raise rate_limited(rate)
        require_scope(holder, scope)
        require_known_parameters(request)
        return holder

    setattr(caller, _SCOPE, scope)
    return caller


def scope_of(dependency: object) -> str | None:
    """The scope that a dependency made by `caller_with` requires; None for other dependencies."""
    return getattr(dependency, _SCOPE, None)


def _admit(secret: str) -> tuple[Caller, Rate] | None:
    """Returns the caller and its rate limit after this request; None if the key is invalid."""
    holder = wiring.key_ring().caller(secret)
    if holder is None:
        return None
    limit = settings_of(holder.workspace_id).api.limits.requests_per_minute
    rate = wiring.rate_limiter().take(holder.key_id, limit)
    wiring.last_use().note(holder.digest)
    return holder, rate


Reader = Annotated[Caller, Depends(caller_with("personas:read"))]
Writer = Annotated[Caller, Depends(caller_with("personas:write"))]
ConfigReader = Annotated[Caller, Depends(caller_with("config:read"))]
ConfigWriter = Annotated[Caller, Depends(caller_with("config:write"))]
KeyWriter = Annotated[Caller, Depends(caller_with("keys:write"))]
