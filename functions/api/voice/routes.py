"""A persona's voice: its prompt for other runtimes, and its fingerprint."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fourfold.http.preferences import accepts
from fourfold.http.problems import ProblemError, rejected
from fourfold.idempotency import Execution
from fourfold.persona import NotWrittenError
from fourfold.problem import FieldError, problem
from fourfold.progress.run import RunKind
from fourfold.voice.system_prompt import example_lines, system_prompt
from functions.api import wiring
from functions.api.chat.context import chat_persona
from functions.api.dependencies import Reader, Writer
from functions.api.errors import no_fingerprint, persona_not_written
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import (
    DELETED_MEANWHILE,
    IN_PROGRESS,
    NOT_READY,
    NOT_WRITTEN,
    OF_KEYED_REQUESTS,
    OF_MODELS,
)
from functions.api.personas.lookup import known_persona
from functions.api.responses import document, run_receipt
from functions.api.runs.job_requests import request_job
from functions.api.runs.schemas import RunReceipt
from functions.api.voice.fingerprint_report import plot, report
from functions.api.voice.schemas import FingerprintReport, Voice
from functions.configuration import settings_of

router = APIRouter(tags=["voice"])

_TEXT = ("text/markdown", "text/plain")
_INCLUDABLE = frozenset({"vector", "distances"})
_SVG = "image/svg+xml"
_NO_FINGERPRINT = {"fingerprint_not_ready": "there is no fingerprint yet"}


@router.get(
    "/v1/personas/{persona_id}/voice",
    summary="Take a persona's voice elsewhere",
    response_model=Voice,
    responses={
        200: {
            "description": "The voice; with `Accept: text/markdown` or `text/plain` the prompt alone",
            "content": {"application/json": {}, **{kind: {"schema": {"type": "string"}} for kind in _TEXT}},
        },
        **replies.problems(401, 403, 404),
        **replies.refusals(409, NOT_WRITTEN),
    },
)
async def read_voice(persona_id: str, request: Request, caller: Reader) -> Response:
    """A system prompt to paste into any chat runtime, with the safety floor in it, and example lines.

    Made of the four layers, without asking a model: the same until the persona or the safety settings change.
    """
    persona = await wiring.in_thread(lambda: known_persona(caller.workspace_id, persona_id))
    settings = await wiring.in_thread(lambda: settings_of(caller.workspace_id))
    try:
        prompt = system_prompt(persona, settings.engine.safety)
    except NotWrittenError:
        raise persona_not_written() from None
    for kind in _TEXT:
        if accepts(request.headers.get("accept"), kind):
            return Response(prompt, headers={"Cache-Control": "no-store"}, media_type=kind)
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
            description="`vector`, `distances`, or both with a comma.",
            json_schema_extra={"pattern": "^((vector|distances)(,(vector|distances))*)?$"},
        ),
    ] = "",
) -> Response:
    """Where it stands, how good it is, and what it is told from. `pending` from the moment the persona exists."""
    parts = frozenset(part for part in include.split(",") if part)
    if parts - _INCLUDABLE:
        detail = f"Must be of {', '.join(sorted(_INCLUDABLE))}."
        raise rejected([FieldError(pointer="include", code="unknown_value", detail=detail)])

    def read() -> FingerprintReport:
        persona = known_persona(caller.workspace_id, persona_id)
        return report(persona, settings_of(caller.workspace_id).engine.pipeline.drift_detection, parts)

    return document(await wiring.in_thread(read))


@router.get(
    "/v1/personas/{persona_id}/fingerprint/plot",
    summary="See the voice fingerprint",
    response_class=Response,
    responses={
        200: {"description": "Own and others' distances", "content": {_SVG: {"schema": {"type": "string"}}}},
        **replies.problems(404),
        **replies.refusals(409, _NO_FINGERPRINT),
    },
)
async def read_fingerprint_plot(persona_id: str, caller: Reader) -> Response:
    """An SVG of the distances of own and of others' replies. 409 before there is a fingerprint."""

    def draw() -> str | None:
        persona = known_persona(caller.workspace_id, persona_id)
        return plot(persona, settings_of(caller.workspace_id).engine.pipeline.drift_detection)

    svg = await wiring.in_thread(draw)
    if svg is None:
        raise no_fingerprint()
    return Response(svg, media_type=_SVG, headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/personas/{persona_id}/fingerprint",
    summary="Take the voice fingerprint anew",
    status_code=202,
    response_model=RunReceipt,
    openapi_extra=bodies.request_headers(bodies.KEY_HEADER),
    responses={
        202: replies.receipt("The job goes on in the background; follow it at `Location`"),
        **replies.problems(400, 404, 422, also=[*OF_KEYED_REQUESTS, *OF_MODELS]),
        **replies.refusals(
            409,
            {
                **NOT_READY,
                "fingerprint_disabled": "fingerprints are switched off",
                **IN_PROGRESS,
                **DELETED_MEANWHILE,
            },
        ),
    },
)
async def take_fingerprint(persona_id: str, request: Request, caller: Writer) -> Response:
    """Starts the job, or answers with the one under way. Follow it at `Location`."""
    workspace_id = caller.workspace_id

    def require_enabled() -> None:
        chat_persona(workspace_id, persona_id)
        if not settings_of(workspace_id).engine.fingerprint.enabled:
            detail = "Set engine.fingerprint.enabled to true first."
            raise ProblemError(problem("fingerprint_disabled", "Fingerprints are switched off", 409, detail))

    async def start(execution: Execution) -> Response:
        kind = RunKind.FINGERPRINT
        run = await wiring.in_thread(lambda: request_job(workspace_id, persona_id, kind, execution.operation_id))
        return run_receipt(request, run)

    await wiring.in_thread(require_enabled)
    return await idempotent(request, caller, None, start)
