"""Asking for a run of the suite: once for each key, with what is to be run kept before its order is sent."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.http import idempotency
from fourfold.http.problems import ProblemError, rejected
from fourfold.ids import new_run_id
from fourfold.jobs.order import JobOrder
from fourfold.jobs.work import new_run
from fourfold.pipeline.acceptance import Claim
from fourfold.problem import FieldError, problem
from fourfold.progress.run import Run, RunKind
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.plan import Selection, planned
from fourfold.provocation.suite import selection_kept
from fourfold.provocation.workspace_tests import Available, available
from functions.api import wiring
from functions.api.jobs import sent
from functions.wiring import job_store, now, settings_of, suites, workplace


@dataclass(frozen=True)
class Ordered:
    """The run that answers; `replayed`: an earlier request of the same key asked for it."""

    run: Run
    replayed: bool


def tests_of(workspace_id: str) -> tuple[Available, ...]:
    """A workspace's tests as they stand now."""
    engine = settings_of(workspace_id).engine
    own = suites().tests(workspace_id)
    return available(shipped_tests(), own, engine.provocation.disabled_tests, engine.safety)


def ordered(workspace_id: str, persona_id: str, selection: Selection, key: str | None) -> Ordered:
    """Asks for a run of `selection`, or finds the run that stands for it.

    Raises:
        ProblemError: 422 nothing is selected, the suite is switched off, or the key stands for another body; 409
            another run is under way.
    """
    _must_select(workspace_id, selection)
    run_id, fresh = new_run_id(), True
    if key is not None:
        asked = Claim(key, idempotency.fingerprint(selection), run_id, persona_id)
        claim = wiring.claims().reserve(asked)
        if (claim.fingerprint, claim.persona_id) != (asked.fingerprint, persona_id):
            raise _reused()
        fresh, run_id = claim.run_id == run_id, claim.run_id
    order = JobOrder(
        kind=RunKind.PROVOCATION, run_id=run_id, workspace_id=workspace_id, persona_id=persona_id, asked=True
    )
    earlier = None if fresh else job_store().run(workspace_id, run_id)
    if earlier is not None:
        return Ordered(earlier, replayed=True)
    run = new_run(order, settings_of(workspace_id).engine.hash(), now())
    # Before the run exists: whoever takes its order up finds what it is to run.
    selection_kept(workplace().checkpoints_of(run), selection)
    standing = job_store().request(run)
    if standing.id != run.id and selection != Selection():
        raise _under_way(standing)
    sent(order.model_copy(update={"run_id": standing.id}))
    return Ordered(standing, replayed=not fresh)


def _must_select(workspace_id: str, selection: Selection) -> None:
    config = settings_of(workspace_id).engine.provocation
    if not config.enabled:
        answer = problem("suite_disabled", "The suite is switched off", 409, "engine.provocation.enabled is false.")
        raise ProblemError(answer)
    if not planned(tests_of(workspace_id), selection, config).tests:
        detail = "No test of this workspace that is switched on fits all of family, severity and ids."
        raise rejected([FieldError(pointer="/ids", code="nothing_selected", detail=detail)])


def _reused() -> ProblemError:
    fault = FieldError(pointer=idempotency.HEADER, code="key_reused", detail="Used before with another body.")
    answer = problem("idempotency_key_reused", "The Idempotency-Key is taken", 422, "Use a new key for a new request.")
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))


def _under_way(standing: Run) -> ProblemError:
    path = f"/v1/runs/{standing.id}"
    answer = problem(
        "suite_running",
        "Another run of the suite is under way",
        409,
        "Follow it at Location, and ask again when it is over.",
    )
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "15"})
