"""Personas: make one, list them, read one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fourfold.http import idempotency
from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.preferences import accepts, preference
from fourfold.http.problems import not_found
from fourfold.http.sse import MEDIA_TYPE as EVENT_STREAM
from fourfold.ids import is_persona_id
from fourfold.persona import Persona
from functions.api import wiring
from functions.api.config.pinning import pinned
from functions.api.dependencies import Reader, Writer
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS, OF_RUNS, OF_SETTINGS
from functions.api.personas import generation
from functions.api.personas.documents import PersonaList, PersonaRequest, RunReceipt
from functions.api.responses import document, persona_document
from functions.api.runs.polling import current_persona
from functions.wiring import persona_store

router = APIRouter(tags=["personas"])
ROUTE = "POST /v1/personas"


@router.post(
    "/v1/personas",
    summary="Generate a persona",
    status_code=201,
    response_model=Persona,
    openapi_extra=openapi.persona_request(),
    responses={
        201: openapi.created(),
        202: {"model": RunReceipt, "description": "The run goes on; see `Location`"},
        **openapi.event_stream("The run's events; the persona itself comes last, as the event `persona`"),
        **openapi.problems(
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
    accepted = await generation.accepted(request, caller, body, key, pinned(caller.effective, body.config))
    if body.stream or accepts(request.headers.get("accept"), EVENT_STREAM):
        return await generation.streamed(request, accepted)
    return await generation.awaited(request, accepted, preference(request.headers.getlist("prefer")))


@router.get(
    "/v1/personas", summary="List personas", response_model=PersonaList, responses=openapi.problems(401, 403, 422)
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
    responses={200: openapi.tagged("The persona"), **openapi.problems(401, 403, 404)},
)
async def read_persona(persona_id: str, caller: Reader) -> Response:
    """One persona. Its layers are null until its run is done."""
    if not is_persona_id(persona_id):
        raise not_found()
    persona = await wiring.in_thread(lambda: _persona(caller.workspace_id, persona_id))
    if persona is None:
        raise not_found()
    return persona_document(persona)


def _persona(workspace_id: str, persona_id: str) -> Persona | None:
    persona = persona_store().persona(workspace_id, persona_id)
    return None if persona is None else current_persona(workspace_id, persona)


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
