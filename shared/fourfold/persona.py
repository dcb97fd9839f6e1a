"""The persona: its four layers, its audit, and its status machine."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from fourfold.caller_metadata import CallerMetadata
from fourfold.errors import ConflictError, NotFoundError
from fourfold.ids import PersonaId, RunId
from fourfold.steps import StepName
from fourfold.text_rules import on_one_line

# Line breaks and tabs in a line become spaces, from every source: a name must not add a line to a prompt or a table.
Line = Annotated[
    str, BeforeValidator(on_one_line), StringConstraints(strip_whitespace=True, min_length=1, max_length=160)
]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=800)]
_LANGUAGE_TAG: Final = re.compile(
    r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?:-[a-z0-9]{1,8})*", re.IGNORECASE
)


def _language_tag(tag: object) -> object:
    """Language, script and region of a BCP 47 tag or a POSIX locale (`pt_BR.UTF-8`), in the tag's usual case."""
    if not isinstance(tag, str):
        return tag
    parts = _LANGUAGE_TAG.fullmatch(tag.strip().partition(".")[0].replace("_", "-"))
    if parts is None:
        return tag
    language, script, region = parts.groups(default="")
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)


LANGUAGE_PATTERN: Final = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
Language = Annotated[
    str,
    StringConstraints(pattern=LANGUAGE_PATTERN),
    BeforeValidator(_language_tag),
]

MAX_SEED: Final = 2**31 - 1
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]

# A DNS label, so that it fits in any URL. It is never an id, because ids contain an underscore.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]

INTENT_MAX_CHARACTERS = 4000


class Document(BaseModel):
    """Base of every document: immutable; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class Trait(StrEnum):
    """The Big Five domains (Soto & John, 2017, BFI-2)."""

    OPENNESS = "openness"
    CONSCIENTIOUSNESS = "conscientiousness"
    EXTRAVERSION = "extraversion"
    AGREEABLENESS = "agreeableness"
    NEUROTICISM = "neuroticism"


class Archetype(StrEnum):
    """The twelve archetypes of the PMAI, as a narrative tag; not a measurement."""

    IDEALIST = "idealist"
    REALIST = "realist"
    WARRIOR = "warrior"
    CAREGIVER = "caregiver"
    SEEKER = "seeker"
    LOVER = "lover"
    REVOLUTIONARY = "revolutionary"
    CREATOR = "creator"
    RULER = "ruler"
    MAGICIAN = "magician"
    SAGE = "sage"
    JESTER = "jester"


class SchwartzValue(StrEnum):
    """Schwartz's 19 refined basic values (2012), in circular order: adjacent values agree, opposite ones conflict."""

    SELF_DIRECTION_THOUGHT = "self_direction_thought"
    SELF_DIRECTION_ACTION = "self_direction_action"
    STIMULATION = "stimulation"
    HEDONISM = "hedonism"
    ACHIEVEMENT = "achievement"
    POWER_DOMINANCE = "power_dominance"
    POWER_RESOURCES = "power_resources"
    FACE = "face"
    SECURITY_PERSONAL = "security_personal"
    SECURITY_SOCIETAL = "security_societal"
    TRADITION = "tradition"
    CONFORMITY_RULES = "conformity_rules"
    CONFORMITY_INTERPERSONAL = "conformity_interpersonal"
    HUMILITY = "humility"
    BENEVOLENCE_DEPENDABILITY = "benevolence_dependability"
    BENEVOLENCE_CARING = "benevolence_caring"
    UNIVERSALISM_CONCERN = "universalism_concern"
    UNIVERSALISM_NATURE = "universalism_nature"
    UNIVERSALISM_TOLERANCE = "universalism_tolerance"


class AttachmentStyle(StrEnum):
    """Adult attachment: the four quadrants of anxiety by avoidance (Bartholomew & Horowitz, 1991)."""

    SECURE = "secure"
    ANXIOUS_PREOCCUPIED = "anxious_preoccupied"
    DISMISSIVE_AVOIDANT = "dismissive_avoidant"
    FEARFUL_AVOIDANT = "fearful_avoidant"


class Register(StrEnum):
    """Joos's five registers (The Five Clocks, 1961), from the most fixed to the most private."""

    FROZEN = "frozen"
    FORMAL = "formal"
    CONSULTATIVE = "consultative"
    CASUAL = "casual"
    INTIMATE = "intimate"


class Soul(Document):
    """What drives the person. Written first; later layers are constrained by it."""

    desire: Passage
    fear: Passage
    wound: Passage
    growth_arc: Passage


UnitInterval = Annotated[float, Field(ge=0.0, le=1.0)]


class BigFive(Document):
    """Trait levels from 0 (lowest in the population) to 1 (highest); 0.5 is the middle."""

    openness: UnitInterval
    conscientiousness: UnitInterval
    extraversion: UnitInterval
    agreeableness: UnitInterval
    neuroticism: UnitInterval

    def level(self, trait: Trait) -> float:
        """The level of one trait, 0-1."""
        level: float = getattr(self, trait.value)
        return level


def _each_once(values: tuple[SchwartzValue, ...]) -> tuple[SchwartzValue, ...]:
    if len(set(values)) < len(values):
        raise ValueError("each value may be named once")
    return values


class SelfLayer(Document):
    """The psychometric profile, constrained by Soul. `values` is ordered, the most important first."""

    big_five: BigFive
    archetype: Archetype
    values: Annotated[
        tuple[SchwartzValue, ...],
        Field(min_length=3, max_length=5, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ]
    attachment_style: AttachmentStyle


class Mask(Document):
    """The voice: how the person speaks. Constrained by Soul and Self."""

    register_: Register = Field(alias="register")
    tone: Line
    rhythm: Passage
    vocabulary: Annotated[tuple[Line, ...], Field(min_length=3, max_length=16)]
    signature_phrases: Annotated[tuple[Line, ...], Field(min_length=2, max_length=8)]
    social_role: Line


class Surface(Document):
    """Name, age, location, occupation and appearance. Written last, so that the other layers do not derive from it."""

    name: Line
    age: Annotated[int, Field(ge=0, le=120)]
    location: Line
    occupation: Line
    appearance: Passage


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


class TokenUsage(Document):
    """Tokens of one or more model calls. `input_tokens` excludes cached ones; `estimated`: no provider counted them."""

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: TokenUsage) -> TokenUsage:
        return TokenUsage(
            input_tokens=self.input_tokens + other.input_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
            estimated=self.estimated or other.estimated,
        )


class StepUsage(Document):
    """Tokens, cost and duration of one step over all attempts. `cost_usd` is null if a price is unknown."""

    tokens: TokenUsage
    cost_usd: float | None
    duration_ms: int


class Usage(Document):
    """Tokens and cost of a run, in total and by step."""

    tokens: TokenUsage = TokenUsage()
    cost_usd: float | None = 0.0
    by_step: dict[StepName, StepUsage] = {}


class Grade(StrEnum):
    """How well the fingerprint separates its persona from others: equal error rate up to 10%, up to 20%, or above."""

    STRONG = "strong"
    USABLE = "usable"
    WEAK = "weak"


class FingerprintSummary(Document):
    """The summary of the fingerprint in the persona. `stale`: a layer has changed since it was computed.

    `persona_version` is the version it was computed from; null for those of earlier versions of fourfold.
    """

    run_id: RunId
    embedder: str
    scenario_set: str
    grade: Grade
    eer: float | None
    persona_version: int | None = None
    stale: bool = False
    created_at: datetime


class TestSuiteCounts(Document):
    """The number of tests by verdict. `total` includes `inconclusive` and `error`."""

    __test__ = False  # keeps pytest from collecting the class

    total: int
    passed: int
    failed: int
    inconclusive: int
    error: int


class TestSuiteSummary(Document):
    """The newest complete run of the provocation suite. `persona_version` is the version that was tested.

    `pass_rate` is `passed / total`; `interval` is its 95% Wilson score interval. `stale`: a layer has changed since.
    """

    __test__ = False

    run_id: RunId
    persona_version: int
    passed: bool
    pass_rate: float | None
    interval: tuple[float, float]
    counts: TestSuiteCounts
    confirmed_critical: tuple[str, ...]
    catalog_version: str
    stale: bool = False
    completed_at: datetime


AxisName = Literal["warmth", "gravity", "intensity", "irony"]


class Refined(Document):
    """How far a layer moved along a tonal axis, as the audit's model read it before and after (-1 to 1).

    `amount` was asked. `reached`: `moved` is at least half of it, or half of what the scale left. The readings are null
    if the audit's model gave none.
    """

    layer: Literal["soul", "mask"]
    axis: AxisName
    amount: float
    before: float | None = None
    after: float | None = None
    moved: float | None = None
    reached: bool | None = None


class PersonaStatus(StrEnum):
    """The status of a persona. `unaudited`: it was imported, and this deployment did not sign its audit."""

    GENERATING = "generating"
    ACTIVE = "active"
    FLAGGED = "flagged"
    UNAUDITED = "unaudited"
    FAILED = "failed"
    ARCHIVED = "archived"


# Chat, fingerprint and provocation tests need one of these statuses.
SPEAKABLE: Final = frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.UNAUDITED})


class PersonaGoneError(NotFoundError):
    """The persona was deleted; nothing can be stored for it."""


class NotWrittenError(ConflictError):
    """The persona has no layers yet: its first run is in progress, or failed."""


# A persona that is regenerated keeps its status until the run completes; only one without layers is `generating`.
_TRANSITIONS: dict[PersonaStatus, frozenset[PersonaStatus]] = {
    PersonaStatus.GENERATING: frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.FAILED}),
    PersonaStatus.ACTIVE: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.FLAGGED: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.UNAUDITED: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.FAILED: frozenset({PersonaStatus.GENERATING}),
    PersonaStatus.ARCHIVED: frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.UNAUDITED}),
}


class Visibility(StrEnum):
    """The intended audience, as a label for applications. API keys only read personas of their own workspace."""

    PRIVATE = "private"
    WORKSPACE = "workspace"
    PUBLIC = "public"


class ImportedFrom(Document):
    """The origin of an imported persona: the file format, and the persona's fields in the file.

    `ignored` are JSON pointers of fields in the file that this version does not know.
    """

    format: Literal["json", "card_v2", "card_v3"]
    persona_id: PersonaId
    version: Annotated[int, Field(ge=1)]
    run_id: RunId | None
    config_hash: str | None
    usage: Usage
    slug: Slug | None
    created_at: datetime
    updated_at: datetime
    ignored: tuple[str, ...] = ()


class Persona(Document):
    """A persona. Its layers are null until the run that writes them is completed.

    `version` increases with every accepted change. `run_id` is the run that wrote the layers and `usage` the cost of
    that run (null and empty for an imported persona). `pending_run_id` is the run in progress, if any. `archived_from`
    is the status of an archived persona before it was archived; unarchiving restores it. `metadata` are strings of the
    caller; events carry them. A fork has the id and version of the persona it was made from (`parent_id`,
    `parent_version`), the first persona of its line (`root_id`) and its maker's `fork_note`; the parent may have been
    deleted since. `seed` is what its runs vary the brief by; null for an imported one. `refined` is the move
    that the run measured, if it moved a layer along an axis.
    """

    id: PersonaId
    workspace_id: str
    status: PersonaStatus
    version: Annotated[int, Field(ge=1)] = 1
    slug: Slug | None = None
    visibility: Visibility = Visibility.WORKSPACE
    intent: str
    language: str | None = None
    seed: Seed | None = None
    soul: Soul | None = None
    self_: SelfLayer | None = Field(default=None, alias="self")
    mask: Mask | None = None
    surface: Surface | None = None
    audit: Audit | None = None
    fingerprint: FingerprintSummary | None = None
    test_suite: TestSuiteSummary | None = None
    run_id: RunId | None
    pending_run_id: RunId | None = None
    config_hash: str | None
    usage: Usage = Usage()
    providers: tuple[str, ...] = ()
    archived_from: PersonaStatus | None = None
    imported_from: ImportedFrom | None = None
    metadata: CallerMetadata = Field(default_factory=dict)
    parent_id: PersonaId | None = None
    parent_version: int | None = None
    root_id: PersonaId | None = None
    fork_note: str | None = None
    refined: Refined | None = None
    created_at: datetime
    updated_at: datetime

    def with_status(self, status: PersonaStatus, at: datetime) -> Self:
        """Returns a copy in another status.

        Raises:
            ValueError: the status machine has no such transition.
        """
        if status not in _TRANSITIONS[self.status]:
            raise ValueError(f"a persona cannot go from {self.status} to {status}")
        before = self.status if status is PersonaStatus.ARCHIVED else None
        return self.model_copy(update={"status": status, "archived_from": before, "updated_at": at})

    @property
    def unarchived_status(self) -> PersonaStatus | None:
        """The status; of an archived persona the one before it was archived, None if that is not known."""
        return self.archived_from if self.status is PersonaStatus.ARCHIVED else self.status

    @property
    def has_layers(self) -> bool:
        """Whether all four layers are written."""
        return None not in (self.soul, self.self_, self.mask, self.surface)
