"""What a verdict says of measures that were not measured, and data without any spread."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fourfold.evaluation.measures import DEFAULT_METRICS, MEASURE_NAMES
from fourfold.evaluation.models import ClaimCounts, EvaluationReport, Observation, Preference, Side
from fourfold.evaluation.preference import Placed, in_both_orders
from fourfold.evaluation.rendering import html, junit, markdown
from fourfold.evaluation.report import report
from fourfold.llm.port import ModelFailure
from tests.unit.evaluation.observations import evaluation, observed


def _passes_more(brief: int, side: Side, overall: float | None) -> Observation:
    return observed(brief, side, overall, status="active" if side == "b" else "flagged")


def test_a_judge_that_answers_only_junk_leaves_the_verdict_open() -> None:
    found = report(evaluation(40, lambda brief, side: _passes_more(brief, side, None), metrics=("overall", "passed")))
    passed = found.measure("passed")
    assert passed is not None
    assert passed.verdict == "better"
    assert found.verdict == "inconclusive"
    assert "overall (0 of 40)" in found.reason
    assert "no difference is shown on overall" not in found.reason
    assert any("without a usable score of the judge: 40 of A, 40 of B" in note for note in found.notes)


@pytest.mark.parametrize(("answered", "verdict"), [(19, "inconclusive"), (20, "better")])
def test_a_measure_that_most_pairs_lack_leaves_the_verdict_open(answered: int, verdict: str) -> None:
    found = report(
        evaluation(
            40,
            lambda brief, side: _passes_more(brief, side, 4.0 if brief < answered else None),
            metrics=("overall", "passed"),
        )
    )
    assert found.verdict == verdict, found.reason


def test_the_reason_names_what_is_open_what_has_few_pairs_and_what_has_none() -> None:
    def of(brief: int, side: Side) -> Observation:
        claims = {} if brief < 4 else {"claims": ClaimCounts()}
        lower = 1.0 if side == "b" else 0.0
        return observed(brief, side, 4.0 - lower, attempts=1 + (brief * 7 + (side == "b") * 3) % 4, **claims)

    found = report(evaluation(30, of, metrics=("overall", "claims_kept", "attempts")))
    assert found.verdict == "worse"
    assert found.reason == (
        "B is worse than A on overall; no difference is shown on attempts; fewer than 10 pairs have a value of "
        "claims_kept."
    )
    none = report(evaluation(30, lambda brief, side: observed(brief, side, usd=None), metrics=("overall", "usd")))
    assert none.verdict == "inconclusive"
    assert none.reason == "No pair has a value of usd."


def _preferences(a_first: Placed, b_first: Placed, n: int = 40) -> EvaluationReport:
    given = [in_both_orders(brief, a_first, b_first) for brief in range(n)]
    return report(evaluation(n, observed, metrics=("preference",), preferences=given))


@pytest.mark.parametrize("always", ["first", "second", "neither"])
def test_a_judge_that_looks_at_the_place_prefers_none(always: Placed) -> None:
    found = _preferences(always, always)
    measure = found.measure("preference")
    assert measure is not None
    assert (measure.n, measure.a, measure.b, measure.difference, measure.p) == (40, 0.0, 0.0, 0.0, 1.0)
    assert measure.interval is not None
    # Agresti and Min with half a pair in each cell: 1.96 * sqrt(1) / 42.
    assert measure.interval.high == pytest.approx(1.959964 / 42, abs=1e-6)
    assert measure.interval.low == -measure.interval.high
    assert found.verdict == "equivalent"
    swayed = 0 if always == "neither" else 40
    assert any(f"In {swayed} of 40 pairs" in note for note in found.notes)


def test_a_judge_that_sometimes_looks_at_the_place_has_ties_that_count_as_pairs() -> None:
    given = [in_both_orders(brief, "first", "first" if brief % 4 else "second") for brief in range(40)]
    found = report(evaluation(40, observed, metrics=("preference",), preferences=given))
    measure = found.measure("preference")
    assert measure is not None
    assert (measure.n, measure.a, measure.b) == (40, 0.25, 0.0)
    assert measure.p == pytest.approx(2 * 0.5**10)
    assert found.verdict == "worse"


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list | tuple):
        return [number for each in value for number in _numbers(each)]
    return [value] if isinstance(value, float) else []


def _half_failed(brief: int, side: Side) -> Observation:
    if brief % 2:
        return observed(brief, side, None, status="failed", claims=None)
    return observed(brief, side)


@pytest.mark.parametrize("metrics", [DEFAULT_METRICS, MEASURE_NAMES])
@pytest.mark.parametrize("n", [0, 1, 12])
@pytest.mark.parametrize(
    "of",
    [
        observed,
        lambda brief, side: observed(brief, side, None, status="failed", claims=None),
        lambda brief, side: observed(brief, side, None),
        lambda brief, side: observed(brief, side, (4.0, 4.0, 4.0), usd=0.0, tokens=0, wall_ms=0, voice=(1.0, 0.0)),
        _half_failed,
    ],
    ids=["identical", "all failed", "never judged", "free and without spread", "half failed"],
)
def test_equal_sides_have_no_winner_and_every_number_is_one(of: Any, n: int, metrics: tuple[str, ...]) -> None:
    ties = [Preference(brief=brief, ab="tie", ba="tie") for brief in range(n)]
    found = report(evaluation(n, of, metrics=metrics, preferences=ties))
    assert found.verdict in {"equivalent", "inconclusive"}
    assert all(math.isfinite(number) for number in _numbers(found.model_dump()))
    assert all(measure.difference in {None, 0.0} for measure in found.measures)
    for text in (html(found), markdown(found), junit(found)):
        assert not {"nan", "inf"} & set(text.lower().replace(">", " ").replace("<", " ").split())


def test_a_single_pair_shows_its_numbers_and_no_verdict() -> None:
    found = report(evaluation(1, lambda brief, side: observed(brief, side, 4.9 if side == "b" else 1.0)))
    overall = found.measure("overall")
    assert overall is not None
    assert (found.verdict, overall.n, overall.interval, overall.p) == ("inconclusive", 1, None, None)
    assert found.reason == "Fewer than 10 pairs have a value of overall."


def test_the_notes_name_why_runs_failed_and_why_the_judge_gave_no_score() -> None:
    def of(brief: int, side: Side) -> Observation:
        if side == "b" and brief < 3:
            return observed(brief, side, None, status="failed", claims=None, fault="model_authentication")
        if side == "a" and brief == 5:
            faults = (ModelFailure.INVALID_OUTPUT, ModelFailure.INVALID_OUTPUT)
            return observed(brief, side, None, judge_faults=faults)
        return observed(brief, side)

    notes = report(evaluation(20, of)).notes
    assert any(note.startswith("Failed runs: 0 of A, 3 of B (B: model_authentication 3).") for note in notes)
    score = "Personas without a usable score of the judge: 1 of A, 0 of B (A: invalid_output 2)."
    assert any(note.startswith(score) for note in notes)
