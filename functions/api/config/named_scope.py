"""The scope that a request names: that of the workspace or above it, or a persona of the workspace."""

from __future__ import annotations

from fourfold.config.scope import StoredScope
from fourfold.http.problems import not_found, rejected
from fourfold.problem import FieldError
from functions.api import wiring
from functions.api.config.scope_settings import ScopeSettings
from functions.api.dependencies import AdmittedCaller
from functions.wiring import persona_store


async def scope_settings(
    caller: AdmittedCaller, scope: StoredScope, persona_id: str | None, *, in_body: bool = True
) -> ScopeSettings:
    """Returns the settings of a scope that a request names, in its body or in its query.

    Raises:
        ProblemError: 422 the persona is missing or not of this scope, 404 the workspace has no such persona.
    """
    if (scope == "persona") != (persona_id is not None):
        wanted = "Name the persona." if persona_id is None else "It belongs to the scope persona; leave it out."
        code = "missing" if persona_id is None else "not_of_this_scope"
        raise rejected([FieldError(pointer="/persona_id" if in_body else "persona_id", code=code, detail=wanted)])
    await require_persona(caller, persona_id)
    return ScopeSettings(caller, scope, persona_id)


async def require_persona(caller: AdmittedCaller, persona_id: str | None) -> None:
    """Raises ProblemError (404) if a persona is named that the workspace does not have."""
    if persona_id is None:
        return
    if await wiring.in_thread(lambda: persona_store().persona(caller.workspace_id, persona_id)) is None:
        raise not_found()
