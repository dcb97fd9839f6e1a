"""Starts a run that writes parts of a persona again, or says what it would do."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request

from fourfold.config.engine import RunSettings
from fourfold.estimates.generation import estimate_generation
from fourfold.http import idempotency
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.layer_edits import ConstraintsBrokenError, edited_layers
from fourfold.layers import LAYER_NAMES, layers_of
from fourfold.persona import NotWrittenError
from fourfold.persona_versions import Authorship
from fourfold.pipeline.regeneration import NoSuchStepError, NothingWrittenError, regeneration_config
from fourfold.pipeline.rewrite import STEP_OF_LAYER, RewritePlan, RewriteRequest
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
from functions.api.budget import run_reservation
from functions.api.config.pinning import pin_settings
from functions.api.dependencies import AdmittedCaller
from functions.api.errors import constraints_broken, persona_not_written, run_in_progress
from functions.api.personas import generation
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.rewriting import RewriteEstimate, checked_plan, estimate, refinement_of
from functions.api.personas.schemas import RegenerationRequest
from functions.api.responses import path_to
from functions.api.spending import count_spending
from functions.wiring import persona_store


async def start_regeneration(
    request: Request, caller: AdmittedCaller, persona_id: str, body: RegenerationRequest, key: str | None
) -> SubmittedRun:
    """Starts the run, or returns the run that the same Idempotency-Key started.

    Raises:
        ProblemError: 404 no such persona, 409 conflicts with its state, 422 invalid settings, step, keep or edits; and
            as `generation.start_run`.
    """
    asked = _request(body)
    plan = checked_plan(asked)
    submission = Submission(
        caller.workspace_id,
        Regenerate(persona_id, plan.first, request=None if asked.is_plain else asked),
        _settings(caller, body, plan),
        key,
        idempotency.fingerprint(body),
        max_concurrent=caller.settings.api.limits.concurrent_generations,
        by=Authorship(author=caller.key_id, reason=body.reason),
    )
    try:
        return await start_on_persona(request, caller, submission, persona_id)
    except NothingWrittenError:
        raise nothing_to_keep() from None
    except ConstraintsBrokenError as error:
        raise constraints_broken("/edits", error.violations) from None


async def estimated_regeneration(caller: AdmittedCaller, persona_id: str, body: RegenerationRequest) -> RewriteEstimate:
    """Returns what the run would do, without starting it.

    Raises:
        ProblemError: 404 no such persona, 409 it has no layers, 422 as `start_regeneration`.
    """
    asked = _request(body)
    plan = checked_plan(asked)
    settings = _settings(caller, body, plan)
    persona = await wiring.in_thread(lambda: up_to_date_persona(caller.workspace_id, persona_id))
    if asked.edits is not None:
        basis = await wiring.in_thread(lambda: persona_store().basis_of(persona))
        chain = () if basis is None else basis.constraints
        try:
            before = layers_of(persona)
            edited_layers(before, asked.edits, chain, persona.language, accept=asked.accept_violations)
        except NotWrittenError:
            raise persona_not_written() from None
        except ConstraintsBrokenError as error:
            raise constraints_broken("/edits", error.violations) from None
    return estimate(plan, settings.engine, persona, refines=asked.refine is not None)


def _request(body: RegenerationRequest) -> RewriteRequest:
    refine = None if body.refine is None else refinement_of(body.refine)
    edits = body.edits if "edits" in body.model_fields_set else None
    keep = body.keep
    if body.from_ is not None:
        first = StepName(body.from_)
    elif refine is not None:  # the layer alone: the others are kept, but for what is edited
        first = STEP_OF_LAYER[refine.layer]
        edited = {path.partition(".")[0] for path in (() if edits is None else edits.paths())}
        keep = [*keep, *(layer for layer in LAYER_NAMES if layer != refine.layer and layer not in edited)]
    else:
        raise rejected([FieldError(pointer="/from", code="missing", detail="Name the first step, or refine a layer.")])
    return RewriteRequest(
        first=first,
        keep=tuple(keep),
        edits=edits,
        refine=refine,
        accept_violations=body.accept_violations,
    )


async def start_on_persona(
    request: Request, caller: AdmittedCaller, submission: Submission, persona_id: str
) -> SubmittedRun:
    """Starts a run on a persona that exists, or returns the run that the same Idempotency-Key started.

    NothingWrittenError is passed on.

    Raises:
        ProblemError: 404 no such persona, 409 it is archived or has a run; and as `generation.start_run`.
    """
    persona = await wiring.in_thread(lambda: up_to_date_persona(caller.workspace_id, persona_id))
    await count_spending(caller)
    subject, engine = submission.subject, submission.settings.engine
    first = subject.first if isinstance(subject, Regenerate) else StepName.INTENT_PARSE
    reservation = await run_reservation(caller, lambda: estimate_generation(persona.intent, engine, first))
    try:
        return await generation.start_run(request, replace(submission, reservation=reservation))
    except NoSuchPersonaError:
        raise not_found() from None
    except ArchivedError:
        raise _archived() from None
    except RunInProgressError as busy:
        raise run_in_progress(path_to(request, f"/v1/runs/{busy.run_id}")) from None


def _settings(caller: AdmittedCaller, body: RegenerationRequest, plan: RewritePlan) -> RunSettings:
    settings = pin_settings(caller.effective, body.config)
    try:
        return RunSettings(regeneration_config(settings.engine, plan), settings.revisions)
    except NoSuchStepError:
        detail = "The method single_call starts at intent_parse and keeps nothing."
        raise rejected([FieldError(pointer="/from", code="not_in_one_call", detail=detail)]) from None


def _archived() -> ProblemError:
    detail = "Set archived to false first."
    return ProblemError(problem("persona_archived", "The persona is archived", 409, detail))


def nothing_to_keep() -> ProblemError:
    """409: what the layers are based on is not stored."""
    detail = "The persona was imported or its first run failed. Regenerate from intent_parse."
    return ProblemError(problem("nothing_to_keep", "The results of the earlier steps are not stored", 409, detail))
