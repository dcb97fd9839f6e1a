"""Requests voice checks. The model is stored with the run, before the job message is sent."""

from __future__ import annotations

import os

from fourfold.config.request import provider_of, usable_names, why_unusable
from fourfold.http.problems import ProblemError
from fourfold.models.credentials import available_providers
from fourfold.persona import Persona
from fourfold.problem import FieldError, problem
from fourfold.progress.run import Run, RunKind
from fourfold.voice.scenarios import scenario_set
from fourfold.voice.voice_check_job import Checked, fingerprint_replies, read_checked
from functions.api.chat.context import chat_persona
from functions.api.dependencies import AdmittedCaller
from functions.api.errors import embedder_mismatch, fingerprint_disabled, no_fingerprint
from functions.api.runs.job_requests import job_message, pinned_run, send_job
from functions.wiring import job_context, job_store

CHECK_RUNNING = "voice_check_running"
OUTDATED = "fingerprint_outdated"


def checkable_persona(caller: AdmittedCaller, persona_id: str) -> Persona:
    """Returns a persona whose voice another model can be compared with.

    Raises:
        ProblemError: 404 no such persona; 409 it cannot speak, or has no fingerprint that can be compared with.
    """
    if not caller.settings.engine.fingerprint.enabled:
        raise fingerprint_disabled()
    speaker = chat_persona(caller, persona_id)
    fingerprint = speaker.scorer.fingerprint
    if fingerprint is None:
        raise embedder_mismatch() if speaker.scorer.missing == "embedder_mismatch" else no_fingerprint()
    summary = speaker.persona.fingerprint
    scenarios = scenario_set(caller.settings.engine.pipeline.variant)
    stale = summary is not None and summary.stale
    if stale or not fingerprint_replies(job_store(), caller.workspace_id, fingerprint, scenarios):
        if stale:
            why = "A layer has changed since."
        elif fingerprint.scenario_set != scenarios.version:
            why = "The scenarios have changed since: see engine.pipeline.variant."
        else:
            why = "An earlier version of fourfold made it, without its replies."
        detail = f"{why} POST .../fingerprint computes it again."
        raise ProblemError(problem(OUTDATED, "The fingerprint is outdated", 409, detail))
    return speaker.persona


def require_model(model: str) -> None:
    """Raises ProblemError (422) if the deployment has no credentials for the model."""
    provider = provider_of(model)
    if provider in usable_names(available_providers(os.environ)):
        return
    fault = FieldError(pointer="/model", code="provider_not_configured", detail=f"{why_unusable({provider})}.")
    detail = f"{model} cannot be used in this deployment. Choose another model, or add the credentials of its provider."
    answer = problem("provider_not_configured", "No usable model is configured", 422, detail)
    raise ProblemError(answer.model_copy(update={"errors": (fault,)}))


def request_check(caller: AdmittedCaller, persona_id: str, checked: Checked, operation_id: str) -> Run:
    """Requests a check and returns its run; if a check of this model in the same extent is in progress, its run.

    Raises:
        ProblemError: 409, another check is in progress.
    """
    message = job_message(caller.workspace_id, persona_id, RunKind.VOICE_CHECK, operation_id)
    active = job_store().run(caller.workspace_id, message.run_id)
    if active is None:
        run = pinned_run(message, caller)
        active = job_store().request(run, checked.texts())
        if active.id != run.id and read_checked(job_context().checkpoints_of(active)) != checked:
            raise _check_running(active)
    send_job(message.model_copy(update={"run_id": active.id}))
    return active


def _check_running(active: Run) -> ProblemError:
    path = f"/v1/runs/{active.id}"
    detail = "Follow the run at Location and retry when it has ended."
    answer = problem(CHECK_RUNNING, "Another voice check is in progress", 409, detail)
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "15"})
