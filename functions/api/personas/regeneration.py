"""Writing a persona anew from a step on."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from fourfold.http import idempotency
from fourfold.http.body import json_body
from fourfold.http.preferences import accepts, preference
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.http.sse import MEDIA_TYPE as EVENT_STREAM
from fourfold.ids import is_persona_id
from fourfold.persona import Persona
from fourfold.pipeline.regeneration import NoSuchStepError, NothingWrittenError, settings_from
from fourfold.pipeline.submit import ArchivedError, NoSuchPersonaError, Regenerate, RunInProgressError, Submission
from fourfold.problem import FieldError, problem
from fourfold.steps import StepName
from functions.api import wiring
from functions.api.config.pinning import pinned
from functions.api.dependencies import Writer
from functions.api.errors import run_goes_on
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS, OF_RUNS, OF_SETTINGS
from functions.api.personas import generation
from functions.api.personas.documents import RunReceipt
from functions.api.personas.schemas import RegenerationRequest
from functions.api.runs.polling import current_persona
from functions.wiring import persona_store

router = APIRouter(tags=["personas"])


@router.post(
    "/v1/personas/{persona_id}/regenerate",
    summary="Write a persona anew from a step on",
    response_model=Persona,
    openapi_extra=openapi.body_of(RegenerationRequest, openapi.KEY_HEADER, openapi.PREFER_HEADER),
    responses={
        200: openapi.tagged_or_stream("The persona, or, if you asked for them, the run's events and the persona last"),
        202: {"model": RunReceipt, "description": "The run goes on; see `Location`"},
        **openapi.problems(
            400,
            403,
            404,
            413,
            415,
            422,
            429,
            500,
            503,
            also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_RUNS, "too_many_generations"],
        ),
        **openapi.refusals(
            409,
            {
                "run_in_progress": "a run is writing this persona already; see `Location`",
                "request_in_progress": "the first request with this Idempotency-Key is still running; see `Location`",
                "persona_archived": "the persona is archived; take it out first",
                "nothing_to_keep": "what the earlier steps left is not there; begin at `intent_parse`",
                "persona_deleted": "the persona was deleted meanwhile",
            },
        ),
    },
)
async def regenerate(persona_id: str, request: Request, caller: Writer) -> Response:
    """Runs the steps from `from` on. Layers of earlier steps stay as they are, byte for byte.

    Until the run is done the persona reads as it was, and if it fails it stays so; `pending_run_id` names the run.
    Answers like `POST /v1/personas`. Retries of this run begin no earlier than `from`.
    """
    if not is_persona_id(persona_id):
        raise not_found()
    route = f"POST /v1/personas/{persona_id}/regenerate"
    key = idempotency.scoped_key(request.headers.getlist(idempotency.HEADER), caller.workspace_id, route)
    body = await json_body(request, RegenerationRequest)
    persona = await wiring.in_thread(lambda: _persona(caller.workspace_id, persona_id))
    if persona is None:
        raise not_found()
    first = StepName(body.from_)
    try:
        settings = pinned(caller.effective, body.config)
        config = settings_from(settings.config, first)
    except NoSuchStepError:
        raise rejected(
            [FieldError(pointer="/from", code="not_in_one_call", detail="single_call begins at intent_parse.")]
        ) from None
    order = Submission(
        persona.intent,
        caller.workspace_id,
        config,
        key,
        idempotency.fingerprint(body),
        Regenerate(persona_id, first),
        max_concurrent=caller.settings.api.limits.concurrent_generations,
        revisions=settings.revisions,
    )
    try:
        found = await generation.taken(request, order)
    except NoSuchPersonaError:
        raise not_found() from None
    except ArchivedError:
        raise _archived() from None
    except NothingWrittenError:
        raise _nothing_to_keep() from None
    except RunInProgressError as busy:
        raise run_goes_on(request, busy.run_id) from None
    if body.stream or accepts(request.headers.get("accept"), EVENT_STREAM):
        return await generation.streamed(request, found)
    return await generation.awaited(request, found, preference(request.headers.getlist("prefer")), done=200)


def _persona(workspace_id: str, persona_id: str) -> Persona | None:
    """The persona; a run of it that was lost has ended with this."""
    persona = persona_store().persona(workspace_id, persona_id)
    return None if persona is None else current_persona(workspace_id, persona)


def _archived() -> ProblemError:
    detail = "Set archived to false first, or leave it as it is."
    return ProblemError(problem("persona_archived", "The persona is archived", 409, detail))


def _nothing_to_keep() -> ProblemError:
    detail = "What the earlier steps left is not stored (an import, or a failed first run). Begin at intent_parse."
    return ProblemError(problem("nothing_to_keep", "There is nothing to go on from", 409, detail))
