"""An estimate is near the bill of the metered providers, and its range grows with what a run may repeat."""

from __future__ import annotations

import pytest

from benchmarks.bill import metering
from benchmarks.bill_work import Work, suite_plan
from benchmarks.estimates import briefs, off_by
from fourfold.config.engine import EngineConfig
from fourfold.config.presets import default_config
from fourfold.estimates.generation import estimate_generation, estimate_steps
from fourfold.estimates.jobs import estimate_fingerprint, estimate_suite
from fourfold.steps import STEP_ORDER, StepName
from fourfold.voice.scenarios import shipped_scenarios
from tests.providers.meter import Meter

BRIEF = "A shy founder, 34, in Istanbul"
NEAR = 0.15


def with_audit(config: EngineConfig, **changes: object) -> EngineConfig:
    audit = config.pipeline.audit.model_copy(update=changes)
    return config.model_copy(update={"pipeline": config.pipeline.model_copy(update={"audit": audit})})


@pytest.mark.parametrize("preset", ["anthropic", "google"])
def test_a_generation_costs_what_was_estimated(preset: str) -> None:
    config = default_config([preset])
    with metering(Meter(self_caching=False)) as meter:
        for brief in briefs(4):
            began = len(meter.bill)
            Work(config).persona(brief)
            estimate = estimate_generation(brief, config)
            assert abs(off_by(estimate, meter.bill[began:])) < NEAR
            assert estimate.calls.low == len(meter.bill) - began
            assert (estimate.usd.high or 0) > sum(call.usd for call in meter.bill[began:])


def test_jobs_cost_what_was_estimated() -> None:
    config = default_config(["anthropic"])
    with metering(Meter()) as meter:
        work = Work(config)
        persona, _ = work.persona(BRIEF)
        began = len(meter.bill)
        work.fingerprint(persona)
        replies = estimate_fingerprint(persona, config, shipped_scenarios())
        assert abs(off_by(replies, meter.bill[began:])) < NEAR
        assert (replies.calls.low, replies.calls.high) == (50, len(meter.bill) - began)
        began = len(meter.bill)
        work.suite(persona)
        suite = estimate_suite(persona, config, suite_plan(config))
        assert abs(off_by(suite, meter.bill[began:])) < NEAR
    assert suite.models == {
        "persona": config.chat.model,
        "judge": config.provocation.judge.model,
        "second_judge": config.provocation.second_judge.model,
    }


def test_the_range_has_one_retry_with_its_confirmation() -> None:
    config = default_config(["anthropic"])
    estimate = estimate_generation(BRIEF, config)
    assert estimate.models == {
        **{step.value: config.pipeline.of(step).model for step in STEP_ORDER},
        "confirm_audit": config.pipeline.audit.model,
    }
    assert (estimate.calls.low, estimate.calls.high) == (6, 6 + 5 + 1)
    never = estimate_generation(BRIEF, with_audit(config, max_retries=0))
    assert (never.calls.low, never.calls.high, never.usd.low, never.usd.high) == (6, 6, estimate.usd.low, never.usd.low)
    always = estimate_generation(BRIEF, with_audit(config, confirm="always"))
    assert always.calls.low == 7
    naive = with_audit(config, confirm="always")
    naive = naive.model_copy(update={"pipeline": naive.pipeline.model_copy(update={"method": "single_call"})})
    assert estimate_generation(BRIEF, naive).calls.low == 3, "a single call that passes is confirmed too"


def test_a_later_start_costs_less() -> None:
    config = default_config(["anthropic"])
    whole, part = estimate_generation(BRIEF, config), estimate_generation(BRIEF, config, StepName.MASK_BUILD)
    assert part.calls.low == 3
    assert (part.usd.low or 0) < (whole.usd.low or 0)


def test_a_model_without_a_price_has_no_cost() -> None:
    estimate = estimate_generation(BRIEF, default_config(["compatible:llama3.1:8b"]))
    assert (estimate.usd.low, estimate.usd.high, estimate.calls.low) == (None, None, 6)


def test_offline_costs_nothing() -> None:
    estimate = estimate_generation(BRIEF, default_config([]))
    assert (estimate.usd.low, estimate.usd.high) == (0.0, 0.0)


def test_some_steps_cost_what_they_cost_in_the_whole_run_and_need_no_earlier_run() -> None:
    config = default_config(["anthropic"])
    steps = (StepName.MASK_BUILD, StepName.AUDIT)
    part = estimate_steps(BRIEF, config, steps, 8)
    alone = sum(estimate_steps(BRIEF, config, (step,), 8).usd.low or 0 for step in steps)
    assert part.usd.low == pytest.approx(alone)
    assert part.usd.low is not None
    assert part.usd.high == pytest.approx(8 * part.usd.low)
    assert 0 < part.usd.low < (estimate_generation(BRIEF, config).usd.low or 0)
    assert (part.calls.low, part.calls.high) == (2, 16)
