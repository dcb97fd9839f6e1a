"""Builds the report of an evaluation from its observations and preferences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final, Literal

from fourfold.evaluation.comparability import SHOWN, incomparable
from fourfold.evaluation.comparison import MIN_PAIRS, Compared, Penalty, compare_preferences, compare_values
from fourfold.evaluation.measures import (
    DEFAULT_METRICS,
    FAILED,
    MEASURE_NAMES,
    MEASURES,
    POINTS_MARGIN,
    Measure,
    Pair,
    overall_of,
    paired,
)
from fourfold.evaluation.models import (
    Arm,
    ArmSummary,
    BriefItem,
    BriefRow,
    EvaluationReport,
    MeasureResult,
    Observation,
    Preference,
    RowSide,
    Side,
)
from fourfold.evaluation.notes import (
    notes_on_failures,
    notes_on_judge,
    notes_on_models,
    notes_on_preferences,
    notes_on_repeats,
)
from fourfold.evaluation.verdict import decide, despite_failures, excess_failures, with_verdicts
from fourfold.evaluation.voices import separations

EXCERPT: Final = 120
# Rows of a report: a stored item has at most 400 KB, and 500 rows with any excerpts have at most 350.
MOST_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class EvaluationData:
    """All that a report is made of.

    Attributes:
        a: the first arm.
        b: the second arm.
        briefs: all briefs of the evaluation; observations refer to them by index.
        observations: at most one of each brief and side.
        judge: the judge of both arms, `provider:model`.
        preferences: at most one of each brief.
        rubric_version: content hash of the judge's prompt.
        brief_set: name and version of a shipped set.
        metrics: names of the measures that count.
        margin: of the overall score and its dimensions, in points of 5.
        judge_usd: what judging the personas of A and of B cost; None if a price is unknown.
        reply_usd: what the replies of the personas of A and of B cost; None too if they answered no scenario.
        stopped: why the evaluation ended early.
        notes: further notes for the reader.
    """

    a: Arm
    b: Arm
    briefs: Sequence[BriefItem]
    observations: Sequence[Observation]
    judge: str
    preferences: Sequence[Preference] = ()
    rubric_version: str | None = None
    brief_set: str | None = None
    metrics: Sequence[str] = DEFAULT_METRICS
    margin: float = POINTS_MARGIN
    judge_usd: tuple[float | None, float | None] = (None, None)
    reply_usd: tuple[float | None, float | None] = (None, None)
    stopped: Literal["budget", "cancelled", "failed"] | None = None
    notes: Sequence[str] = ()


def report(data: EvaluationData) -> EvaluationReport:
    """The report with its verdict. Equal data give an equal report.

    Raises:
        ValueError: a metric that does not exist, none at all, or a margin that is not positive.
    """
    unknown = [name for name in data.metrics if name not in MEASURE_NAMES]
    if unknown or not data.metrics or data.margin <= 0:
        raise ValueError(f"metrics are some of {', '.join(MEASURE_NAMES)}, and the margin is positive")
    pairs = paired(data.observations)
    absent = _not_applicable(data)
    metrics = _counted([name for name in data.metrics if name not in absent], pairs)
    hidden = absent.keys() - SHOWN

    def measured(penalty: Penalty | None = None) -> list[MeasureResult]:
        compared = [_compared(measure, data, [] if measure.name in hidden else pairs, penalty) for measure in MEASURES]
        return with_verdicts(
            [each for each in compared if each.n or each.measure.name in metrics], metrics, data.stopped
        )

    measures = measured()
    number = max(len(pairs), len(data.preferences))
    decision = decide(measures, data.stopped, number, _scarce(measures, pairs))
    failures = excess_failures(decision.verdict, measures)
    if failures:
        decision = despite_failures(decision, measures, measured(Penalty(decision.verdict, failures)), number)
    return EvaluationReport(
        verdict=decision.verdict,
        reason=decision.reason,
        judge=data.judge,
        rubric_version=data.rubric_version,
        briefs=len(data.briefs),
        pairs=len(pairs),
        brief_set=data.brief_set,
        a=_summary(data.a, data.observations, data.judge_usd[0], data.reply_usd[0]),
        b=_summary(data.b, data.observations, data.judge_usd[1], data.reply_usd[1]),
        measures=tuple(measures),
        rows=tuple(_rows(data)),
        briefs_to_settle=decision.briefs_to_settle,
        stopped=data.stopped,
        notes=(*data.notes, *_notes(data), *absent.values()),
    )


def _counted(metrics: Sequence[str], pairs: Sequence[Pair]) -> tuple[str, ...]:
    """The measures that count: the caller's, as far as they can be compared here, and FAILED if a run failed."""
    has_failed = any(seen.status == "failed" for pair in pairs for seen in pair)
    return (*metrics, FAILED) if metrics and has_failed and FAILED not in metrics else tuple(metrics)


def _scarce(measures: Sequence[MeasureResult], pairs: Sequence[Pair]) -> dict[str, int]:
    """The measures that fewer than half of the pairs with two personas have, with the number of those pairs.

    `claims_kept` is not among them for briefs without a fact. With few such pairs no measure is: none can be tested.
    """
    whole = sum(all(seen.status != "failed" for seen in pair) for pair in pairs)
    if whole < MIN_PAIRS:
        return {}
    return {each.name: whole for each in measures if 2 * each.n < whole and not (each.name == "claims_kept" and each.n)}


def _compared(
    measure: Measure, data: EvaluationData, pairs: Sequence[Pair], penalty: Penalty | None = None
) -> Compared:
    if measure.unit == "points of 5":
        measure = replace(measure, margin=data.margin)
    if measure.kind == "preference":
        outcomes = [each.outcome for each in data.preferences]
        return compare_preferences(measure, outcomes if penalty is None else penalty.on_preferences(outcomes))
    values = _values(measure, pairs)
    if penalty is None or measure.kind == "outcome":  # `passed` and `failed` have the failed runs
        return compare_values(measure, values)
    return compare_values(measure, penalty.on_values(measure, values))


def _values(measure: Measure, pairs: Sequence[Pair]) -> list[tuple[float, float]]:
    """The values of both sides of each pair that has both."""
    profile, value = measure.profile, measure.value
    if profile is not None:
        a, b = (separations([profile(pair[side]) for pair in pairs]) for side in (0, 1))
    elif value is not None:
        a, b = ([value(pair[side]) for pair in pairs] for side in (0, 1))
    else:
        return []
    return [(one, other) for one, other in zip(a, b, strict=True) if one is not None and other is not None]


def _summary(
    arm: Arm, observations: Sequence[Observation], judge_usd: float | None, reply_usd: float | None
) -> ArmSummary:
    seen = [each for each in observations if each.side == arm.side]
    costs = [each.usd for each in seen if each.usd is not None]
    return ArmSummary(
        side=arm.side,
        label=arm.label,
        config_hash=arm.config_hash,
        method=arm.method,
        variant=arm.variant,
        runs=len(seen),
        active=sum(each.status == "active" for each in seen),
        flagged=sum(each.status == "flagged" for each in seen),
        failed=sum(each.status == "failed" for each in seen),
        usd=sum(costs) if len(costs) == len(seen) else None,
        judge_usd=judge_usd,
        reply_usd=reply_usd,
        tokens=sum(each.tokens for each in seen),
        wall_ms_mean=fmean(each.wall_ms for each in seen) if seen else None,
    )


def _rows(data: EvaluationData) -> list[BriefRow]:
    seen: dict[tuple[int, Side], Observation] = {(each.brief, each.side): each for each in data.observations}
    preferred = {each.brief: each.outcome for each in data.preferences}
    rows: list[BriefRow] = []
    for index, brief in enumerate(data.briefs):
        a, b = seen.get((index, "a")), seen.get((index, "b"))
        if a is None and b is None:
            continue
        if len(rows) == MOST_ROWS:
            break
        scores = [None if each is None else overall_of(each) for each in (a, b)]
        rows.append(
            BriefRow(
                brief=index,
                id=brief.id,
                excerpt=brief.text if len(brief.text) <= EXCERPT else f"{brief.text[: EXCERPT - 1]}…",
                a=_row_side(a),
                b=_row_side(b),
                difference=None if scores[0] is None or scores[1] is None else scores[1] - scores[0],
                preference=preferred.get(index),
            )
        )
    return rows


def _row_side(seen: Observation | None) -> RowSide | None:
    if seen is None:
        return None
    return RowSide(
        persona_id=seen.persona_id,
        status=seen.status,
        overall=overall_of(seen),
        claims=seen.claims,
        usd=seen.usd,
    )


def _not_applicable(data: EvaluationData) -> dict[str, str]:
    """The measures that cannot be compared here, and why. They do not count."""
    found = {
        name: f"{why} So `{name}` does not count{'' if name in SHOWN else ' and is not compared'}."
        for name, why in incomparable(data.a, data.b).items()
    }
    counts = [each.claims.total for each in data.observations if each.claims is not None]
    if counts and not any(counts):
        found["claims_kept"] = "The claims ledger finds no fact in these briefs, so `claims_kept` does not count."
    return found


def _notes(data: EvaluationData) -> list[str]:
    found = [
        *notes_on_models(data.a, data.b, data.judge),
        *notes_on_failures(data.observations),
        # The calls of an evaluation that was stopped were not made: the judge is not to blame.
        *(notes_on_judge(data.observations) if data.stopped is None else []),
        *notes_on_repeats(data.observations),
        *notes_on_preferences(data.preferences),
    ]
    shown = len({each.brief for each in data.observations})
    if shown > MOST_ROWS:
        found.append(f"The rows are those of the first {MOST_ROWS} of {shown} briefs; the measures are of all of them.")
    single = len(data.briefs) - len(paired(data.observations))
    if single and data.stopped is None:
        found.append(f"{single} of {len(data.briefs)} briefs have no pair and are in no measure.")
    return found
