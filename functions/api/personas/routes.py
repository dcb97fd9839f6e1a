"""Routes of personas: generate, list, read, parse a brief, update, regenerate, delete."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from fourfold.estimates.estimate import Estimate
from fourfold.estimates.generation import estimate_generation
from fourfold.http import idempotency
from fourfold.http.body import json_body
from fourfold.http.preconditions import HEADER as IF_MATCH
from fourfold.http.problems import not_found
from fourfold.idempotency import Execution
from fourfold.ids import is_persona_id
from fourfold.persona import MAX_SEED, Persona
from fourfold.persona_versions import Authorship
from fourfold.personas.filters import PersonaFilter
from fourfold.pipeline.new_run import PersonaChoices
from fourfold.pipeline.parse_brief import ParsedBrief, ParseInput
from functions.api import wiring
from functions.api.config.pinning import pin_settings
from functions.api.dependencies import Reader, Writer
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import (
    NOT_WRITTEN,
    OF_KEYED_REQUESTS,
    OF_MODELS,
    OF_RUNS,
    OF_SETTINGS,
    PERSONA_DELETED,
    RUN_CANCELLED,
)
from functions.api.paging import Cursor, Limit
from functions.api.personas import batch, generation, parse_client, updates
from functions.api.personas.examples import BATCH_RECEIPT, REWRITE_ESTIMATE
from functions.api.personas.listing import persona_filter, persona_list
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.regeneration import estimated_regeneration, start_regeneration
from functions.api.personas.rewriting import RewriteEstimate
from functions.api.personas.schemas import (
    BatchReceipt,
    ParseRequest,
    PersonaList,
    PersonaPatch,
    PersonaRequest,
    RegenerationRequest,
)
from functions.api.responses import document, persona_document
from functions.api.runs.schemas import RunReceipt
from functions.api.spending import count_spending

router = APIRouter(tags=["personas"])
ROUTE = "POST /v1/personas"

_STALE = {"precondition_failed": "`If-Match` does not match; the reply's `ETag` is the current one"}


@router.post(
    "/v1/personas",
    summary="Generate a persona",
    status_code=201,
    response_model=Persona,
    openapi_extra=bodies.required_json(PersonaRequest, bodies.KEY_HEADER, bodies.PREFER_HEADER),
    responses={
        201: replies.persona_created(),
        202: {
            "model": RunReceipt | BatchReceipt,
            "description": "The run is in progress; see `Location`. With `count` above 1, the list of the runs",
            "content": {"application/json": {"example": BATCH_RECEIPT}},
        },
        200: replies.reply_or_stream(
            Estimate,
            "With `dry_run`, what the run would cost; with `stream`, the run's events, then the event `persona`",
        ),
        **replies.problems(
            *(400, 403, 413, 415, 422, 429, 500, 503),
            also=[
                *OF_KEYED_REQUESTS,
                *OF_SETTINGS,
                *OF_RUNS,
                "too_many_generations",
                "persona_deleted",
                "run_cancelled",
                "slug_taken",
            ],
        ),
    },
)
async def create_persona(request: Request, caller: Writer) -> Response:
    """Generates a persona from a brief. By default the request waits for the run and returns the persona.

    A persona whose audit stays below the minimum score is returned as `flagged`. `Prefer: respond-async` returns 202
    immediately, `Prefer: wait=<seconds>` after that time. Closing the connection does not stop the run. With an
    `Idempotency-Key`, a repeated request does not start a second run. `dry_run` returns an estimate and starts nothing.

    With `count` above 1 the reply is 202 at once, whatever `Prefer` says, and lists the runs of all people. Limits
    count each of them, and all are started or none. Without `seed`, a name that the brief leaves open differs from
    those of the workspace's last 50 personas; with `seed`, only within the request.
    """
    key = idempotency.scoped_key(request.headers.getlist(idempotency.HEADER), caller.workspace_id, ROUTE)
    body = await json_body(request, PersonaRequest)
    settings = pin_settings(caller.effective, body.config)
    if body.count > 1:
        batch.require_batchable(caller, body)
    if body.dry_run:
        choices = PersonaChoices(body.language, MAX_SEED if body.seed is None else body.seed)
        estimated = await wiring.in_thread(lambda: estimate_generation(body.intent, settings.engine, choices=choices))
        return document(estimated.times(body.count))
    if body.count > 1:
        start = partial(batch.start_batch, caller, body, settings)
        return await idempotent(request, caller, body, start)
    submitted = await generation.start_generation(request, caller, body, key, settings)
    return await generation.reply_of_run(request, submitted, stream=body.stream)


@router.get(
    "/v1/personas", summary="List personas", response_model=PersonaList, responses=replies.problems(401, 403, 422)
)
async def list_personas(
    caller: Reader,
    wanted: Annotated[PersonaFilter, Depends(persona_filter)],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Lists the personas of the workspace that match all filters, newest first.

    `metadata.<name>=<value>` selects by the caller's own strings, such as `metadata.ticket=A-17`; it may be repeated
    with other names. A page may be short, or empty, while `has_more` is true: at most 1,000 personas are looked at.
    """
    return document(await wiring.in_thread(lambda: persona_list(caller.workspace_id, wanted, limit, cursor)))


@router.get(
    "/v1/personas/{persona_id}",
    summary="Read a persona",
    response_model=Persona,
    responses={200: replies.tagged("The persona"), **replies.problems(401, 403, 404)},
)
async def read_persona(persona_id: str, caller: Reader) -> Response:
    """Returns a persona. Its layers are null until its first run is completed."""
    return persona_document(await wiring.in_thread(lambda: up_to_date_persona(caller.workspace_id, persona_id)))


@router.post(
    "/v1/personas/parse",
    summary="Parse a brief",
    response_model=ParsedBrief,
    openapi_extra=bodies.required_json(ParseRequest, bodies.KEY_HEADER),
    responses=replies.problems(
        400, 403, 413, 415, 422, 500, 503, also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_MODELS, "run_timed_out"]
    ),
)
async def parse_brief(request: Request, caller: Writer) -> Response:
    """Runs only the first step, and returns the facts with their spans, the tone and the constraints of the brief.

    It stores nothing and starts no run. It costs one model call, or two if the model's answer needs a repair.
    """
    body = await json_body(request, ParseRequest)
    settings = pin_settings(caller.effective, body.config)
    parse_input = ParseInput(intent=body.intent, config=settings.engine.pinned())

    async def call_step(_execution: Execution) -> Response:
        await count_spending(caller)
        return document(await parse_client.parse_brief(caller, parse_input))

    return await idempotent(request, caller, body, call_step)


@router.patch(
    "/v1/personas/{persona_id}",
    summary="Update a persona",
    response_model=Persona,
    openapi_extra=bodies.required_json(PersonaPatch, bodies.IF_MATCH_HEADER),
    responses={
        200: replies.tagged("The updated persona"),
        **replies.problems(400, 401, 403, 404, 413, 415, 422, also=["constraint_broken"]),
        **replies.refusals(
            409,
            {
                "slug_taken": "another persona of the workspace has this slug",
                **NOT_WRITTEN,
                "run_in_progress": "a persona cannot be archived or edited during its run; see `Location`",
            },
        ),
        **replies.refusals(412, _STALE),
    },
)
async def update_persona(persona_id: str, request: Request, caller: Writer) -> Response:
    """Sets `slug`, `visibility`, `archived` or fields of the layers, without calling a model.

    A change creates a new version; setting equal values changes nothing. Edited layers are checked against the
    constraints of the brief and the inner layers: 422 `constraint_broken` names field, bound and the step that set it.
    The audit of edited layers is `stale`, and so are fingerprint and test suite until they are run again.
    """
    if not is_persona_id(persona_id):
        raise not_found()
    body = await json_body(request, PersonaPatch)
    changes = updates.changes_of(body, Authorship(author=caller.key_id, reason=body.reason))
    tags = request.headers.getlist(IF_MATCH)
    after = await wiring.in_thread(
        lambda: updates.update_persona(caller.workspace_id, persona_id, changes, tags, request)
    )
    return persona_document(after)


@router.post(
    "/v1/personas/{persona_id}/regenerate",
    summary="Regenerate a persona from a step",
    response_model=Persona | RewriteEstimate,
    openapi_extra=bodies.required_json(RegenerationRequest, bodies.KEY_HEADER, bodies.PREFER_HEADER),
    responses={
        200: replies.tagged_or_stream(
            "The persona, or with `stream` the run's events followed by the persona; with `dry_run` the estimate",
            REWRITE_ESTIMATE,
        ),
        202: {"model": RunReceipt, "description": "The run is in progress; see `Location`"},
        **replies.problems(
            400,
            403,
            404,
            413,
            415,
            422,
            429,
            500,
            503,
            also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_RUNS, "too_many_generations", "constraint_broken"],
        ),
        **replies.refusals(
            409,
            {
                "run_in_progress": "a run is in progress for this persona; see `Location`",
                "request_in_progress": "the first request with this Idempotency-Key is still running; see `Location`",
                "persona_archived": "the persona is archived",
                "nothing_to_keep": "the results of the earlier steps are not stored; start at `intent_parse`",
                **PERSONA_DELETED,
                **RUN_CANCELLED,
            },
        ),
    },
)
async def regenerate_persona(persona_id: str, request: Request, caller: Writer) -> Response:
    """Runs the steps from `from` to the audit. The layers of earlier steps are kept unchanged, and so is all of `keep`.

    `edits` go in before the run, which keeps the edited fields. The persona keeps its current content until the run is
    completed, and also if it fails; `pending_run_id` names the run. `Prefer`, `stream` and `Idempotency-Key` work as
    for `POST /v1/personas`. Retries start at `from` or later. `dry_run` starts nothing and returns an estimate.
    """
    if not is_persona_id(persona_id):
        raise not_found()
    route = f"POST /v1/personas/{persona_id}/regenerate"
    key = idempotency.scoped_key(request.headers.getlist(idempotency.HEADER), caller.workspace_id, route)
    body = await json_body(request, RegenerationRequest)
    if body.dry_run:
        return document(await estimated_regeneration(caller, persona_id, body))
    submitted = await start_regeneration(request, caller, persona_id, body, key)
    return await generation.reply_of_run(request, submitted, stream=body.stream, status=200)


@router.delete(
    "/v1/personas/{persona_id}",
    summary="Delete a persona",
    status_code=204,
    response_class=Response,
    openapi_extra=bodies.request_headers(bodies.IF_MATCH_HEADER),
    responses={
        204: {"description": "The persona and everything it owns are deleted"},
        **replies.problems(401, 403, 404),
        **replies.refusals(412, _STALE),
    },
)
async def delete_persona(persona_id: str, request: Request, caller: Writer) -> Response:
    """Deletes a persona with its versions, runs, events, fingerprint and suite results. Ends a run in progress."""
    if not is_persona_id(persona_id):
        raise not_found()
    tags = request.headers.getlist(IF_MATCH)
    await wiring.in_thread(lambda: updates.remove_persona(caller.workspace_id, persona_id, tags))
    return Response(status_code=204)
