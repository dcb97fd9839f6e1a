"""Verdicts of evaluations, as their reader sees them."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from fourfold.evaluation.models import BriefItem, ClaimCounts, EvaluationReport, Observation, Preference, Side
from fourfold.evaluation.report import EXCERPT, MOST_ROWS, report
from fourfold.storage.documents import packed
from tests.unit.evaluation.observations import arm, evaluation, observed


def noisy(seed: int, lift: float, deviation: float = 0.25) -> Any:
    """Observations whose B scores `lift` points more than A, with noise of their own."""
    rng = random.Random(seed)  # noqa: S311 - a simulation

    def of(brief: int, side: Side) -> Observation:
        return observed(brief, side, min(5.0, max(0.0, 3.5 + rng.gauss(0, deviation) + (lift if side == "b" else 0))))

    return of


def test_a_clear_difference_has_its_sign_and_every_number_its_interval() -> None:
    better, worse = (report(evaluation(60, noisy(1, lift))) for lift in (0.5, -0.5))
    assert (better.verdict, worse.verdict) == ("better", "worse")
    assert better.briefs_to_settle is None
    assert "overall" in better.reason
    for found in (better, worse):
        for measure in found.measures:
            assert measure.n == 60
            assert measure.interval is not None
            assert measure.difference is not None
            assert measure.interval.low <= measure.difference <= measure.interval.high


def test_no_difference_is_equivalent_with_enough_briefs_and_open_with_few() -> None:
    assert report(evaluation(80, noisy(2, 0.0))).verdict == "equivalent"
    few = report(evaluation(12, noisy(3, 0.0, deviation=0.5)))
    assert few.verdict == "inconclusive"
    assert few.briefs_to_settle is not None
    assert 60 < few.briefs_to_settle < 300


def test_a_certain_difference_within_the_margin_is_equivalent() -> None:
    found = report(evaluation(40, lambda brief, side: observed(brief, side, 4.05 if side == "b" else 4.0)))
    overall = found.measure("overall")
    assert overall is not None
    assert overall.p == pytest.approx(2.0**-39)  # of a sign test: there is no spread, so there is no t
    assert found.verdict == "equivalent"


def test_an_open_evaluation_asks_for_more_briefs_than_it_had() -> None:
    def one_without_facts(brief: int, side: Side) -> Observation:
        return observed(brief, side, claims=ClaimCounts(kept=3) if brief else ClaimCounts())

    open_ones = [
        report(evaluation(10, observed, metrics=("passed",))),
        report(evaluation(10, one_without_facts, metrics=("claims_kept",))),
        *(report(evaluation(60, noisy(seed, 0.1, deviation=0.4))) for seed in range(40)),
    ]
    open_ones = [found for found in open_ones if found.verdict == "inconclusive"]
    assert len(open_ones) > 10
    for found in open_ones:
        assert found.briefs_to_settle is not None
        assert found.briefs_to_settle > found.briefs, found.reason


def test_fewer_pairs_than_the_least_give_no_verdict() -> None:
    found = report(evaluation(9, lambda brief, side: observed(brief, side, 4.9 if side == "b" else 1.0 + brief / 9)))
    assert found.verdict == "inconclusive"
    assert "Fewer than 10" in found.reason


@pytest.mark.parametrize("stopped", ["budget", "cancelled", "failed"])
def test_a_stopped_evaluation_has_no_winner_however_clear_it_looks(stopped: Any) -> None:
    found = report(evaluation(60, noisy(1, 1.0), stopped=stopped))
    assert found.verdict == "inconclusive"
    assert {measure.verdict for measure in found.measures} == {"inconclusive"}
    measure = found.measure("overall")
    assert measure is not None
    assert measure.p is not None
    assert measure.p < 0.001
    with pytest.raises(ValueError, match="stopped"):
        EvaluationReport.model_validate({**found.model_dump(), "verdict": "better"})


def test_lost_facts_and_failed_runs_are_worse() -> None:
    def lossy(brief: int, side: Side) -> Observation:
        lost = side == "b" and brief % 2 == 0
        return observed(brief, side, claims=ClaimCounts(kept=2, changed=1) if lost else ClaimCounts(kept=3))

    def failing(brief: int, side: Side) -> Observation:
        if side == "b" and brief % 3 == 0:
            return observed(brief, side, None, status="failed", claims=None, usd=0.01)
        return observed(brief, side)

    assert report(evaluation(30, lossy, metrics=("overall", "claims_kept"))).verdict == "worse"
    failed = report(evaluation(30, failing, metrics=("passed",)))
    assert failed.verdict == "worse"
    scored, runs = failed.measure("overall"), failed.measure("failed")
    assert scored is not None
    assert runs is not None
    assert (scored.n, runs.n) == (20, 30)
    assert runs.verdict == "worse"


def test_the_rows_of_a_large_evaluation_end_and_its_measures_do_not() -> None:
    """An excerpt may be anything: the report still fits in an item of 400 KB."""
    briefs = 2 * MOST_ROWS
    data = evaluation(briefs, observed)
    noise = [chr(0x4E00 + (place * place * 7919 + place) % 20_000) for place in range(EXCERPT * briefs)]
    texts = ("".join(noise[place * EXCERPT : (place + 1) * EXCERPT]) for place in range(briefs))
    hostile = [BriefItem(id=f"b{place}", text=text) for place, text in enumerate(texts)]
    found = report(replace(data, briefs=hostile))
    overall = found.measure("overall")
    assert overall is not None
    assert (found.pairs, overall.n, len(found.rows)) == (briefs, briefs, MOST_ROWS)
    assert [note for note in found.notes if "the first 500 of 1000 briefs" in note]
    assert len(packed(found.model_dump_json())["B"]) < 400_000


def test_measures_that_contradict_each_other_have_no_winner() -> None:
    def of(brief: int, side: Side) -> Observation:
        kept = ClaimCounts(kept=1, lost=2) if side == "b" else ClaimCounts(kept=3)
        return observed(brief, side, 3.0 + (0.5 if side == "b" else 0.0), claims=kept)

    found = report(evaluation(30, of, metrics=("overall", "claims_kept")))
    assert found.verdict == "inconclusive"
    assert "better on overall and worse on claims_kept" in found.reason


def test_only_what_counts_decides_and_holm_corrects_only_that() -> None:
    found = report(evaluation(60, noisy(5, 0.5), metrics=("overall", "passed")))
    counted = {measure.name: measure for measure in found.measures if measure.counts}
    assert list(counted) == ["overall", "passed"]
    assert [measure.name for measure in found.measures[:2]] == ["overall", "passed"]
    for measure in counted.values():
        assert measure.p is not None
        assert measure.adjusted_p is not None
        assert measure.adjusted_p >= measure.p
    assert all(measure.adjusted_p is None for measure in found.measures[2:])


def test_a_judge_that_changes_its_mind_with_the_order_prefers_none() -> None:
    swayed = [Preference(brief=index, ab="a", ba="b") for index in range(20)]
    firm = [Preference(brief=index, ab="b", ba="b") for index in range(20)]

    def of(preferences: list[Preference]) -> EvaluationReport:
        return report(evaluation(20, observed, preferences=preferences, metrics=("preference",)))

    assert of(swayed).verdict == "equivalent"
    assert any("In 20 of 20 pairs" in note for note in of(swayed).notes)
    assert of(firm).verdict == "better"
    won = of(firm).measure("preference")
    assert won is not None
    assert (won.a, won.b, won.test) == (0.0, 1.0, "sign test, exact")


def test_costs_are_of_all_runs_and_unknown_if_one_is() -> None:
    found = report(
        evaluation(10, lambda brief, side: observed(brief, side, usd=None if brief == 3 and side == "b" else 0.08))
    )
    assert found.a.usd == pytest.approx(0.8)
    assert found.b.usd is None
    cost = found.measure("usd")
    assert cost is not None
    assert cost.n == 9


def test_rows_show_each_pair_with_the_beginning_of_its_brief() -> None:
    data = evaluation(3, lambda brief, side: observed(brief, side, (3.0, 4.0) if side == "a" else 4.0))
    found = report(data)
    assert [row.difference for row in found.rows] == [0.5, 0.5, 0.5]
    assert found.rows[0].excerpt == "A baker, 20"
    assert any("standard deviation of 0.71" in note for note in found.notes)


def test_briefs_without_facts_do_not_keep_the_verdict_open() -> None:
    data = evaluation(
        60,
        lambda brief, side: observed(brief, side, claims=ClaimCounts()),
        metrics=("overall", "claims_kept"),
    )
    assert report(data).verdict == "equivalent"
    unscored = evaluation(60, lambda brief, side: observed(brief, side, None), metrics=("overall", "passed"))
    assert report(unscored).verdict == "inconclusive"


def test_violations_of_a_chain_are_not_compared_with_a_method_that_has_none() -> None:
    def of(brief: int, side: Side) -> Observation:
        return observed(brief, side, violations=2 if side == "b" else 0)

    metrics = ("overall", "violations")
    assert report(evaluation(30, of, metrics=metrics)).verdict == "worse"
    one_call = arm("a").model_copy(update={"method": "single_call"})
    found = report(evaluation(30, of, metrics=metrics, a=one_call))
    assert found.verdict == "equivalent"
    assert found.measure("violations") is None
    assert any("no constraint chain" in note for note in found.notes)


@pytest.mark.parametrize("wrong", [{"metrics": ("charm",)}, {"metrics": ()}, {"margin": 0.0}])
def test_what_cannot_be_measured_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="margin is positive"):
        report(evaluation(12, observed, **wrong))
