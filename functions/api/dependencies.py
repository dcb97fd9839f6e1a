"""FastAPI dependencies that authenticate, rate-limit and authorize the caller, and read its workspace's settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from fourfold.config.effective import EffectiveSettings
from fourfold.config.settings import Settings
from fourfold.http.auth import bearer_secret, require_scope, unauthenticated
from fourfold.http.rate_limit import rate_headers, rate_limited
from fourfold.http.scopes import SCOPES
from fourfold.ids import is_persona_id
from fourfold.problem import ProblemError, problem
from fourfold.rate_limit import Rate
from functions.api import wiring
from functions.api.query_parameters import require_known_parameters
from functions.configuration import effective

_SCHEME = HTTPBearer(auto_error=False, scheme_name="ApiKey", description="An API key: `Authorization: Bearer <key>`.")
_SCOPE = "required_scope"
DELETION_SCOPE = "workspace:delete"
"""The one scope that a workspace which is being deleted still serves."""
_CLOSING = problem(
    "workspace_deleting",
    "The workspace is being deleted",
    403,
    "Nothing of it can be read or changed. DELETE /v1/workspace continues the deletion.",
)


@dataclass(frozen=True, slots=True)
class AdmittedCaller:
    """A `Caller`, and its effective settings: read when the request is admitted, and only then.

    They are those of its workspace, or of the persona that the path names.
    """

    key_id: str
    org_id: str
    workspace_id: str
    scopes: frozenset[str]
    expires_at: datetime | None
    digest: str
    lineage: tuple[str, ...]
    usd_per_month: float | None
    closing: bool
    effective: EffectiveSettings

    @property
    def settings(self) -> Settings:
        """The workspace's settings."""
        return self.effective.settings

    def for_persona(self, persona_id: str) -> AdmittedCaller:
        """Returns the caller with the settings of a persona that the path does not name: a further read."""
        return replace(self, effective=effective(self.org_id, self.workspace_id, persona_id))


Dependency = Callable[..., Awaitable[AdmittedCaller]]


def caller_with(scope: str) -> Dependency:
    """Returns a dependency that provides the caller, who must have `scope` and be within the rate limit.

    Requests with a query parameter that the route does not have are refused (422).

    Raises:
        ValueError: the scope does not exist.
    """
    if scope not in SCOPES:
        raise ValueError(f"unknown scope: {scope}")

    async def caller(request: Request, _documented: Annotated[object, Depends(_SCHEME)]) -> AdmittedCaller:
        secret = bearer_secret(request.headers.getlist("authorization"))
        persona_id = _persona_in(request)
        admitted = await wiring.in_thread(lambda: _admit(secret, persona_id))
        if admitted is None:
            raise unauthenticated()
        holder, rate = admitted
        request.state.caller = holder
        request.state.reply_headers = rate_headers(rate)
        if not rate.allowed:
            raise rate_limited(rate)
        require_scope(holder, scope)
        if holder.closing and scope != DELETION_SCOPE:
            raise ProblemError(_CLOSING)
        require_known_parameters(request)
        return holder

    setattr(caller, _SCOPE, scope)
    return caller


def scope_of(dependency: object) -> str | None:
    """The scope that a dependency made by `caller_with` requires; None for other dependencies."""
    return getattr(dependency, _SCOPE, None)


def _persona_in(request: Request) -> str | None:
    """The persona that the path names, whose settings are read with those of the scopes above."""
    named = request.path_params.get("persona_id")
    return named if isinstance(named, str) and is_persona_id(named) else None


def _admit(secret: str, persona_id: str | None) -> tuple[AdmittedCaller, Rate] | None:
    """Returns the caller with its settings, and its rate limit after this request; None if the key is invalid."""
    holder = wiring.key_ring().caller(secret)
    if holder is None:
        return None
    admitted = AdmittedCaller(
        key_id=holder.key_id,
        org_id=holder.org_id,
        workspace_id=holder.workspace_id,
        scopes=holder.scopes,
        expires_at=holder.expires_at,
        digest=holder.digest,
        lineage=holder.lineage,
        usd_per_month=holder.usd_per_month,
        closing=holder.closing,
        effective=effective(holder.org_id, holder.workspace_id, persona_id),
    )
    rate = wiring.rate_limiter().take(holder.key_id, admitted.settings.api.limits.requests_per_minute)
    wiring.last_use().note(holder.digest)
    return admitted, rate


Reader = Annotated[AdmittedCaller, Depends(caller_with("personas:read"))]
Writer = Annotated[AdmittedCaller, Depends(caller_with("personas:write"))]
Chatter = Annotated[AdmittedCaller, Depends(caller_with("chat:write"))]
ConfigReader = Annotated[AdmittedCaller, Depends(caller_with("config:read"))]
ConfigWriter = Annotated[AdmittedCaller, Depends(caller_with("config:write"))]
KeyWriter = Annotated[AdmittedCaller, Depends(caller_with("keys:write"))]
