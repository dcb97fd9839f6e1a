"""Step 1 alone: what a brief fixes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from fourfold.http.body import json_body
from fourfold.idempotency import Execution
from fourfold.pipeline.parse_alone import ParsedBrief, ParseInput
from functions.api.config.pinning import pinned
from functions.api.dependencies import Writer
from functions.api.idempotent import idempotent
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS, OF_MODELS, OF_SETTINGS
from functions.api.personas import parse_client as step_alone
from functions.api.personas.schemas import ParseRequest
from functions.api.responses import document

router = APIRouter(tags=["personas"])


@router.post(
    "/v1/personas/parse",
    summary="Read a brief",
    response_model=ParsedBrief,
    openapi_extra=openapi.json_request(ParseRequest, idempotent=True),
    responses=openapi.problems(
        400, 403, 413, 415, 422, 500, 503, also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_MODELS, "run_timed_out"]
    ),
)
async def parse(request: Request, caller: Writer) -> Response:
    """Runs the first step by itself and answers with what it found: facts with their spans, tone, constraints.

    Nothing is stored and no run is started. It costs one model call (two if the answer has to be mended).
    """
    body = await json_body(request, ParseRequest)
    settings = pinned(caller.effective, body.config)
    order = ParseInput(intent=body.intent, config=settings.config.pinned())

    async def read(_execution: Execution) -> Response:
        return document(await step_alone.parsed(order))

    return await idempotent(request, caller, body, read)
