"""Asking for a run of the suite, with what is to be run kept before its order is sent."""

from __future__ import annotations

from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError, problem
from fourfold.progress.run import Run, RunKind
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.plan import Selection, planned
from fourfold.provocation.suite import selection_of, selection_texts
from fourfold.provocation.workspace_tests import Available, available
from functions.api.dependencies import AdmittedCaller
from functions.api.runs.job_requests import pinned_run, requested_job, sent
from functions.wiring import job_context, job_store, workspace_tests

UNDER_WAY = "suite_running"


def tests_of(caller: AdmittedCaller) -> tuple[Available, ...]:
    """The workspace's tests as they stand now."""
    engine = caller.settings.engine
    own = workspace_tests().all(caller.workspace_id)
    return available(shipped_tests(), own, engine.provocation.disabled_tests, engine.safety)


def ordered(caller: AdmittedCaller, persona_id: str, selection: Selection, operation_id: str) -> Run:
    """Asks for a run of `selection`, named after the operation; a whole run under way answers for a whole run.

    Raises:
        ProblemError: 409, another run is under way.
    """
    order = requested_job(caller.workspace_id, persona_id, RunKind.PROVOCATION, operation_id)
    standing = job_store().run(caller.workspace_id, order.run_id)
    if standing is None:
        run = pinned_run(order, caller.effective)
        standing = job_store().request(run, selection_texts(selection))
        if standing.id != run.id and not selection == Selection() == selection_of(
            job_context().checkpoints_of(standing)
        ):
            raise _under_way(standing)
    sent(order.model_copy(update={"run_id": standing.id}))
    return standing


def must_select(caller: AdmittedCaller, selection: Selection) -> None:
    """Raises ProblemError: 409 the suite is switched off, 422 the selection takes no test of the workspace."""
    config = caller.settings.engine.provocation
    if not config.enabled:
        answer = problem("suite_disabled", "The suite is switched off", 409, "engine.provocation.enabled is false.")
        raise ProblemError(answer)
    if not planned(tests_of(caller), selection, config).tests:
        detail = "No test of this workspace that is switched on fits all of family, severity and ids."
        raise rejected([FieldError(pointer="/ids", code="nothing_selected", detail=detail)])


def _under_way(standing: Run) -> ProblemError:
    path = f"/v1/runs/{standing.id}"
    answer = problem(
        UNDER_WAY,
        "Another run of the suite is under way",
        409,
        "Follow it at Location, and ask again when it is over.",
    )
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "15"})
