"""Routes of a persona's voice: its system prompt for other runtimes, and its fingerprint."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse

from fourfold.config.engine import SafetyConfig
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.jobs import estimate_fingerprint
from fourfold.http.body import json_body
from fourfold.http.negotiation import JSON, media_type_for
from fourfold.http.problems import rejected
from fourfold.idempotency import Execution
from fourfold.persona import NotWrittenError, Persona
from fourfold.problem import FieldError
from fourfold.progress.run import RunKind
from fourfold.voice.scenarios import scenario_set
from fourfold.voice.system_prompt import example_lines, system_prompt
from functions.api import wiring
from functions.api.budget import require_budget
from functions.api.chat.context import chat_persona
from functions.api.dependencies import Reader, Writer
from functions.api.errors import fingerprint_disabled, no_fingerprint, persona_not_written
from functions.api.idempotent import estimate_reply, idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import (
    IN_PROGRESS,
    NOT_READY,
    NOT_WRITTEN,
    OF_KEYED_REQUESTS,
    OF_MODELS,
    PERSONA_DELETED,
)
from functions.api.personas.lookup import known_persona
from functions.api.responses import document, run_receipt
from functions.api.runs.job_requests import request_job
from functions.api.runs.schemas import RunReceipt
from functions.api.spending import count_spending
from functions.api.voice.distinctiveness import WORKSPACE, distinctiveness_report
from functions.api.voice.fingerprint_report import plot, report
from functions.api.voice.schemas import DistinctivenessReport, FingerprintReport, FingerprintRequest, Voice

router = APIRouter(tags=["voice"])

_TEXT = ("text/markdown", "text/plain")
_INCLUDABLE = frozenset({"vector", "distances"})
_SVG = "image/svg+xml"
_NOT_COMPARABLE = {
    "fingerprint_not_ready": "one of the two voices has no fingerprint",
    "embedder_mismatch": "the fingerprints come from different embedders",
    "scenarios_mismatch": "the fingerprints are of different scenarios",
}
_NO_FINGERPRINT = {"fingerprint_not_ready": "the fingerprint is not ready"}


@router.get(
    "/v1/personas/{persona_id}/voice",
    summary="Read the voice for another runtime",
    response_model=Voice,
    responses={
        200: {
            "description": "The voice; with `Accept: text/markdown` or `text/plain` only the system prompt",
            "content": {"application/json": {}, **{kind: {"schema": {"type": "string"}} for kind in _TEXT}},
        },
        **replies.problems(401, 403, 404),
        **replies.refusals(409, NOT_WRITTEN),
    },
)
async def read_voice(persona_id: str, request: Request, caller: Reader) -> Response:
    """Returns a system prompt for any chat runtime, including the safety rules, and example lines.

    It is built from the four layers without a model call, and changes only with the persona or the safety settings.
    """
    persona = await wiring.in_thread(lambda: known_persona(caller.workspace_id, persona_id))
    prompt = _prompt_of(persona, caller.settings.engine.safety)
    media_type = media_type_for(request.headers.getlist("accept"), [JSON, *_TEXT])
    if media_type != JSON:
        return Response(prompt, headers={"Cache-Control": "no-store"}, media_type=media_type)
    return document(
        Voice(
            persona_id=persona.id,
            version=persona.version,
            language=persona.language,
            system_prompt=prompt,
            example_lines=example_lines(persona),
        )
    )


@router.get(
    "/v1/personas/{persona_id}/voice/system-prompt",
    summary="Read the system prompt as text",
    response_class=PlainTextResponse,
    responses={
        200: {"description": "The system prompt", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **replies.problems(404),
        **replies.refusals(409, NOT_WRITTEN),
    },
)
async def read_system_prompt(persona_id: str, caller: Reader) -> Response:
    """Returns the system prompt of the voice as plain text, ready to paste into any chat runtime."""
    persona = await wiring.in_thread(lambda: known_persona(caller.workspace_id, persona_id))
    return PlainTextResponse(_prompt_of(persona, caller.settings.engine.safety), headers={"Cache-Control": "no-store"})


def _prompt_of(persona: Persona, safety: SafetyConfig) -> str:
    try:
        return system_prompt(persona, safety)
    except NotWrittenError:
        raise persona_not_written() from None


@router.get(
    "/v1/personas/{persona_id}/distinctiveness",
    summary="Compare the voice with others",
    response_model=DistinctivenessReport,
    responses={**replies.problems(401, 403, 404, 422), **replies.refusals(409, _NOT_COMPARABLE)},
)
async def read_distinctiveness(
    persona_id: str,
    caller: Reader,
    baseline: Annotated[
        str,
        Query(
            pattern=r"^(workspace|assistant|per_[0-9a-hjkmnp-tv-z]{26})$",
            description="`workspace` (its newest voices), `assistant` (the model alone), or the id of a persona.",
        ),
    ] = WORKSPACE,
) -> Response:
    """Returns how distinct the voice is from the baseline, a verdict, and the three nearest voices of the workspace.

    It compares stored fingerprints and calls no model.
    """

    def read() -> DistinctivenessReport:
        persona = known_persona(caller.workspace_id, persona_id)
        minimum = caller.settings.engine.fingerprint.min_distinctiveness
        return distinctiveness_report(persona, baseline, minimum)

    return document(await wiring.in_thread(read))


@router.get(
    "/v1/personas/{persona_id}/fingerprint",
    summary="Read the voice fingerprint",
    response_model=FingerprintReport,
    responses=replies.problems(401, 403, 404, 422),
)
async def read_fingerprint(
    persona_id: str,
    caller: Reader,
    include: Annotated[
        str,
        Query(
            max_length=40,
            description="Additional fields: `vector`, `distances`, or both, separated by a comma.",
            json_schema_extra={"pattern": "^((vector|distances)(,(vector|distances))*)?$"},
        ),
    ] = "",
) -> Response:
    """Returns the fingerprint's status, grade and calibration. The status is `pending` until the job starts."""
    parts = frozenset(part for part in include.split(",") if part)
    if parts - _INCLUDABLE:
        detail = f"Must be one or more of {', '.join(sorted(_INCLUDABLE))}."
        raise rejected([FieldError(pointer="include", code="unknown_value", detail=detail)])

    def read() -> FingerprintReport:
        persona = known_persona(caller.workspace_id, persona_id)
        return report(persona, caller.settings.engine.pipeline.drift_detection, parts)

    return document(await wiring.in_thread(read))


@router.get(
    "/v1/personas/{persona_id}/fingerprint/plot",
    summary="Plot the voice fingerprint",
    response_class=Response,
    responses={
        200: {"description": "The plot", "content": {_SVG: {"schema": {"type": "string"}}}},
        **replies.problems(404),
        **replies.refusals(409, _NO_FINGERPRINT),
    },
)
async def read_fingerprint_plot(persona_id: str, caller: Reader) -> Response:
    """Returns an SVG with histograms of the distances of the persona's own and of other replies."""

    def draw() -> str | None:
        persona = known_persona(caller.workspace_id, persona_id)
        return plot(persona, caller.settings.engine.pipeline.drift_detection)

    svg = await wiring.in_thread(draw)
    if svg is None:
        raise no_fingerprint()
    return Response(svg, media_type=_SVG, headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/personas/{persona_id}/fingerprint",
    summary="Recompute the voice fingerprint",
    status_code=202,
    response_model=RunReceipt,
    openapi_extra=bodies.optional_json(FingerprintRequest, bodies.KEY_HEADER),
    responses={
        200: {"model": Estimate, "description": "With `dry_run`: what the job would cost"},
        202: replies.receipt("The job runs in the background; see `Location`"),
        **replies.problems(400, 404, 422, also=[*OF_KEYED_REQUESTS, *OF_MODELS]),
        **replies.refusals(
            409,
            {
                **NOT_READY,
                "fingerprint_disabled": "fingerprints are disabled",
                **IN_PROGRESS,
                **PERSONA_DELETED,
            },
        ),
    },
)
async def recompute_fingerprint(persona_id: str, request: Request, caller: Writer) -> Response:
    """Starts the fingerprint job, or returns the job in progress. Follow it at `Location`.

    `dry_run` returns an estimate and starts nothing.
    """
    body = await json_body(request, FingerprintRequest) if await request.body() else FingerprintRequest()

    def enabled_persona() -> Persona:
        speaker = chat_persona(caller, persona_id)
        if not caller.settings.engine.fingerprint.enabled:
            raise fingerprint_disabled()
        return speaker.persona

    def estimated() -> Estimate:
        engine = caller.settings.engine
        return estimate_fingerprint(persona, engine, scenario_set(engine.pipeline.variant))

    async def start(execution: Execution) -> Response:
        await count_spending(caller)
        await require_budget(caller, estimated)
        kind = RunKind.FINGERPRINT
        run = await wiring.in_thread(lambda: request_job(caller, persona_id, kind, execution.operation_id))
        return run_receipt(request, run)

    persona = await wiring.in_thread(enabled_persona)
    if body.dry_run:
        return estimate_reply(request, await wiring.in_thread(estimated))
    return await idempotent(request, caller, None, start)
