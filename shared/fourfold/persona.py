"""The persona: four layers, its audit, and the states it can be in."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from fourfold.errors import ConflictError, NotFoundError
from fourfold.ids import PersonaId, RunId
from fourfold.steps import StepName

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)]
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


Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"),
    BeforeValidator(_language_tag),
]

# A DNS label, so that it can stand in any address; an id, with its underscore, is never one.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]

INTENT_MAX_CHARACTERS = 4000


class Document(BaseModel):
    """Base of every document: immutable, and an unknown field is an error rather than silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class Trait(StrEnum):
    """The Big Five domains (Soto & John, 2017: BFI-2 names them alike)."""

    OPENNESS = "openness"
    CONSCIENTIOUSNESS = "conscientiousness"
    EXTRAVERSION = "extraversion"
    AGREEABLENESS = "agreeableness"
    NEUROTICISM = "neuroticism"


class Archetype(StrEnum):
    """Twelve archetypes of the PMAI: a narrative tag, never a measurement."""

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
    """Schwartz's 19 refined basic values (2012), in the order of their circle: neighbours agree, opposites pull."""

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
    """What drives the person, written first; every later layer answers to it."""

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
    """The psychometrics, held to Soul. `values` is ordered, the most important first."""

    big_five: BigFive
    archetype: Archetype
    values: Annotated[
        tuple[SchwartzValue, ...],
        Field(min_length=3, max_length=5, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ]
    attachment_style: AttachmentStyle


class Mask(Document):
    """The voice, held to Soul and Self: how this person sounds when others listen."""

    register_: Register = Field(alias="register")
    tone: Line
    rhythm: Passage
    vocabulary: Annotated[tuple[Line, ...], Field(min_length=3, max_length=16)]
    signature_phrases: Annotated[tuple[Line, ...], Field(min_length=2, max_length=8)]
    social_role: Line


class Surface(Document):
    """What a stranger could see or read in a passport; written last so that nothing inside is back-filled from it."""

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
    """A score from 0 (absent) to 5 (nothing to mend) for each dimension."""

    coherence: Score
    depth: Score
    cultural_fidelity: Score
    voice_distinctiveness: Score
    realism: Score

    def of(self, dimension: Dimension) -> float:
        """The score of one dimension, 0-5."""
        score: float = getattr(self, dimension.value)
        return score


class Finding(Document):
    """One flaw the audit saw: where, the words it rests on, and how grave (1 slight - 5 breaks the persona)."""

    dimension: Dimension
    field: Annotated[str, StringConstraints(pattern=r"^(soul|self|mask|surface)(\.[a-z_]+)*$", max_length=80)]
    quote: Annotated[str, StringConstraints(max_length=300)]
    severity: Annotated[int, Field(ge=1, le=5)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class Audit(Document):
    """A second model's verdict on the whole document; `overall` is the configured weighted mean of the scores."""

    overall: Score
    scores: Scores
    findings: tuple[Finding, ...] = ()
    attempt: Annotated[int, Field(ge=1)]
    judge: str


class TokenUsage(Document):
    """Tokens of one or more model calls. `input_tokens` are uncached ones; `estimated` marks counts nobody billed."""

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
    """What one step cost over all attempts. `cost_usd` is null when a price is unknown, never 0 for it."""

    tokens: TokenUsage
    cost_usd: float | None
    duration_ms: int


class Usage(Document):
    """What a run cost in all and by step."""

    tokens: TokenUsage = TokenUsage()
    cost_usd: float | None = 0.0
    by_step: dict[StepName, StepUsage] = {}


class Grade(StrEnum):
    """How well the fingerprint tells its persona from others: equal error rate up to 10 %, up to 20 %, above."""

    STRONG = "strong"
    USABLE = "usable"
    WEAK = "weak"


class FingerprintSummary(Document):
    """What a persona tells of its fingerprint."""

    run_id: RunId
    embedder: str
    scenario_set: str
    grade: Grade
    eer: float | None
    created_at: datetime


class TestSuiteCounts(Document):
    """Tests by verdict; only `passed` ones have passed."""

    __test__ = False  # no test of pytest's

    total: int
    passed: int
    failed: int
    inconclusive: int
    error: int


class TestSuiteSummary(Document):
    """The newest complete run of the provocation suite. `pass_rate` is passed of total, `interval` Wilson's 95% of it.

    `persona_version` is the version that was tested.
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
    completed_at: datetime


class PersonaStatus(StrEnum):
    """Where a persona stands."""

    GENERATING = "generating"
    ACTIVE = "active"
    FLAGGED = "flagged"
    FAILED = "failed"
    ARCHIVED = "archived"


# A persona answers in chats and is tested only in these states.
SPEAKABLE: Final = frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED})


class PersonaGoneError(NotFoundError):
    """The persona was deleted; nothing more is stored for it."""


class NotWrittenError(ConflictError):
    """The persona has no layers yet: its first run is in progress, or failed."""


# A persona that is written anew stays what it was until its run is done: only one without content is `generating`.
_MOVES: dict[PersonaStatus, frozenset[PersonaStatus]] = {
    PersonaStatus.GENERATING: frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.FAILED}),
    PersonaStatus.ACTIVE: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.FLAGGED: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.FAILED: frozenset({PersonaStatus.GENERATING}),
    PersonaStatus.ARCHIVED: frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
}


class Visibility(StrEnum):
    """Whom the owner means a persona for. A label for applications: no key ever reads another workspace's personas."""

    PRIVATE = "private"
    WORKSPACE = "workspace"
    PUBLIC = "public"


class ImportedFrom(Document):
    """Where an imported persona comes from: the file's format, and what the persona was there."""

    format: Literal["json", "card_v2", "card_v3"]
    persona_id: PersonaId
    version: Annotated[int, Field(ge=1)]
    run_id: RunId | None
    config_hash: str | None
    usage: Usage
    slug: Slug | None
    created_at: datetime
    updated_at: datetime


class Persona(Document):
    """The document the API answers with. The layers are null until the run that writes them is done.

    `version` counts its accepted changes; `run_id` is the run that wrote it and `usage` what that run cost (null and
    nothing for an imported persona). `pending_run_id` is the run that is writing it now. `archived_from` is what an
    archived persona was, and will be again.
    """

    id: PersonaId
    workspace_id: str
    status: PersonaStatus
    version: Annotated[int, Field(ge=1)] = 1
    slug: Slug | None = None
    visibility: Visibility = Visibility.WORKSPACE
    intent: str
    language: str | None = None
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
    created_at: datetime
    updated_at: datetime

    def moved_to(self, status: PersonaStatus, at: datetime) -> Self:
        """This persona in another status.

        Raises:
            ValueError: the status machine has no such move (an archived persona cannot fail).
        """
        if status not in _MOVES[self.status]:
            raise ValueError(f"a persona cannot go from {self.status} to {status}")
        before = self.status if status is PersonaStatus.ARCHIVED else None
        return self.model_copy(update={"status": status, "archived_from": before, "updated_at": at})

    @property
    def written(self) -> bool:
        """Whether there is a person to speak of: all four layers stand."""
        return None not in (self.soul, self.self_, self.mask, self.surface)
