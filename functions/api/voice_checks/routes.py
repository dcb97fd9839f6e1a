"""Routes of voice checks: compare a persona on another model with its fingerprint, and read the certificates."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from fourfold.estimates.estimate import Estimate
from fourfold.estimates.jobs import estimate_voice_check
from fourfold.http.body import json_body
from fourfold.idempotency import Execution
from fourfold.progress.run import RunKind
from fourfold.provocation.plan import Selection
from fourfold.voice.scenarios import scenario_set
from fourfold.voice.voice_check_job import Checked
from fourfold.voice_certificate import VoiceCertificate
from functions.api import wiring
from functions.api.budget import require_budget
from functions.api.dependencies import Reader, Writer
from functions.api.idempotent import estimate_reply, idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import IN_PROGRESS, NOT_READY, OF_KEYED_REQUESTS, OF_MODELS, PERSONA_DELETED
from functions.api.personas.lookup import known_persona
from functions.api.responses import document, run_receipt
from functions.api.runs.schemas import RunReceipt
from functions.api.spending import count_spending
from functions.api.suite.job_requests import planned_tests, require_models
from functions.api.voice_checks.job_requests import (
    CHECK_RUNNING,
    OUTDATED,
    checkable_persona,
    request_check,
    require_model,
)
from functions.api.voice_checks.schemas import VoiceCheckRequest, VoiceChecks
from functions.wiring import job_store

router = APIRouter(tags=["voice"])
PATH = "/v1/personas/{persona_id}/voice-check"
# Certificates in a reply. They are stored by model, so a persona has as many as models were checked.
_SHOWN: Final = 20


@router.post(
    PATH,
    summary="Check another model against the voice",
    status_code=202,
    response_model=RunReceipt,
    openapi_extra=bodies.required_json(VoiceCheckRequest, bodies.KEY_HEADER),
    responses={
        200: {"model": Estimate, "description": "With `dry_run`: what the check would cost"},
        202: replies.receipt("The check runs in the background; see `Location`"),
        **replies.problems(
            *(400, 404, 413, 415, 422), also=[*OF_KEYED_REQUESTS, *OF_MODELS, "provider_not_configured"]
        ),
        **replies.refusals(
            409,
            {
                **NOT_READY,
                "fingerprint_disabled": "fingerprints are disabled",
                "fingerprint_not_ready": "the fingerprint is not ready",
                OUTDATED: "the fingerprint is of earlier layers or other scenarios, or did not keep its replies",
                "embedder_mismatch": "another embedder made the fingerprint",
                CHECK_RUNNING: "another check is in progress; see `Location`",
                "suite_disabled": "`suite` is true, and the provocation suite is disabled",
                **IN_PROGRESS,
                **PERSONA_DELETED,
            },
        ),
    },
)
async def check_voice(persona_id: str, request: Request, caller: Writer) -> Response:
    """Starts a check of another model: it answers the fingerprint's fifty scenarios, and the replies are compared.

    Each scenario is a pair. The certificate says whether the voice is `equivalent`, `degraded` or neither for sure,
    with the voice's own retest noise as margin, and which style features change. With `suite` every provocation test
    runs on the present models and on this one, and the certificate says which are lost and gained. If the same check is
    in progress, its run is returned. `dry_run` returns an estimate and starts nothing.
    """
    body = await json_body(request, VoiceCheckRequest)
    persona = await wiring.in_thread(lambda: checkable_persona(caller, persona_id))
    require_model(body.model)
    plan = await wiring.in_thread(lambda: planned_tests(caller, Selection())) if body.suite else None
    if body.suite:
        require_models(caller)

    def estimated() -> Estimate:
        engine = caller.settings.engine
        return estimate_voice_check(persona, engine, scenario_set(engine.pipeline.variant), body.model, plan)

    async def start(execution: Execution) -> Response:
        await count_spending(caller)
        await require_budget(caller, estimated)
        checked, operation = Checked(body.model, body.suite), execution.operation_id
        run = await wiring.in_thread(lambda: request_check(caller, persona_id, checked, operation))
        return run_receipt(request, run)

    if body.dry_run:
        return estimate_reply(request, await wiring.in_thread(estimated))
    return await idempotent(request, caller, body, start, transient=frozenset({CHECK_RUNNING}))


@router.get(
    PATH,
    summary="Read the voice certificates",
    response_model=VoiceChecks,
    responses=replies.problems(401, 403, 404, 422),
)
async def read_voice_checks(
    persona_id: str,
    caller: Reader,
    model: Annotated[
        str | None, Query(max_length=160, description="Return only the certificate of this model, `provider:model`.")
    ] = None,
) -> Response:
    """Returns the state of the newest voice check, and the newest certificate of each model."""
    return document(await wiring.in_thread(lambda: _read(caller.workspace_id, persona_id, model)))


def _read(workspace_id: str, persona_id: str, model: str | None) -> VoiceChecks:
    persona, kind = known_persona(workspace_id, persona_id), RunKind.VOICE_CHECK
    state = job_store().state(workspace_id, persona.id, kind)
    if model is None:
        texts = job_store().named_results(workspace_id, persona.id, kind, _SHOWN)
    else:
        texts = [text for text in [job_store().result(workspace_id, persona.id, kind, model)] if text is not None]
    found = sorted(map(VoiceCertificate.model_validate_json, texts), key=lambda made: made.created_at, reverse=True)
    return VoiceChecks(
        persona_id=persona.id,
        status=state and state.status,
        run_id=state and state.run_id,
        error=state and state.error,
        certificates=tuple(found),
    )
