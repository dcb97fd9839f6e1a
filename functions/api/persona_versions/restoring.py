"""Restores an earlier version of a persona."""

from __future__ import annotations

from fastapi import Request

from fourfold.http.preconditions import HEADER as IF_MATCH
from fourfold.http.preconditions import require_match
from fourfold.http.problems import not_found, unavailable
from fourfold.persona import NotWrittenError, Persona
from fourfold.persona_versions import Authorship
from fourfold.personas.restoring import NoSuchVersionError, restore_version
from fourfold.personas.storing import PersonaUpdater, RunUnfinishedError
from fourfold.pipeline.store import ConcurrentChangeError
from functions import clock
from functions.api.errors import persona_not_written, run_in_progress
from functions.api.personas.lookup import up_to_date_persona
from functions.api.responses import path_to
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
        after = restore_version(
            workspace_id, persona_id, version, by, updater, lambda persona: require_match(tags, persona)
        )
    except NotWrittenError:
        raise persona_not_written() from None
    except RunUnfinishedError as error:
        raise run_in_progress(path_to(request, f"/v1/runs/{error.run_id}")) from None
    except NoSuchVersionError:
        raise not_found() from None
    except ConcurrentChangeError:
        raise unavailable() from None
    if after is None:
        raise not_found()
    return after
