"""Starts several people of one brief, and replies with the list of their runs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from fastapi import Response

from fourfold.estimates.estimate import Estimate
from fourfold.estimates.generation import estimate_generation
from fourfold.http.problems import ProblemError, rejected
from fourfold.ids import id_from_operation
from fourfold.persona import MAX_SEED
from fourfold.persona_versions import Authorship
from fourfold.pipeline.new_run import PersonaChoices
from fourfold.pipeline.submit import NOT_STARTED, NotStartedError, WorkspaceFullError
from fourfold.pipeline.submit_batch import BatchSubmission, choices_in_batch, submit_batch
from fourfold.problem import FieldError
from fourfold.spending.budget import BudgetExceededError
from functions.api import wiring
from functions.api.budget import require_budget, run_reservation
from functions.api.personas.generation import labels_of, too_many_runs, without_lost_runs
from functions.api.personas.schemas import BatchReceipt, BatchRun, PersonaRequest
from functions.api.responses import document
from functions.api.spending import count_spending

if TYPE_CHECKING:
    from fourfold.config.engine import RunSettings
    from fourfold.idempotency import Execution
    from functions.api.dependencies import AdmittedCaller


def require_batchable(caller: AdmittedCaller, body: PersonaRequest) -> None:
    """Raises ProblemError (422) for a request that cannot be one for several people, whatever is in progress."""
    faults = []
    if body.slug is not None:
        detail = "A slug names one persona. Leave it out, and set slugs with PATCH when the personas exist."
        faults.append(FieldError(pointer="/slug", code="not_with_count", detail=detail))
    if body.stream:
        detail = "A stream has the events of one run. Leave it out, and follow the runs of the reply."
        faults.append(FieldError(pointer="/stream", code="not_with_count", detail=detail))
    limit = caller.settings.api.limits.concurrent_generations
    if body.count > limit:
        detail = f"This workspace is limited to {limit} concurrent runs (api.limits.concurrent_generations)."
        faults.append(FieldError(pointer="/count", code="too_many_runs", detail=detail))
    if faults:
        raise rejected(faults)


async def start_batch(
    caller: AdmittedCaller, body: PersonaRequest, settings: RunSettings, execution: Execution
) -> Response:
    """Starts the runs of an execution of the request, and returns their list (202).

    Raises:
        ProblemError: 429 the workspace's limits do not leave room for all runs, 503 none could be started.
    """
    await count_spending(caller, times=body.count)

    def estimated() -> Estimate:
        return estimate_generation(body.intent, settings.engine, choices=PersonaChoices(body.language, MAX_SEED))

    await require_budget(caller, estimated, times=body.count)
    reservation = await run_reservation(caller, estimated)
    batch_id = id_from_operation("bat", execution.operation_id)
    seed = _seed_of(batch_id) if body.seed is None else body.seed
    submission = BatchSubmission(
        batch_id,
        caller.workspace_id,
        body.intent,
        settings,
        choices_in_batch(batch_id, body.count, body.language, seed, is_seeded=body.seed is not None),
        labels_of(body),
        caller.settings.api.limits.concurrent_generations,
        execution.resumed,
        Authorship(author=caller.key_id),
        reservation,
    )
    return document(await wiring.in_thread(lambda: _receipt(submission)), 202)


def _receipt(submission: BatchSubmission) -> BatchReceipt:
    try:
        runs = without_lost_runs(submission.workspace_id, lambda: submit_batch(submission, wiring.submissions()))
    except BudgetExceededError as error:
        raise ProblemError(error.problem) from None
    except WorkspaceFullError as full:
        raise too_many_runs(full.limit) from None
    except NotStartedError:
        raise ProblemError(NOT_STARTED, {"Retry-After": "5"}) from None
    listed = (
        BatchRun(run_id=run.id, persona_id=run.persona_id, seed=choices.seed or 0, status=run.status.value)
        for run, choices in zip(runs, submission.choices, strict=True)
    )
    return BatchReceipt(batch_id=submission.batch_id, runs=tuple(listed))


def _seed_of(batch_id: str) -> int:
    """Returns the first seed of a request without one: random, and the same for each execution of the request."""
    return int.from_bytes(hashlib.sha256(batch_id.encode()).digest()[:8], "big") % (MAX_SEED + 1)
