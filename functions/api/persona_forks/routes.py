"""Routes that fork a persona, and read its lineage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fourfold.http.body import json_body
from fourfold.http.cursors import id_after
from fourfold.http.problems import not_found
from fourfold.idempotency import Execution
from fourfold.ids import is_persona_id
from fourfold.persona import Persona
from fourfold.personas.lineage import Lineage
from functions.api import wiring
from functions.api.dependencies import Reader, Writer
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import (
    IN_PROGRESS,
    NOT_WRITTEN,
    OF_KEYED_REQUESTS,
    OF_RUNS,
    OF_SETTINGS,
    PERSONA_DELETED,
)
from functions.api.paging import Cursor
from functions.api.persona_forks.forking import forked
from functions.api.persona_forks.lineage import lineage_of
from functions.api.persona_forks.schemas import ForkRequest
from functions.api.personas.lookup import known_persona
from functions.api.responses import document
from functions.api.runs.schemas import RunReceipt
from functions.api.spending import count_spending

router = APIRouter(tags=["personas"])


@router.post(
    "/v1/personas/{persona_id}/fork",
    summary="Fork a persona",
    status_code=201,
    response_model=Persona,
    openapi_extra=bodies.required_json(ForkRequest, bodies.KEY_HEADER, bodies.PREFER_HEADER),
    responses={
        201: replies.persona_created(),
        202: {"model": RunReceipt, "description": "The run is in progress; see `Location`"},
        **replies.problems(
            400,
            401,
            403,
            404,
            413,
            415,
            422,
            429,
            also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_RUNS, "too_many_generations", "constraint_broken"],
        ),
        **replies.refusals(
            409,
            {
                "slug_taken": "another persona of the workspace has this slug",
                "nothing_to_keep": "the parsed brief of the layers is not stored, so they cannot be written again",
                **IN_PROGRESS,
                **NOT_WRITTEN,
                **PERSONA_DELETED,
            },
        ),
    },
)
async def fork_persona(persona_id: str, request: Request, caller: Writer) -> Response:
    """Makes a persona of its own from the layers of another, with edits. Alone they need no model.

    In another language the lines and words of the mask are written by a run, with `refine` a layer; it is waited for as
    in `POST /v1/personas`. All other fields keep their bytes. `parent_id` and `root_id` say where the fork comes from;
    deleting the parent leaves it whole. Its fingerprint and its test suite are computed in the background.
    """
    if not is_persona_id(persona_id):
        raise not_found()
    body = await json_body(request, ForkRequest)

    async def fork(execution: Execution) -> Response:
        await count_spending(caller)
        return await forked(request, caller, persona_id, body, execution)

    return await idempotent(request, caller, body, fork)


@router.get(
    "/v1/personas/{persona_id}/lineage",
    summary="Read a persona's lineage",
    response_model=Lineage,
    responses=replies.problems(401, 403, 404, 422),
)
async def read_lineage(
    persona_id: str,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100, description="Maximum number of children.")] = 20,
    cursor: Cursor = None,
) -> Response:
    """Returns parent, root and ancestors of a persona, and the personas forked from it, oldest first.

    A deleted persona keeps its place as `gone`. Deleted forks are not among the children.
    """
    after = None if cursor is None else id_after(cursor, is_persona_id)
    return document(
        await wiring.in_thread(lambda: lineage_of(known_persona(caller.workspace_id, persona_id), limit, after))
    )
