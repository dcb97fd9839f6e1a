"""Starts a run that writes a persona anew from a step on."""

from __future__ import annotations

from fastapi import Request

from fourfold.http import idempotency
from fourfold.http.auth import Caller
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.pipeline.regeneration import NoSuchStepError, NothingWrittenError, settings_from
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
from functions.api.config.pinning import PinnedSettings, pin_settings
from functions.api.errors import run_in_progress
from functions.api.personas import generation
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.schemas import RegenerationRequest


async def start_regeneration(
    request: Request, caller: Caller, persona_id: str, body: RegenerationRequest, key: str | None
) -> SubmittedRun:
    """Starts the run, or finds the one the same key started.

    Raises:
        ProblemError: 404 there is no such persona, 409 its state does not allow it, 422 the settings or the step; and
            as `generation.taken`.
    """
    persona = await wiring.in_thread(lambda: up_to_date_persona(caller.workspace_id, persona_id))
    first = StepName(body.from_)
    settings = await wiring.in_thread(lambda: _settings(caller, body, first))
    submission = Submission(
        persona.intent,
        caller.workspace_id,
        settings.config,
        key,
        idempotency.fingerprint(body),
        Regenerate(persona_id, first),
        revisions=settings.revisions,
    )
    try:
        return await generation.start_run(request, submission)
    except NoSuchPersonaError:
        raise not_found() from None
    except ArchivedError:
        raise _archived() from None
    except NothingWrittenError:
        raise _nothing_to_keep() from None
    except RunInProgressError as busy:
        raise run_in_progress(request.scope.get("root_path", ""), busy.run_id) from None


def _settings(caller: Caller, body: RegenerationRequest, first: StepName) -> PinnedSettings:
    settings = pin_settings(caller, body.config)
    try:
        return PinnedSettings(settings_from(settings.config, first), settings.revisions)
    except NoSuchStepError:
        raise rejected(
            [FieldError(pointer="/from", code="not_in_one_call", detail="single_call begins at intent_parse.")]
        ) from None


def _archived() -> ProblemError:
    detail = "Set archived to false first, or leave it as it is."
    return ProblemError(problem("persona_archived", "The persona is archived", 409, detail))


def _nothing_to_keep() -> ProblemError:
    detail = "What the earlier steps left is not stored (an import, or a failed first run). Begin at intent_parse."
    return ProblemError(problem("nothing_to_keep", "There is nothing to go on from", 409, detail))
