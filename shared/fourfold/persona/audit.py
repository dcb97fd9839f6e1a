"""The audit of a persona: scores and findings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from fourfold.persona.document import Document


class Dimension(StrEnum):
    """The five dimensions an audit scores."""

    COHERENCE = "coherence"
    DEPTH = "depth"
    CULTURAL_FIDELITY = "cultural_fidelity"
    VOICE_DISTINCTIVENESS = "voice_distinctiveness"
    REALISM = "realism"


Score = Annotated[float, Field(ge=0.0, le=5.0)]


class Scores(Document):
    """A score from 0 (absent) to 5 (nothing to improve) for each dimension."""

    coherence: Score
    depth: Score
    cultural_fidelity: Score
    voice_distinctiveness: Score
    realism: Score

    def of(self, dimension: Dimension) -> float:
        """The score of one dimension, 0-5."""
        score: float = getattr(self, dimension.value)
        return score


# A layer, or a field of one.
FIELD_PATH_PATTERN: Final = r"^(soul|self|mask|surface)(\.[a-z_]+)*$"


class Finding(Document):
    """A flaw that the audit found: field, quote as evidence, severity from 1 (slight) to 5 (breaks the persona)."""

    dimension: Dimension
    field: Annotated[str, StringConstraints(pattern=FIELD_PATH_PATTERN, max_length=80)]
    quote: Annotated[str, StringConstraints(max_length=300)]
    severity: Annotated[int, Field(ge=1, le=5)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class Audit(Document):
    """A second model's assessment of the whole persona. `overall` is the configured weighted mean of the scores.

    `first_score` is the overall score that `first_judge` gave first. `confirmed_score` is the score of a second call
    that knows neither the attempt nor the first score; it is null if there was none. Then `overall`, `scores`,
    `findings` and `judge` are those of the second call. `attempt` is the attempt that was kept, of `attempts` in the
    run. `rubric_version` is the content hash of the rubric (`aud_...`). `judge_verified`: when the persona was stored,
    the judge had a verified passport for this rubric on the shipped label set (`GET /v1/judges`). Audits of earlier
    versions have null for what was not recorded. `stale`: a layer was changed by hand after the audit.
    """

    overall: Score
    scores: Scores
    findings: tuple[Finding, ...] = ()
    attempt: Annotated[int, Field(ge=1)]
    attempts: Annotated[int, Field(ge=1)] | None = None
    judge: str
    first_score: Score | None = None
    first_judge: str | None = None
    confirmed_score: Score | None = None
    rubric_version: str | None = None
    judge_verified: bool | None = None
    stale: bool = False
