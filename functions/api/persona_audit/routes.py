"""The route that audits a persona's layers as they are."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from fourfold.config.engine import RunSettings
from fourfold.http import idempotency
from fourfold.http.body import json_body
from fourfold.http.problems import not_found
from fourfold.ids import is_persona_id
from fourfold.persona import Persona
from fourfold.persona_versions import Authorship
from fourfold.pipeline.regeneration import NothingWrittenError, audit_config
from fourfold.pipeline.submit import Regenerate, Submission
from fourfold.progress.run import RunKind
from fourfold.steps import StepName
from functions.api.config.pinning import pin_settings
from functions.api.dependencies import Writer
from functions.api.errors import persona_not_written
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import NOT_WRITTEN, OF_KEYED_REQUESTS, OF_RUNS, OF_SETTINGS, PERSONA_DELETED
from functions.api.persona_audit.schemas import AuditRequest
from functions.api.personas import generation
from functions.api.personas.regeneration import start_on_persona
from functions.api.runs.schemas import RunReceipt

router = APIRouter(tags=["personas"])


@router.post(
    "/v1/personas/{persona_id}/audit",
    summary="Audit a persona",
    response_model=Persona,
    openapi_extra=bodies.required_json(AuditRequest, bodies.KEY_HEADER, bodies.PREFER_HEADER),
    responses={
        200: replies.tagged_or_stream("The persona, or with `stream` the run's events followed by the persona"),
        202: {"model": RunReceipt, "description": "The run is in progress; see `Location`"},
        **replies.problems(
            *(400, 403, 404, 413, 415, 422, 429, 500, 503),
            also=[*OF_KEYED_REQUESTS, *OF_SETTINGS, *OF_RUNS, "too_many_generations"],
        ),
        **replies.refusals(
            409,
            {
                "run_in_progress": "a run is in progress for this persona; see `Location`",
                "request_in_progress": "the first request with this Idempotency-Key is still running; see `Location`",
                "persona_archived": "the persona is archived",
                **NOT_WRITTEN,
                **PERSONA_DELETED,
            },
        ),
    },
)
async def audit_persona(persona_id: str, request: Request, caller: Writer) -> Response:
    """Scores the layers as they are, after an edit or an import, and changes none of them.

    The new audit is a new version; the persona becomes `active` or `flagged` by its score. `Prefer`, `stream` and
    `Idempotency-Key` work as for `POST /v1/personas`. It costs one call of the audit's model.
    """
    if not is_persona_id(persona_id):
        raise not_found()
    route = f"POST /v1/personas/{persona_id}/audit"
    key = idempotency.scoped_key(request.headers.getlist(idempotency.HEADER), caller.workspace_id, route)
    body = await json_body(request, AuditRequest)
    pinned = pin_settings(caller.effective, body.config)
    submission = Submission(
        caller.workspace_id,
        Regenerate(persona_id, StepName.AUDIT, RunKind.AUDIT),
        RunSettings(audit_config(pinned.engine), pinned.revisions),
        key,
        idempotency.fingerprint(body),
        max_concurrent=caller.settings.api.limits.concurrent_generations,
        by=Authorship(author=caller.key_id, reason=body.reason),
    )
    try:
        submitted = await start_on_persona(request, caller, submission, persona_id)
    except NothingWrittenError:
        raise persona_not_written() from None
    return await generation.reply_of_run(request, submitted, stream=body.stream, status=200)
