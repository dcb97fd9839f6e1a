"""What events measure: each run, step and call once, and money and tokens of failed calls as well."""

from __future__ import annotations

from typing import Any

from fourfold.persona import PersonaStatus
from fourfold.progress.events import (
    JobProgress,
    JobStarted,
    PipelineCompleted,
    PipelineFailed,
    RunCancelling,
    StepCompleted,
    StepProgress,
    StepStarted,
)
from fourfold.progress.measurements import measurements
from tests.unit.progress.run_events import ANSWERED, EXAMPLES, PROBLEM, REFUSED

STEP = next(event for event in EXAMPLES if isinstance(event, StepCompleted))


def values(event: Any) -> dict[tuple[str, ...], float]:
    """(name, values of the dimensions) -> the sum of the values."""
    found: dict[tuple[str, ...], float] = {}
    for one in measurements(event):
        key = (one.name, *one.dimensions.values())
        found[key] = found.get(key, 0) + one.value
    return found


def test_a_step_measures_its_time_and_every_call_that_was_paid_for() -> None:
    assert values(STEP) == {
        ("StepDuration", "soul_draft"): 1200,
        ("ModelDuration", "openai"): 200,
        ("ModelDuration", "anthropic"): 900,
        ("InputTokens", "openai"): 123,
        ("InputTokens", "anthropic"): 123,
        ("OutputTokens", "openai"): 50,
        ("OutputTokens", "anthropic"): 50,
        ("ModelFailures", "openai", "refused"): 1,
        ("ModelCostUsd", "anthropic"): 0.02,
        ("CostUsd",): 0.02,
    }


def test_an_unknown_price_is_not_counted_as_free() -> None:
    free = STEP.model_copy(update={"calls": (REFUSED,)})
    assert not any(key[0].endswith("CostUsd") for key in values(free))
    paid = STEP.model_copy(update={"calls": (ANSWERED, ANSWERED)})
    assert values(paid)["CostUsd",] == 0.04


def test_the_average_of_the_ends_of_runs_is_the_share_that_failed_or_was_flagged() -> None:
    active, flagged = (
        PipelineCompleted(status=status, duration_ms=10) for status in (PersonaStatus.ACTIVE, PersonaStatus.FLAGGED)
    )
    failed = PipelineFailed(problem=PROBLEM, duration_ms=20)
    assert [values(event)["RunFailed",] for event in (active, flagged, failed)] == [0, 0, 1]
    assert [values(event).get(("RunFlagged",)) for event in (active, flagged, failed)] == [0, 1, None]


def test_what_only_announces_measures_nothing() -> None:
    silent = {type(event) for event in EXAMPLES if not values(event)}
    assert silent == {RunCancelling, StepStarted, StepProgress, JobStarted, JobProgress}
