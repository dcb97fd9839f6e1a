"""Lambda entry: runs the provocation suite against a persona, after its creation or on request."""

from __future__ import annotations

from fourfold.config.settings import Settings
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.jobs import estimate_suite
from fourfold.persona import Persona
from fourfold.progress.run import Run, RunKind
from fourfold.provocation.suite import read_selection
from functions.job_entry import JobKind, job_handler
from functions.provocation.suite_job import suite_job, suite_plan
from functions.wiring import job_context


def _estimate(run: Run, persona: Persona, settings: Settings) -> Estimate:
    selection = read_selection(job_context().checkpoints_of(run))
    return estimate_suite(persona, settings.engine, suite_plan(run, selection, settings))


def is_full_run(run: Run) -> bool:
    """Whether a run includes every enabled test of the workspace."""
    return not read_selection(job_context().checkpoints_of(run)).is_partial


handler = job_handler(RunKind.PROVOCATION, JobKind(suite_job, _estimate), is_full_run)
