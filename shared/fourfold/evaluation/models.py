"""The data of an evaluation: its two arms, its briefs, what was observed, and the report with its verdict.

A difference is always B minus A. `better` and `worse` speak of B: "B is better than A".
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from fourfold.config.engine import EngineConfig
from fourfold.ids import PersonaId, RunId
from fourfold.llm.port import ModelFailure
from fourfold.persona import INTENT_MAX_CHARACTERS, Document, Language, Line, Scores

Side = Literal["a", "b"]
SIDES: Final[tuple[Side, Side]] = ("a", "b")
Verdict = Literal["better", "worse", "equivalent", "inconclusive"]
Method = Literal["six_steps", "single_call"]
MAX_BRIEFS: Final = 10_000
MAX_JUDGEMENTS: Final = 9


def sides_of(brief: int) -> tuple[Side, Side]:
    """The sides in the order in which a brief's personas are made and judged: A first for every other brief."""
    return ("a", "b") if brief % 2 == 0 else ("b", "a")


Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(:[A-Za-z0-9_-]+)?$", max_length=60)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
_Count = Annotated[int, Field(ge=0)]
_BriefIndex = Annotated[int, Field(ge=0, lt=MAX_BRIEFS)]


class VariantRef(Document):
    """A variant by its name and the content hash of its texts (`var_...`)."""

    name: Line
    hash: Annotated[str, StringConstraints(pattern=r"^var_[0-9a-f]{12}$")]


class Arm(Document):
    """One side of an evaluation: the settings of all its runs, frozen when the evaluation starts.

    `label` is the caller's name of the side. `config_hash` is `config.hash()`.
    """

    side: Side
    label: Line
    config: EngineConfig
    config_hash: str
    method: Method
    variant: VariantRef | None = None


class BriefItem(Document):
    """One brief of a set. `tags` say what it is an example of, such as `length:short` or `hostile`."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=INTENT_MAX_CHARACTERS)]
    language: Language | None = None
    tags: tuple[Tag, ...] = ()


class ClaimCounts(Document):
    """How many facts of a brief a persona keeps, changes or no longer mentions."""

    kept: _Count = 0
    changed: _Count = 0
    lost: _Count = 0

    @property
    def total(self) -> int:
        """The number of facts that the ledger found in the brief."""
        return self.kept + self.changed + self.lost


class Observation(Document):
    """What one arm made of one brief.

    Attributes:
        brief: index of the brief in the evaluation, from 0.
        side: the arm.
        persona_id: null if the run failed before a persona was stored.
        run_id: null if the run was not started.
        overall: the overall score (0-5) of each judgement by the evaluation's judge; empty if it gave none.
        dimensions: the mean score of each dimension over the judgements; null if there was none.
        claims: counts of the claims ledger; null without a persona.
        voice: the voice profile of the mask (`fourfold.evaluation.voices.voice_profile`); empty without a mask.
        replies: the profile of the persona's replies to scenarios (`reply_profile` beside it); empty unless it
            answered all of them.
        violations: constraints that are still violated in the persona.
        attempts: attempts of the run.
        status: `active` passed its own audit, `flagged` did not, `failed` has no persona.
        tokens: all tokens of the run, without those of the judge.
        usd: cost of the run without the judge and the replies; null if a price is unknown.
        wall_ms: from the start to the end of the run.
        fault: the code of the problem with which the run failed.
        judge_faults: why calls of the judge gave no usable score, one for each such call.
    """

    brief: _BriefIndex
    side: Side
    persona_id: PersonaId | None = None
    run_id: RunId | None = None
    overall: Annotated[tuple[Annotated[float, Field(ge=0.0, le=5.0)], ...], Field(max_length=MAX_JUDGEMENTS)] = ()
    dimensions: Scores | None = None
    claims: ClaimCounts | None = None
    voice: Annotated[tuple[float, ...], Field(max_length=256)] = ()
    replies: Annotated[tuple[float, ...], Field(max_length=256)] = ()
    violations: _Count = 0
    attempts: _Count = 0
    status: Literal["active", "flagged", "failed"]
    tokens: _Count = 0
    usd: Annotated[float, Field(ge=0.0)] | None = None
    wall_ms: _Count = 0
    fault: str | None = None
    judge_faults: tuple[ModelFailure, ...] = ()


class Preference(Document):
    """Which persona of a pair the judge prefers, asked in both orders. Answers that disagree are a tie.

    `ab` is the answer with A's persona shown first, `ba` the answer with B's shown first.
    """

    brief: _BriefIndex
    ab: Literal["a", "b", "tie"]
    ba: Literal["a", "b", "tie"]

    @property
    def outcome(self) -> Literal["a", "b", "tie"]:
        """The common answer of both orders, or a tie."""
        return self.ab if self.ab == self.ba else "tie"


class Interval(Document):
    """A 95 % confidence interval."""

    low: float
    high: float


class MeasureResult(Document):
    """One measure of both arms over the pairs that have it.

    Attributes:
        name: `overall`, `depth`, `claims_kept`, `passed`, `preference`, `usd` ...
        unit: of `a`, `b`, `difference` and `margin`.
        better: the direction that is good: `higher` or `lower`.
        counts: whether the verdict rests on it.
        n: the number of pairs.
        a: the mean of A; for `preference` the share of pairs that A won.
        b: the mean of B.
        difference: the mean of B minus A over the pairs.
        interval: of `difference`.
        test: the name of the test that gives `p`.
        p: two-sided p-value of no difference.
        adjusted_p: `p` corrected by Holm over the measures that count; null for the others.
        margin: a difference up to this size makes no difference in practice.
        equivalence_p: p-value of two one-sided tests against `margin`.
        verdict: of this measure.
        briefs_to_settle: pairs that would settle it, with the spread seen here; null if that is not known.
    """

    name: str
    unit: str
    better: Literal["higher", "lower"]
    counts: bool
    n: _Count
    a: float | None
    b: float | None
    difference: float | None
    interval: Interval | None
    test: str
    p: Share | None
    adjusted_p: Share | None
    margin: float
    equivalence_p: Share | None
    verdict: Verdict
    briefs_to_settle: _Count | None


class ArmSummary(Document):
    """One arm in the report: what it was, how its runs ended, and what they cost.

    `usd` is null if a price is unknown. `judge_usd` is what judging this arm's personas cost, `reply_usd` what their
    replies to scenarios cost; null also if they answered none.
    """

    side: Side
    label: Line
    config_hash: str
    method: Method
    variant: VariantRef | None = None
    runs: _Count
    active: _Count
    flagged: _Count
    failed: _Count
    usd: float | None
    judge_usd: float | None = None
    reply_usd: float | None = None
    tokens: _Count
    wall_ms_mean: float | None


class RowSide(Document):
    """One persona of a pair, as a row of the report shows it."""

    persona_id: PersonaId | None
    status: Literal["active", "flagged", "failed"]
    overall: float | None
    claims: ClaimCounts | None
    usd: float | None


class BriefRow(Document):
    """The pair of one brief. `excerpt` is the beginning of the brief's text: data that the caller wrote."""

    brief: _BriefIndex
    id: str
    excerpt: str
    a: RowSide | None
    b: RowSide | None
    difference: float | None
    preference: Literal["a", "b", "tie"] | None = None


class EvaluationReport(Document):
    """The result of an evaluation.

    Attributes:
        verdict: of B against A. A stopped evaluation is `inconclusive`.
        reason: one sentence that says what the verdict rests on.
        judge: the judge that scored both arms, `provider:model`.
        rubric_version: content hash of the judge's prompt.
        briefs: the number of briefs of the evaluation.
        pairs: briefs whose both runs ended.
        brief_set: name and hash of a shipped set, such as `standard@1`; null for other briefs.
        measures: those that count first.
        rows: of the first 500 briefs; the measures are of all.
        briefs_to_settle: briefs after which all measures that count would be settled; null once the verdict is not
            `inconclusive`, or if that is not known.
        stopped: why the evaluation ended early; null if it did not.
        notes: what a reader must know beside the numbers.
    """

    verdict: Verdict
    reason: str
    judge: str
    rubric_version: str | None = None
    briefs: _Count
    pairs: _Count
    brief_set: str | None = None
    a: ArmSummary
    b: ArmSummary
    measures: tuple[MeasureResult, ...]
    rows: tuple[BriefRow, ...]
    briefs_to_settle: _Count | None
    stopped: Literal["budget", "cancelled", "failed"] | None = None
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _stopped_has_no_winner(self) -> EvaluationReport:
        if self.stopped is not None and self.verdict != "inconclusive":
            raise ValueError("a stopped evaluation is inconclusive")
        return self

    def measure(self, name: str) -> MeasureResult | None:
        """The measure of this name, or None if it was not measured."""
        return next((each for each in self.measures if each.name == name), None)
