"""Starts a run that regenerates a persona from a step."""

from __future__ import annotations

from fastapi import Request

from fourfold.config.engine import RunSettings
from fourfold.http import idempotency
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.persona_versions import Authorship
from fourfold.pipeline.regeneration import NoSuchStepError, NothingWrittenError, regeneration_config
from fourfold.pipeline.submit import (
    ArchivedError,
    NoSuchPersonaError,
    Regenerate,
    RunInProgressError,
    Submission,
    SubmittedRun,
)
from fourfold.problem import FieldError, problem
from fourfold.steps import StepName
from functions.api import wiring
from functions.api.config.pinning import pin_settings
from functions.api.dependencies import AdmittedCaller
from functions.api.errors import run_in_progress
from functions.api.personas import generation
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.schemas import RegenerationRequest
from functions.api.responses import path_to
from functions.api.spending import count_spending


async def start_regeneration(
    request: Request, caller: AdmittedCaller, persona_id: str, body: RegenerationRequest, key: str | None
) -> SubmittedRun:
    """Starts the run, or returns the run that the same Idempotency-Key started.

    Raises:
        ProblemError: 404 no such persona, 409 conflicts with its state, 422 invalid settings or step; and as
            `generation.start_run`.
    """
    first = StepName(body.from_)
    submission = Submission(
        caller.workspace_id,
        Regenerate(persona_id, first),
        _settings(caller, body, first),
        key,
        idempotency.fingerprint(body),
        max_concurrent=caller.settings.api.limits.concurrent_generations,
        by=Authorship(author=caller.key_id, reason=body.reason),
    )
    try:
        return await start_on_persona(request, caller, submission, persona_id)
    except NothingWrittenError:
        raise _nothing_to_keep() from None


async def start_on_persona(
    request: Request, caller: AdmittedCaller, submission: Submission, persona_id: str
) -> SubmittedRun:
    """Starts a run on a persona that exists, or returns the run that the same Idempotency-Key started.

    NothingWrittenError is passed on.

    Raises:
        ProblemError: 404 no such persona, 409 it is archived or has a run; and as `generation.start_run`.
    """
    await wiring.in_thread(lambda: up_to_date_persona(caller.workspace_id, persona_id))
    await count_spending(caller)
    try:
        return await generation.start_run(request, submission)
    except NoSuchPersonaError:
        raise not_found() from None
    except ArchivedError:
        raise _archived() from None
    except RunInProgressError as busy:
        raise run_in_progress(path_to(request, f"/v1/runs/{busy.run_id}")) from None


def _settings(caller: AdmittedCaller, body: RegenerationRequest, first: StepName) -> RunSettings:
    settings = pin_settings(caller.effective, body.config)
    try:
        return RunSettings(regeneration_config(settings.engine, first), settings.revisions)
    except NoSuchStepError:
        raise rejected(
            [
                FieldError(
                    pointer="/from", code="not_in_one_call", detail="The method single_call starts at intent_parse."
                )
            ]
        ) from None


def _archived() -> ProblemError:
    detail = "Set archived to false first."
    return ProblemError(problem("persona_archived", "The persona is archived", 409, detail))


def _nothing_to_keep() -> ProblemError:
    detail = "The persona was imported or its first run failed. Regenerate from intent_parse."
    return ProblemError(problem("nothing_to_keep", "The results of the earlier steps are not stored", 409, detail))
