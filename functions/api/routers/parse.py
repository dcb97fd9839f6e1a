"""Step 1 alone: what a brief fixes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from fourfold.http.body import json_body
from fourfold.pipeline.parse_alone import ParsedBrief, ParseOrder
from functions.api import openapi, step_alone
from functions.api.bodies import ParseRequest
from functions.api.callers import Writer
from functions.api.replies import document
from functions.api.settings import effective_config

router = APIRouter(tags=["personas"])


@router.post(
    "/v1/personas/parse",
    summary="Read a brief",
    response_model=ParsedBrief,
    openapi_extra=openapi.body_of(ParseRequest),
    responses=openapi.problems(400, 401, 403, 413, 415, 422, 500, 502, 503, 504),
)
async def parse(request: Request, caller: Writer) -> Response:  # noqa: ARG001 - the key is checked
    """Runs the first step by itself and answers with what it found: facts with their spans, tone, constraints.

    Nothing is stored and no run is started. It costs one model call (two if the answer has to be mended).
    """
    body = await json_body(request, ParseRequest)
    config = effective_config(body.config)
    return document(await step_alone.parsed(ParseOrder(intent=body.intent, config=config.pinned())))
