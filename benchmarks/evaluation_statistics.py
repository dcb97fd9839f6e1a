"""How often the verdict of an evaluation is right, on scripted noise: no model is asked.

Scores have a generation spread of 0.25 and a judge's spread of 0.4 points, as measured of models. Facts are kept with
probability 0.95 each, four constraints are violated with 0.1 each, voices share a random part, and a persona passes if
its first judgement reaches 3.5. All go through `fourfold.evaluation.report` with the measures that count by default,
unless a row says otherwise.

`python -m benchmarks.evaluation_statistics` takes three minutes of CPU.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import NormalDist

from benchmarks.report import Report
from fourfold.config.engine import EngineConfig
from fourfold.evaluation.measures import DEFAULT_METRICS, POINTS_MARGIN
from fourfold.evaluation.models import Arm, BriefItem, ClaimCounts, Observation, Side
from fourfold.evaluation.report import EvaluationData, report
from fourfold.evaluation.statistics import pairs_needed, pairs_to_settle
from fourfold.evaluation.voices import DIMENSIONS
from fourfold.persona import Scores
from fourfold.provocation.intervals import wilson

# At this level hardly any score reaches 5, which would make true differences smaller than they are scripted.
GENERATION, JUDGE, LEVEL = 0.25, 0.4, 3.7
AA_EVALUATIONS, REPEATS, PLANTED = 200, 200, 100
FACTS, KEPT, VIOLATED = 4, 0.95, 0.1
SIZES = (20, 40, 120)
FAILING_BRIEFS = 40


@dataclass(frozen=True)
class Script:
    """What B differs by: points of the score, the probability that it keeps a fact, and how alike its voices are.

    `fails` is the share of all runs that fail by chance, `drops` the share of B's runs that fail because their persona
    would have been the worst. Neither is in the seed, so that the figures without failures stay what they were.
    """

    lift: float = 0.0
    kept: float = KEPT
    flat: float = 0.0
    judgements: int = 1
    fails: float = field(default=0.0, repr=False)
    drops: float = field(default=0.0, repr=False)


def measure() -> Report:
    """All figures."""
    published = Report("evaluation_statistics")
    began = time.process_time()
    _same(published)
    _power(published)
    _planted(published)
    _equivalence(published)
    _failures(published)
    published.figure("CPU of all simulations", time.process_time() - began, "s")
    return published


def _same(published: Report) -> None:
    """A against A: the share with a winner."""
    winners = 0
    for size in SIZES:
        verdicts = _verdicts(Script(), size, AA_EVALUATIONS, DEFAULT_METRICS)
        winners += verdicts["better"] + verdicts["worse"]
        _share(published, f"A/A, {size} briefs: a winner", verdicts["better"] + verdicts["worse"], AA_EVALUATIONS)
        _share(published, f"A/A, {size} briefs: equivalent", verdicts["equivalent"], AA_EVALUATIONS)
    _share(published, "A/A, all sizes: a winner", winners, AA_EVALUATIONS * len(SIZES))


def _power(published: Report) -> None:
    """A true difference of the margin, with as many briefs as the formula asks for: the share that is found."""
    for judgements in (1, 3):
        size = pairs_needed(_deviation(judgements), POINTS_MARGIN)
        script = Script(lift=POINTS_MARGIN, judgements=judgements)
        verdicts = _verdicts(script, size, REPEATS, ("overall",))
        what = f"power of 0.80 promised: 0.2 points, {judgements} judgement(s), {size} briefs"
        _share(published, what, verdicts["better"], REPEATS)
        _share(published, f"{what}: the wrong sign", verdicts["worse"], REPEATS)


def _planted(published: Report) -> None:
    """A planted harm: the share that is called worse, with the right sign, over the measures that count by default."""
    harms = {
        "0.4 points lower, 60 briefs, 3 judgements": (Script(lift=-0.4, judgements=3), 60),
        "facts kept 0.75 instead of 0.95, 40 briefs": (Script(kept=0.75), 40),
        "voices half alike, 40 briefs": (Script(flat=0.5), 40),
    }
    for what, (script, size) in harms.items():
        verdicts = _verdicts(script, size, PLANTED, DEFAULT_METRICS)
        _share(published, f"planted: {what}: called worse", verdicts["worse"], PLANTED)
        _share(published, f"planted: {what}: called better", verdicts["better"], PLANTED)


def _equivalence(published: Report) -> None:
    """Two one-sided tests: wrong at the margin, right at no difference."""
    size = pairs_to_settle(_deviation(3), POINTS_MARGIN)
    for lift, what in ((POINTS_MARGIN, "0.2 points apart"), (-POINTS_MARGIN, "-0.2 points apart"), (0.0, "the same")):
        verdicts = _verdicts(Script(lift=lift, judgements=3), size, REPEATS, ("overall",))
        _share(published, f"margin 0.2, {size} briefs, {what}: called equivalent", verdicts["equivalent"], REPEATS)


def _failures(published: Report) -> None:
    """Runs that fail: by chance on both sides, and on B where its persona would have been bad or dear."""
    chance = _verdicts(Script(fails=0.05), FAILING_BRIEFS, REPEATS, DEFAULT_METRICS)
    what = f"A/A, {FAILING_BRIEFS} briefs, 5 % of all runs fail"
    _share(published, f"{what}: a winner", chance["better"] + chance["worse"], REPEATS)
    for share in (0.05, 0.1, 0.2, 0.4):
        verdicts = _verdicts(Script(drops=share), FAILING_BRIEFS, REPEATS, ("overall",))
        what = f"A/A, {FAILING_BRIEFS} briefs, B fails on its worst {100 * share:.0f} %, by overall"
        _share(published, f"{what}: called better", verdicts["better"], REPEATS)
        _share(published, f"{what}: called worse", verdicts["worse"], REPEATS)
    for share in (0.025, 0.1):
        verdicts = _verdicts(Script(lift=0.4, fails=share), FAILING_BRIEFS, REPEATS, ("overall",))
        what = f"0.4 points higher, {FAILING_BRIEFS} briefs, {100 * share:g} % of all runs fail"
        _share(published, f"{what}: called better", verdicts["better"], REPEATS)


def _verdicts(script: Script, size: int, evaluations: int, metrics: tuple[str, ...]) -> Counter[str]:
    found = Counter[str]()
    for number in range(evaluations):
        found[report(_scripted(script, size, metrics, random.Random(f"{script}{size}{number}"))).verdict] += 1  # noqa: S311
    return found


def _scripted(script: Script, size: int, metrics: tuple[str, ...], rng: random.Random) -> EvaluationData:
    common = _direction(rng)
    observations = [_observation(script, brief, side, rng, common) for brief in range(size) for side in ("a", "b")]
    briefs = [BriefItem(id=f"b{brief}", text="a brief") for brief in range(size)]
    return EvaluationData(
        a=_ARMS["a"], b=_ARMS["b"], briefs=briefs, observations=observations, judge="scripted:noise", metrics=metrics
    )


def _observation(script: Script, brief: int, side: Side, rng: random.Random, common: list[float]) -> Observation:
    changed = side == "b"
    luck = rng.gauss(0, GENERATION)
    is_dropped = changed and NormalDist(0, GENERATION).cdf(luck) < script.drops
    if (script.fails and rng.random() < script.fails) or is_dropped:
        return Observation(brief=brief, side=side, status="failed")
    truth = LEVEL + luck + (script.lift if changed else 0.0)
    overall = tuple(_bounded(truth + rng.gauss(0, JUDGE)) for _ in range(script.judgements))
    kept = sum(rng.random() < (script.kept if changed else KEPT) for _ in range(FACTS))
    flat = script.flat if changed else 0.0
    alike = 1 - (1 - flat) * (1 - rng.uniform(0, 0.6))
    voice = [(1 - alike) * own + alike * shared for own, shared in zip(_direction(rng), common, strict=True)]
    return Observation(
        brief=brief,
        side=side,
        overall=overall,
        dimensions=Scores.model_validate(dict.fromkeys(Scores.model_fields, sum(overall) / len(overall))),
        claims=ClaimCounts(kept=kept, lost=FACTS - kept),
        voice=_unit(voice),
        status="active" if overall[0] >= 3.5 else "flagged",  # noqa: PLR2004 - the audit's default threshold
        violations=sum(rng.random() < VIOLATED for _ in range(FACTS)),
        attempts=1,
    )


def _share(published: Report, what: str, count: int, total: int) -> None:
    low, high = wilson(count, total)
    published.figure(what, count / total, "share", f"{count} of {total}, 95 % {low:.3f}-{high:.3f}")


def _deviation(judgements: int) -> float:
    """The standard deviation of the difference of two personas' mean scores."""
    return math.sqrt(2 * (GENERATION**2 + JUDGE**2 / judgements))


def _bounded(score: float) -> float:
    return min(5.0, max(0.0, score))


def _direction(rng: random.Random) -> list[float]:
    return list(_unit([rng.gauss(0, 1) for _ in range(DIMENSIONS)]))


def _unit(values: list[float]) -> tuple[float, ...]:
    norm = math.sqrt(sum(value * value for value in values))
    return tuple(value / norm for value in values)


def _arm(side: Side) -> Arm:
    config = EngineConfig()
    return Arm(side=side, label=side, config=config, config_hash=config.hash(), method="six_steps")


_ARMS: dict[Side, Arm] = {"a": _arm("a"), "b": _arm("b")}

if __name__ == "__main__":
    measure().publish()
