"""Personas: generate, parse a brief, list, read, change, regenerate, delete."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fourfold.http import idempotency
from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.preconditions import HEADER as IF_MATCH
from fourfold.http.preferences import accepts, preference
from fourfold.http.problems import not_found
from fourfold.http.sse import MEDIA_TYPE as EVENT_STREAM
from fourfold.idempotency import Execution
from fourfold.ids import is_persona_id
from fourfold.persona import Persona, Visibility
from fourfold.pipeline.parse_alone import ParsedBrief, ParseInput
from functions.api import wiring
from functions.api.config.pinning import pin_settings
from functions.api.dependencies import Reader, Writer
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import (
    DELETED_MEANWHILE,
    NOT_WRITTEN,
    OF_KEYED_REQUESTS,
    OF_MODELS,
    OF_RUNS,
    OF_SETTINGS,
)
from functions.api.personas import generation, parse_client
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.regeneration import start_regeneration
from functions.api.personas.schemas import ParseRequest, PersonaList, PersonaPatch, PersonaRequest, RegenerationRequest
from functions.api.personas.updates import remove_persona, update_persona
from functions.api.responses import document, persona_document
from functions.api.runs.polling import current_persona
from functions.api.runs.schemas import RunReceipt
from functions.wiring import persona_store

router = APIRouter(tags=["personas"])
ROUTE = "POST /v1/personas"

_STALE = {"precondition_failed": "the persona is no longer what `If-Match` names; the reply's `ETag` is its own now"}


@router.post(
    "/v1/personas",
    summary="Generate a persona",
    status_code=201,
    response_model=Persona,
    openapi_extra=bodies.required_json(PersonaRequest, bodies.KEY_HEADER, bodies.PREFER_HEADER),
    responses={
        201: replies.persona_created(),
        202: {"model": RunReceipt, "description": "The run goes on; see `Location`"},
        **replies.event_stream("The run's events; the persona itself comes last, as the event `persona`"),
        **replies.problems(
            *(400, 403, 413, 415, 422, 429, 500, 503),
            also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_RUNS, "too_many_generations", "persona_deleted"],
        ),
    },
)
async def create_persona(request: Request, caller: Writer) -> Response:
    """Turns a brief into a persona. Waits for it by default; a brief that cannot be honoured ends `flagged`, a 201 too.

    `Prefer: respond-async` answers 202 at once, `Prefer: wait=<seconds>` after that time. A client that goes away does
    not stop the run. With an `Idempotency-Key` a repeated request never starts a second run.
    """
    key = idempotency.scoped_key(request.headers.getlist(idempotency.HEADER), caller.workspace_id, ROUTE)
    body = await json_body(request, PersonaRequest)
    settings = await wiring.in_thread(lambda: pin_settings(caller, body.config))
    submitted = await generation.start_generation(request, caller.workspace_id, body, key, settings)
    if body.stream or accepts(request.headers.get("accept"), EVENT_STREAM):
        return await generation.stream_events(request, submitted)
    return await generation.wait_for_persona(request, submitted, preference(request.headers.getlist("prefer")))


@router.get(
    "/v1/personas", summary="List personas", response_model=PersonaList, responses=replies.problems(401, 403, 422)
)
async def list_personas(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
) -> Response:
    """The workspace's personas, newest first."""
    after = None if cursor is None else id_after(cursor, is_persona_id)
    return document(await wiring.in_thread(lambda: _page(caller.workspace_id, limit, after)))


@router.get(
    "/v1/personas/{persona_id}",
    summary="Read a persona",
    response_model=Persona,
    responses={200: replies.tagged("The persona"), **replies.problems(401, 403, 404)},
)
async def read_persona(persona_id: str, caller: Reader) -> Response:
    """One persona. Its layers are null until its run is done."""
    return persona_document(await wiring.in_thread(lambda: up_to_date_persona(caller.workspace_id, persona_id)))


@router.post(
    "/v1/personas/parse",
    summary="Read a brief",
    response_model=ParsedBrief,
    openapi_extra=bodies.required_json(ParseRequest, bodies.KEY_HEADER),
    responses=replies.problems(
        400, 403, 413, 415, 422, 500, 503, also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_MODELS, "run_timed_out"]
    ),
)
async def parse(request: Request, caller: Writer) -> Response:
    """Runs the first step by itself and answers with what it found: facts with their spans, tone, constraints.

    Nothing is stored and no run is started. It costs one model call (two if the answer has to be mended).
    """
    body = await json_body(request, ParseRequest)
    settings = await wiring.in_thread(lambda: pin_settings(caller, body.config))
    parse_input = ParseInput(intent=body.intent, config=settings.config.pinned())

    async def read(_execution: Execution) -> Response:
        return document(await parse_client.parse_brief(parse_input))

    return await idempotent(request, caller, body, read)


@router.patch(
    "/v1/personas/{persona_id}",
    summary="Change a persona",
    response_model=Persona,
    openapi_extra=bodies.required_json(PersonaPatch, bodies.IF_MATCH_HEADER),
    responses={
        200: replies.tagged("The persona as it is now"),
        **replies.problems(400, 401, 403, 404, 413, 415, 422),
        **replies.refusals(
            409,
            {
                "slug_taken": "another persona of the workspace has this slug",
                **NOT_WRITTEN,
                "run_in_progress": "it is archived before or after its run, not during it; see `Location`",
            },
        ),
        **replies.refusals(412, _STALE),
    },
)
async def change(persona_id: str, request: Request, caller: Writer) -> Response:
    """Sets slug, visibility or archived. A change makes a new version; the same values again change nothing."""
    if not is_persona_id(persona_id):
        raise not_found()
    body = await json_body(request, PersonaPatch)
    values: dict[str, Any] = body.model_dump(exclude_unset=True)
    if "visibility" in values:
        values["visibility"] = Visibility(values["visibility"])
    tags, root_path = request.headers.getlist(IF_MATCH), request.scope.get("root_path", "")
    after = await wiring.in_thread(lambda: update_persona(caller.workspace_id, persona_id, values, tags, root_path))
    return persona_document(after)


@router.post(
    "/v1/personas/{persona_id}/regenerate",
    summary="Write a persona anew from a step on",
    response_model=Persona,
    openapi_extra=bodies.required_json(RegenerationRequest, bodies.KEY_HEADER, bodies.PREFER_HEADER),
    responses={
        200: replies.tagged_or_stream("The persona, or, if you asked for them, the run's events and the persona last"),
        202: {"model": RunReceipt, "description": "The run goes on; see `Location`"},
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
            also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_RUNS, "too_many_generations"],
        ),
        **replies.refusals(
            409,
            {
                "run_in_progress": "a run is writing this persona already; see `Location`",
                "request_in_progress": "the first request with this Idempotency-Key is still running; see `Location`",
                "persona_archived": "the persona is archived; take it out first",
                "nothing_to_keep": "what the earlier steps left is not there; begin at `intent_parse`",
                **DELETED_MEANWHILE,
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
    submitted = await start_regeneration(request, caller, persona_id, body, key)
    if body.stream or accepts(request.headers.get("accept"), EVENT_STREAM):
        return await generation.stream_events(request, submitted)
    return await generation.wait_for_persona(
        request, submitted, preference(request.headers.getlist("prefer")), status=200
    )


@router.delete(
    "/v1/personas/{persona_id}",
    summary="Delete a persona",
    status_code=204,
    response_class=Response,
    openapi_extra=bodies.request_headers(bodies.IF_MATCH_HEADER),
    responses={
        204: {"description": "It is gone, and everything it owned"},
        **replies.problems(401, 403, 404),
        **replies.refusals(412, _STALE),
    },
)
async def delete(persona_id: str, request: Request, caller: Writer) -> Response:
    """Removes the persona with its versions, runs, events and all that was measured of it. A run that is going ends."""
    if not is_persona_id(persona_id):
        raise not_found()
    tags = request.headers.getlist(IF_MATCH)
    await wiring.in_thread(lambda: remove_persona(caller.workspace_id, persona_id, tags))
    return Response(status_code=204)


def _page(workspace_id: str, limit: int, after: str | None) -> PersonaList:
    """One more than asked for is read: only that tells whether there is a next page."""
    page = persona_store().page(workspace_id, limit + 1, after)
    shown = page.personas[:limit]
    has_more = len(page.personas) > limit or page.last is not None
    return PersonaList(
        data=tuple(current_persona(workspace_id, persona) for persona in shown),
        has_more=has_more,
        next_cursor=opaque_cursor(shown[-1].id) if has_more else None,
    )
