"""Runs that failed, and sides that pass by different rules: no choice of measures lets them win."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from fourfold.config.variant import Variant
from fourfold.evaluation.comparison import Penalty
from fourfold.evaluation.measures import DEFAULT_METRICS, MEASURE_NAMES, MEASURES, REPLY_SEPARATION
from fourfold.evaluation.models import SIDES, Arm, EvaluationReport, Observation, Preference, Side
from fourfold.evaluation.report import EvaluationData, report
from fourfold.pipeline.audit import AUDIT
from tests.unit.evaluation.observations import arm, evaluation, observed

# A seed with which equal sides differ by chance, and by that B's worst runs are missing.
FAILS_WHERE_BAD = 53
_CHEAP = {"usd": 0.001, "tokens": 90, "wall_ms": 400, "attempts": 0}


def failed(brief: int, side: Side) -> Observation:
    """A run that ended early, for little."""
    return observed(brief, side, None, status="failed", claims=None, **_CHEAP)


def _where_b(fails: Callable[[int], bool]) -> Callable[[int, Side], Observation]:
    return lambda brief, side: failed(brief, side) if side == "b" and fails(brief) else observed(brief, side)


def _number(found: EvaluationReport, name: str) -> Any:
    measure = found.measure(name)
    assert measure is not None
    return measure


@pytest.mark.parametrize(
    "metrics",
    [DEFAULT_METRICS, ("overall", "usd"), *((name,) for name in MEASURE_NAMES), *combinations(_CHEAP, 2)],
)
def test_a_side_that_always_fails_is_the_worse_one_by_every_choice_of_measures(metrics: tuple[str, ...]) -> None:
    always = report(evaluation(12, _where_b(lambda _: True), metrics=metrics))
    assert always.verdict == "worse", always.reason
    assert "failed" in always.reason or "passed" in always.reason
    turned = report(
        evaluation(12, lambda brief, side: (failed if side == "a" else observed)(brief, side), metrics=metrics)
    )
    assert turned.verdict == "better", turned.reason


@pytest.mark.parametrize("name", sorted(_CHEAP))
def test_what_a_failed_run_cost_is_no_saving(name: str) -> None:
    found = report(evaluation(40, _where_b(lambda brief: brief % 4 == 0), metrics=(name,)))
    measure = _number(found, name)
    assert (measure.n, measure.difference) == (30, 0.0)
    assert found.b.usd == pytest.approx(30 * 0.08 + 10 * 0.001)  # it was paid all the same


def test_a_side_cannot_win_on_the_briefs_that_it_did_not_fail_on() -> None:
    """The dear half fails: what is left of B is cheaper than A on each brief."""

    def of(brief: int, side: Side) -> Observation:
        hard = brief % 2 == 0
        if side == "b":
            return failed(brief, side) if hard else observed(brief, side, usd=0.04)
        return observed(brief, side, usd=0.08)

    found = report(evaluation(40, of, metrics=("overall", "usd")))
    assert _number(found, "usd").verdict == "better"
    assert found.verdict == "inconclusive"
    assert "fail" in found.reason
    assert _number(found, "failed").counts


def test_a_few_failures_too_few_to_prove_anything_also_take_the_victory() -> None:
    """Five of 40 against none are no certain difference (p = 0.06), nor are they shown to make none."""

    def of(failures: int) -> Callable[[int, Side], Observation]:
        def made(brief: int, side: Side) -> Observation:
            if side == "b":
                return failed(brief, side) if brief < failures else observed(brief, side, usd=0.04)
            return observed(brief, side)

        return made

    open_one = report(evaluation(40, of(5), metrics=("usd",)))
    assert _number(open_one, "failed").p > 0.05
    assert open_one.verdict == "inconclusive"
    assert "of 40 runs of each side, 5 of B failed and 0 of A" in open_one.reason
    assert open_one.briefs_to_settle is not None
    assert open_one.briefs_to_settle > 40
    # Four of 40 are ten points of 100, the margin.
    assert report(evaluation(40, of(4), metrics=("usd",))).verdict == "better"

    def turned(brief: int, side: Side) -> Observation:
        return of(5)(brief, "a" if side == "b" else "b").model_copy(update={"side": side})

    fails_less = report(evaluation(40, turned, metrics=("usd",)))
    assert fails_less.verdict == "inconclusive"
    assert "of 40 runs of each side, 0 of B failed and 5 of A" in fails_less.reason


def _noisy(seed: int, lift: float, fails: Callable[[float], bool]) -> Callable[[int, Side], Observation]:
    """Scores with noise of their own; B's are higher by `lift`, and it fails where its luck would have been so."""
    rng = random.Random(seed)  # noqa: S311 - a simulation

    def of(brief: int, side: Side) -> Observation:
        luck = rng.gauss(0, 0.4)
        if side == "b" and fails(luck):
            return failed(brief, side)
        return observed(brief, side, max(0.0, min(5.0, 3.0 + luck + (lift if side == "b" else 0.0))))

    return of


def test_a_clear_winner_may_fail_once_and_one_that_fails_where_it_is_bad_does_not_win() -> None:
    clear = report(evaluation(20, _noisy(0, 1.0, lambda luck: luck < -0.75), metrics=("overall",)))
    assert clear.b.failed == 1
    assert clear.verdict == "better", clear.reason
    by_failing = report(evaluation(40, _noisy(FAILS_WHERE_BAD, 0.0, lambda luck: luck < -0.5), metrics=("overall",)))
    assert _number(by_failing, "overall").verdict == "better"
    assert by_failing.b.failed <= 4
    assert by_failing.verdict == "inconclusive"
    assert "would not win if these runs counted like the worst tenth of its pairs" in by_failing.reason
    assert by_failing.briefs_to_settle is not None
    assert by_failing.briefs_to_settle > 40


def test_without_a_failure_nothing_else_counts() -> None:
    found = report(evaluation(40, observed, metrics=("overall",)))
    assert [measure.name for measure in found.measures if measure.counts] == ["overall"]


def test_runs_that_fail_on_both_sides_leave_no_winner_and_no_number_out_of_nothing() -> None:
    for metrics in (DEFAULT_METRICS, ("usd",), ("preference",), (REPLY_SEPARATION,)):
        found = report(evaluation(20, failed, metrics=metrics))
        assert found.verdict == "inconclusive"
        assert "nan" not in found.model_dump_json().lower()
        assert any("Failed runs: 20 of A, 20 of B" in note for note in found.notes)
    turns = report(
        evaluation(40, lambda brief, side: (failed if (brief % 2 == 0) == (side == "a") else observed)(brief, side))
    )
    assert turns.verdict == "inconclusive"
    assert _number(turns, "overall").n == 0


def _b(**audit: Any) -> Arm:
    plain = arm("b")
    pipeline = plain.config.pipeline
    config = plain.config.model_copy(
        update={"pipeline": pipeline.model_copy(update={"audit": pipeline.audit.model_copy(update=audit)})}
    )
    return plain.model_copy(update={"config": config})


def _b_with_rubric(text: str) -> Arm:
    plain = arm("b")
    variant = Variant(name="lenient", texts={"audit": text})
    pipeline = plain.config.pipeline.model_copy(update={"variant": variant})
    return plain.model_copy(update={"config": plain.config.model_copy(update={"pipeline": pipeline})})


@pytest.mark.parametrize(
    "lenient",
    [
        _b(min_overall_score=1.0),
        _b(model="offline:composer-2"),
        _b(fallback=("offline:composer-2",)),
        _b(confirm="never"),
        _b_with_rubric("Task: audit. Be kind."),
    ],
)
def test_a_side_does_not_win_by_a_lower_bar(lenient: Arm) -> None:
    def of(brief: int, side: Side) -> Observation:
        return observed(brief, side, status="active" if side == "b" else "flagged")

    same_bar = report(evaluation(30, of, metrics=("overall", "passed")))
    assert same_bar.verdict == "better"
    found = report(evaluation(30, of, metrics=("overall", "passed"), b=lenient))
    assert found.verdict == "equivalent"
    assert (_number(found, "passed").n, _number(found, "passed").counts) == (30, False)
    assert any("`passed` does not count" in note for note in found.notes)


@pytest.mark.parametrize("same", [_b(max_retries=0), _b(timeout_s=30), _b_with_rubric(AUDIT.task)])
def test_settings_that_are_no_bar_leave_passed_comparable(same: Arm) -> None:
    found = report(evaluation(30, observed, metrics=("overall", "passed"), b=same))
    assert _number(found, "passed").n == 30


_MIRRORED = {"better": "worse", "worse": "better", "equivalent": "equivalent", "inconclusive": "inconclusive"}


def _played(seed: int) -> EvaluationData:
    """An evaluation of 24 briefs in which either side may be better, preferred, or fail."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    lift = rng.choice([-0.6, 0.0, 0.6])
    fails = {"a": rng.choice([0.0, 0.08]), "b": rng.choice([0.0, 0.08, 0.4])}
    seen = {
        (brief, side): failed(brief, side)
        if rng.random() < fails[side]
        else observed(brief, side, rng.gauss(3.5, 0.3) + (lift if side == "b" else 0.0))
        for brief in range(24)
        for side in SIDES
    }
    both = [brief for brief in range(24) if "failed" not in {seen[brief, "a"].status, seen[brief, "b"].status}]
    preferences = [Preference(brief=brief, ab=side, ba=side) for brief in both for side in rng.choices(SIDES, (1, 2))]
    data = evaluation(24, lambda brief, side: seen[brief, side], metrics=("overall", "preference"))
    return replace(data, preferences=preferences)


def _exchanged(data: EvaluationData) -> EvaluationData:
    other = {"a": "b", "b": "a"}
    observations = [seen.model_copy(update={"side": other[seen.side]}) for seen in data.observations]
    preferences = [each.model_copy(update={"ab": other[each.ab], "ba": other[each.ba]}) for each in data.preferences]
    return replace(data, observations=observations, preferences=preferences)


def test_exchanged_sides_have_the_opposite_verdict() -> None:
    seen = Counter[str]()
    for seed in range(16):
        data = _played(seed)
        found = report(data)
        seen[found.verdict] += 1
        assert report(_exchanged(data)).verdict == _MIRRORED[found.verdict], seed
    assert min(seen["better"], seen["worse"], seen["inconclusive"]) >= 2, seen


@pytest.mark.parametrize(
    ("name", "winner", "differences", "counted"),
    [
        ("overall", "better", [-3.0, -1.0, *[1.0] * 18], -2.0),
        ("overall", "worse", [3.0, 2.0, *[-1.0] * 18], 2.5),
        ("usd", "better", [3.0, 2.0, *[-1.0] * 18], 2.5),
        ("usd", "worse", [-3.0, -1.0, *[1.0] * 18], -2.0),
        ("overall", "better", [*[0.5] * 19, 0.25], 0.0),
        ("usd", "better", [-0.5] * 3, 0.0),
        ("overall", "worse", [-0.5], 0.0),
    ],
)
def test_a_failed_run_counts_like_the_worst_tenth_of_the_pairs_and_never_as_a_gain(
    name: str, winner: Any, differences: list[float], counted: float
) -> None:
    measure = next(each for each in MEASURES if each.name == name)
    pairs = [(4.0, 4.0 + difference) for difference in differences]
    made = Penalty(winner, 3).on_values(measure, pairs)
    assert made[:-3] == pairs
    assert made[-3:] == [(4.0, 4.0 + counted)] * 3


def test_a_failed_run_is_a_lost_preference() -> None:
    assert Penalty("better", 2).on_preferences(["b", "tie"]) == ["b", "tie", "a", "a"]
    assert Penalty("worse", 1).on_preferences(["a"]) == ["a", "b"]
    assert Penalty("worse", 1).on_preferences([]) == []
