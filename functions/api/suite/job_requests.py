"""Requests a run of the suite. The selection is stored with the run, before the job message is sent."""

from __future__ import annotations

import os

from fourfold.config.request import unusable_in_suite
from fourfold.http.problems import ProblemError, rejected
from fourfold.models.credentials import available_providers
from fourfold.problem import FieldError, problem
from fourfold.progress.run import Run, RunKind
from fourfold.provocation.plan import Selection, SuitePlan, make_plan
from fourfold.provocation.suite import read_selection, selection_texts
from functions.api.config.pinning import require_usable
from functions.api.dependencies import AdmittedCaller
from functions.api.provocation_tests.workspace_tests import tests_of
from functions.api.runs.job_requests import job_message, pinned_run, send_job
from functions.wiring import job_context, job_store

SUITE_RUNNING = "suite_running"


def request_suite(caller: AdmittedCaller, persona_id: str, selection: Selection, operation_id: str) -> Run:
    """Requests a run of `selection` and returns it; if both are full runs, returns the active run.

    Raises:
        ProblemError: 409, another run is in progress.
    """
    message = job_message(caller.workspace_id, persona_id, RunKind.PROVOCATION, operation_id)
    active = job_store().run(caller.workspace_id, message.run_id)
    if active is None:
        run = pinned_run(message, caller)
        active = job_store().request(run, selection_texts(selection))
        if active.id != run.id and not selection == Selection() == read_selection(job_context().checkpoints_of(active)):
            raise _suite_running(active)
    send_job(message.model_copy(update={"run_id": active.id}))
    return active


def planned_tests(caller: AdmittedCaller, selection: Selection) -> SuitePlan:
    """Returns the plan of a selection.

    Raises:
        ProblemError: 409 the suite is disabled, 422 the selection contains no enabled test.
    """
    config = caller.settings.engine.provocation
    if not config.enabled:
        detail = "Set engine.provocation.enabled to true first."
        answer = problem("suite_disabled", "The provocation suite is disabled", 409, detail)
        raise ProblemError(answer)
    plan = make_plan(tests_of(caller), selection, config)
    if not plan.tests:
        detail = "No enabled test of the workspace matches family, severity and ids."
        raise rejected([FieldError(pointer="/ids", code="nothing_selected", detail=detail)])
    return plan


def require_models(caller: AdmittedCaller) -> None:
    """Raises ProblemError: 422 no model of the chat or of a judge can be used here."""
    require_usable(unusable_in_suite(caller.settings.engine, available_providers(os.environ)))


def _suite_running(active: Run) -> ProblemError:
    path = f"/v1/runs/{active.id}"
    detail = "Follow the run at Location and retry when it has ended."
    answer = problem(SUITE_RUNNING, "Another run of the suite is in progress", 409, detail)
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "15"})
