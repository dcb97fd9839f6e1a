"""The measures of an evaluation: what each reads from an observation, its unit, its good direction and its margin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from fourfold.evaluation.models import Observation
from fourfold.evaluation.voices import Profile
from fourfold.persona import Dimension

POINTS_MARGIN: Final = 0.2
REPLY_SEPARATION: Final = "reply_separation"
# Counts in each evaluation in which a run failed: its pair has no other measure but `passed` (decision 90).
FAILED: Final = "failed"
# score: Student's t. amount: resampled, for counts, shares and costs. outcome: yes or no. preference: won pairs.
Kind = Literal["score", "amount", "outcome", "preference"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    `margin` is absolute, in `unit`. With `relative` it is at least that share of the mean of A. `value` reads an
    observation and returns None if it has no such value. A measure of the whole arm has `profile` instead, which reads
    what is compared with the others of the arm. `preference` is of a pair and has neither.
    """

    name: str
    unit: str
    better: Literal["higher", "lower"]
    kind: Kind
    margin: float
    value: Callable[[Observation], float | None] | None
    relative: float = 0.0
    profile: Callable[[Observation], Profile] | None = None


def _dimension(dimension: Dimension) -> Measure:
    def value(seen: Observation) -> float | None:
        return None if seen.dimensions is None else seen.dimensions.of(dimension)

    return Measure(dimension.value, "points of 5", "higher", "score", POINTS_MARGIN, value)


def overall_of(seen: Observation) -> float | None:
    """The mean overall score (0-5) of the judgements, or None if there was none."""
    return sum(seen.overall) / len(seen.overall) if seen.overall else None


def _claims_kept(seen: Observation) -> float | None:
    return seen.claims.kept / seen.claims.total if seen.claims is not None and seen.claims.total else None


def _of_persona(value: Callable[[Observation], float | None]) -> Callable[[Observation], float | None]:
    """Reads `value` of runs that made a persona: a run that failed early is neither cheap nor free of violations."""
    return lambda seen: None if seen.status == "failed" else value(seen)


MEASURES: Final[tuple[Measure, ...]] = (
    Measure("overall", "points of 5", "higher", "score", POINTS_MARGIN, overall_of),
    *map(_dimension, Dimension),
    Measure("preference", "share of pairs", "higher", "preference", 0.1, None),
    Measure("claims_kept", "share of facts", "higher", "amount", 0.05, _claims_kept),
    Measure("violations", "violations", "lower", "amount", 0.25, _of_persona(lambda seen: seen.violations)),
    Measure("voice_separation", "cosine distance", "higher", "score", 0.05, None, profile=lambda seen: seen.voice),
    Measure(REPLY_SEPARATION, "cosine distance", "higher", "score", 0.05, None, profile=lambda seen: seen.replies),
    Measure("passed", "share of runs", "higher", "outcome", 0.1, lambda seen: float(seen.status == "active")),
    Measure(FAILED, "share of runs", "lower", "outcome", 0.1, lambda seen: float(seen.status == "failed")),
    Measure("attempts", "attempts", "lower", "amount", 0.25, _of_persona(lambda seen: seen.attempts)),
    Measure("usd", "USD", "lower", "amount", 0.000_01, _of_persona(lambda seen: seen.usd), relative=0.1),
    Measure("tokens", "tokens", "lower", "amount", 50.0, _of_persona(lambda seen: seen.tokens), relative=0.1),
    Measure("wall_ms", "ms", "lower", "amount", 100.0, _of_persona(lambda seen: seen.wall_ms), relative=0.1),
)
MEASURE_NAMES: Final = tuple(measure.name for measure in MEASURES)
# What a verdict rests on unless the caller names the measures; REPLY_SEPARATION too, if scenarios are answered.
DEFAULT_METRICS: Final = ("overall", "claims_kept", "violations", "voice_separation", "passed")

Pair = tuple[Observation, Observation]


def paired(observations: Sequence[Observation]) -> list[Pair]:
    """The observations of A and B of each brief that has both, in the order of the briefs."""
    sides = {side: {seen.brief: seen for seen in observations if seen.side == side} for side in ("a", "b")}
    return [(sides["a"][brief], sides["b"][brief]) for brief in sorted(sides["a"].keys() & sides["b"].keys())]
