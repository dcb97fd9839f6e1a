"""Restores an earlier version of a persona."""

from __future__ import annotations

from fastapi import Request

from fourfold.http.preconditions import HEADER as IF_MATCH
from fourfold.http.preconditions import require_match
from fourfold.http.problems import not_found
from fourfold.persona import Persona
from fourfold.persona_versions import Authorship
from fourfold.personas.restoring import NoSuchVersionError, restore_version
from fourfold.personas.storing import PersonaUpdater
from functions import clock
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.updates import change_refusals
from functions.wiring import persona_store


def restored_persona(request: Request, workspace_id: str, persona_id: str, version: int, by: Authorship) -> Persona:
    """Restores the version and returns the persona.

    Raises:
        ProblemError: 404 no such persona or version, 409 conflicts with its state, 412 If-Match does not match, 503 too
            many concurrent changes.
    """
    up_to_date_persona(workspace_id, persona_id)
    tags = request.headers.getlist(IF_MATCH)
    updater = PersonaUpdater(persona_store(), clock.now)
    try:
        with change_refusals(request):
            after = restore_version(
                workspace_id, persona_id, version, by, updater, lambda persona: require_match(tags, persona)
            )
    except NoSuchVersionError:
        raise not_found() from None
    if after is None:
        raise not_found()
    return after
