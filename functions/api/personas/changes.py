"""Changing and deleting a persona."""

from __future__ import annotations

import os
from typing import Any

from fastapi import APIRouter, Request, Response

from fourfold.http.body import json_body
from fourfold.http.preconditions import HEADER, require_match
from fourfold.http.problems import ProblemError, not_found, unavailable
from fourfold.ids import is_persona_id
from fourfold.persona import NotWrittenError, Persona, Visibility
from fourfold.personas.changes import PersonaUpdater, RunUnfinishedError, change_persona
from fourfold.personas.deletion import PersonaDeleter, delete_persona
from fourfold.pipeline.store import ConcurrentChangeError, SlugTakenError
from fourfold.problem import FieldError, problem
from fourfold.storage.client import dynamodb
from fourfold.storage.personas.deletion import DynamoDeletion
from functions import clock
from functions import wiring as shared
from functions.api import wiring
from functions.api.dependencies import Writer
from functions.api.errors import not_written, run_goes_on
from functions.api.openapi import describe as openapi
from functions.api.personas.schemas import PersonaPatch
from functions.api.responses import persona_document
from functions.api.runs.polling import current_persona

router = APIRouter(tags=["personas"])

_STALE = {"precondition_failed": "the persona is no longer what `If-Match` names; the reply's `ETag` is its own now"}


@router.patch(
    "/v1/personas/{persona_id}",
    summary="Change a persona",
    response_model=Persona,
    openapi_extra=openapi.body_of(PersonaPatch, openapi.IF_MATCH_HEADER),
    responses={
        200: openapi.tagged("The persona as it is now"),
        **openapi.problems(400, 401, 403, 404, 413, 415, 422),
        **openapi.refusals(
            409,
            {
                "slug_taken": "another persona of the workspace has this slug",
                "persona_not_written": "its first run is not done, or failed",
                "run_in_progress": "it is archived before or after its run, not during it; see `Location`",
            },
        ),
        **openapi.refusals(412, _STALE),
    },
)
async def change(persona_id: str, request: Request, caller: Writer) -> Response:
    """Sets slug, visibility or archived. A change makes a new version; the same values again change nothing."""
    if not is_persona_id(persona_id):
        raise not_found()
    body = await json_body(request, PersonaPatch)
    wanted: dict[str, Any] = body.model_dump(exclude_unset=True)
    if "visibility" in wanted:
        wanted["visibility"] = Visibility(wanted["visibility"])
    tags = request.headers.getlist(HEADER)

    def changed() -> Persona | None:
        store = shared.persona_store()
        persona = store.persona(caller.workspace_id, persona_id)
        if persona is not None:
            current_persona(caller.workspace_id, persona)
        editor = PersonaUpdater(store, clock.now)
        return change_persona(caller.workspace_id, persona_id, wanted, editor, lambda found: require_match(tags, found))

    try:
        after = await wiring.in_thread(changed)
    except SlugTakenError:
        raise _slug_taken() from None
    except NotWrittenError:
        raise not_written() from None
    except RunUnfinishedError as error:
        raise run_goes_on(request, error.run_id) from None
    except ConcurrentChangeError:
        raise unavailable() from None
    if after is None:
        raise not_found()
    return persona_document(after)


@router.delete(
    "/v1/personas/{persona_id}",
    summary="Delete a persona",
    status_code=204,
    response_class=Response,
    openapi_extra={"parameters": [openapi.IF_MATCH_HEADER]},
    responses={
        204: {"description": "It is gone, and everything it owned"},
        **openapi.problems(401, 403, 404),
        **openapi.refusals(412, _STALE),
    },
)
async def delete(persona_id: str, request: Request, caller: Writer) -> Response:
    """Removes the persona with its versions, runs, events and all that was measured of it. A run that is going ends."""
    if not is_persona_id(persona_id):
        raise not_found()
    tags = request.headers.getlist(HEADER)
    try:
        done = await wiring.in_thread(
            lambda: delete_persona(
                caller.workspace_id, persona_id, _undertaker(), lambda found: require_match(tags, found)
            )
        )
    except ConcurrentChangeError:
        raise unavailable() from None
    if not done:
        raise not_found()
    return Response(status_code=204)


def _undertaker() -> PersonaDeleter:
    store = shared.persona_store()
    return PersonaDeleter(
        held=store.held,
        run=store.run,
        removal=DynamoDeletion(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"]),
        log_of=lambda who: shared.run_log(who, 0),
        clear=lambda who, going: shared.event_store(who.workspace_id, who.run_id).clear(keep_end=going),
        clock=clock.now,
    )


def _slug_taken() -> ProblemError:
    fault = FieldError(pointer="/slug", code="slug_taken", detail="Another persona of the workspace has it.")
    answer = problem(
        "slug_taken", "The slug is taken", 409, "Choose another slug, or free it by changing its holder's."
    )
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))
