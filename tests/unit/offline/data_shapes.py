"""The shape of each data file of the offline composer, by its path; strict, so that a key too many is a fault."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

import fourfold_offline
from fourfold.constraints import VoiceMarker
from fourfold.persona import Archetype, AttachmentStyle, Register, SchwartzValue, Trait

DATA = Path(fourfold_offline.__file__).with_name("data")

_SLOTS = frozenset(
    {
        *("they", "them", "their", "theirs", "themself", "They", "Their", "their_cap"),
        *("at", "At", "girl", "boy", "girl_or_boy", "aunt", "uncle", "friend", "he", "him", "his", "He"),
        *("feast", "drink", "sweet", "game", "lost", "lost_name", "lost_they", "lost_them", "clause"),
    }
)
_CHAT_SLOTS = frozenset({"c", "C", "t", "w", "n", "e", "E", "o", "O"})
_PROVOCATION_SLOTS = frozenset(
    {"name", "age", "older", "younger", "wrong", "place", "work", "desire", "fear", "wound", "elsewhere", "secret"}
)


def _slots_of(known: frozenset[str]) -> Any:
    def check(text: str) -> str:
        unknown = set(re.findall(r"\{(\w*)\}", text)) - known
        assert not unknown, f"unknown slots {unknown}"
        rest = re.sub(r"\{\w+\}", "", text)
        assert "{" not in rest, "a brace that opens no slot"
        assert "}" not in rest, "a brace that closes no slot"
        return text

    return AfterValidator(check)


def _alternatives(text: str) -> str:
    rest = re.sub(r"<[^<>|]+(?:\|[^<>|]*)+>|<[^<>]+>", "", text)
    assert "<" not in rest, "alternatives that are not closed"
    assert ">" not in rest, "alternatives that are not opened"
    return text


def _verbs(text: str) -> str:
    rest = re.sub(r"\[[a-z']+\]", "", text)
    assert "[" not in rest, "a bracket around no verb"
    return text


def _compiles(pattern: str) -> str:
    re.compile(pattern, re.IGNORECASE)
    return pattern


Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S(?:.*\S)?$")]
Word = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S+$")]
Template = Annotated[Text, _slots_of(_SLOTS), AfterValidator(_alternatives), AfterValidator(_verbs)]
# A line that goes with some scenes of its core alone names their places before a colon.
SceneLine = Annotated[Template, StringConstraints(pattern=r"^(?:\d{1,3}:)?\D")]
ChatTemplate = Annotated[Text, _slots_of(_CHAT_SLOTS)]
ProvocationLine = Annotated[str, StringConstraints(min_length=1), _slots_of(_PROVOCATION_SLOTS)]
Pattern = Annotated[str, AfterValidator(_compiles)]
Age = Annotated[int, Field(ge=0, le=120)]
Unit = Annotated[float, Field(ge=0, le=1)]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
PeopleKey = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Za-z]{2})?$|^shared$")]
LifeEvent = Literal[
    "dead_sibling", "dead_child", "dead_parent", "widowed", "divorced", "prison", "war", "ruin", "migration",
    "addiction", "body", "twin", "adopted", "estranged", "children", "retired", "degree", "married", "wish", "dread",
    "clause", "obsession", "holding", "whose", "child", "infant",
]  # fmt: skip


class Shape(BaseModel):
    """A JSON object with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


class NumberWords(Shape):
    numbers: dict[str, dict[Text, Annotated[int, Field(ge=1, le=99)]]]
    adjectives: dict[Word, Annotated[int, Field(ge=1, le=99)]]


class Generations(Shape):
    older: Annotated[list[Text], Field(min_length=2)]
    younger: Annotated[list[Text], Field(min_length=2)]


class People(Shape):
    women: Generations
    men: Generations
    families: Annotated[list[Text], Field(min_length=4)]
    feast: Text
    drink: Text
    sweet: Text
    game: Text
    family_first: bool = False
    feminine_endings: dict[Word, Word] = {}


class ByGender(Shape):
    women: list[Word]
    men: list[Word]


class GivenNames(Shape):
    lists: dict[PeopleKey, ByGender]
    unisex: list[Word]
    honorifics: dict[Literal["male", "female"], list[Word]]
    locales: dict[PeopleKey, Locale]


class Land(Shape):
    locale: Locale
    country: Text
    aliases: list[Text]
    people: list[Text]
    cities: Annotated[list[Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)]


class Places(Shape):
    lands: list[Land]
    quarters: dict[Text, Annotated[list[Text], Field(min_length=1)]]


class Script(Shape):
    letters: Annotated[Pattern, StringConstraints(pattern=r"^\[.+\]$")]
    language: str
    locale: Locale


class Spaced(Shape):
    locale: Locale
    words: list[Word]
    letters: list[Annotated[str, StringConstraints(min_length=1, max_length=1)]]


class Languages(Shape):
    scripts: list[Script]
    spaced: dict[str, Spaced]


class GenderWords(Shape):
    female: list[Word]
    male: list[Word]
    female_signs: list[Pattern]
    male_signs: list[Pattern]


class TraitWords(Shape):
    trait: Trait
    low: Unit
    high: Unit
    words: list[Word]


class SpeechPhrases(Shape):
    marker: VoiceMarker
    phrases: list[Text]


class Traits(Shape):
    bounds: list[TraitWords]
    speech: list[SpeechPhrases]


class Phrase(Shape):
    pattern: Pattern
    means: Word


class Tone(Shape):
    warm: list[Word]
    cold: list[Word]
    grave: list[Word]
    light: list[Word]
    fierce: list[Word]
    calm: list[Word]
    ironic: list[Word]
    genres: dict[Text, Text]


class JobTitles(Shape):
    titles: dict[Word, list[Text]]
    ambiguous: list[Text]
    modifiers: list[Text]
    learners: list[Word]
    least_ages: dict[Word, Age]


class JobTitleWords(Shape):
    stop_before: list[Word]
    never_work: list[Word]
    no_title: list[Word]
    learners: list[Word]
    trade_hints: list[tuple[Pattern, Word]]


class Verb(Shape):
    verb: Word
    other_forms: list[Word]
    doer: Text
    only: list[Word] = []
    never: list[Word] = []


class WorkVerbs(Shape):
    verbs: list[Verb]
    titles: dict[Text, Text]
    bare: list[tuple[Pattern, Text, Pattern]]
    trade_hints: list[tuple[Pattern, Word]]
    adjectives: list[Word]
    businesses: list[Word]
    business_endings: list[Word]
    institutions: list[Word]
    workplaces: list[Word]
    plurals: dict[Word, Word]


class PlaceWords(Shape):
    never_places: list[Word]
    lower_case_words: list[Word]
    also_names: list[Word]
    phrase_ends: list[Word]


class NameWords(Shape):
    never_names: list[Word]
    also_names: list[Word]


class Trade(Shape):
    turns: Annotated[list[Template], Field(min_length=1)]
    words: Annotated[list[Text], Field(min_length=10)]
    lines: Annotated[list[Template], Field(min_length=1)]
    looks: Annotated[list[Template], Field(min_length=1)]
    jobs: Annotated[list[Text], Field(min_length=1)]


class Narrower(Shape):
    trade: Word
    within: list[Word]
    words: Pattern


class NarrowerTrades(Shape):
    rules: list[Narrower]
    broader: dict[Word, Word]


class BriefAndWork(Shape):
    brief: Pattern
    work: Pattern


class ToneEnd(Shape):
    words: list[Word]
    tones: list[Text]
    clauses: list[Text]
    wishes: list[Text]


class Refusals(Shape):
    public_figures: list[Text]
    acquaintances: list[Text]
    private: list[Text]
    apart: list[Text]
    minor: list[Text]
    romance: list[Text]


class InventedWork(Shape):
    excluded: list[BriefAndWork]
    instead: list[BriefAndWork]
    anywhere: Annotated[list[Text], Field(min_length=1)]


class Scene(Shape):
    earliest: Age
    latest: Age
    text: Template
    since: int = 1


class Bound(Shape):
    trait: Trait
    low: Unit
    high: Unit
    reason: Text


class Core(Shape):
    name: Text
    scenes: Annotated[list[Scene], Field(min_length=1)]
    desires: Annotated[list[SceneLine], Field(min_length=1)]
    fears: Annotated[list[SceneLine], Field(min_length=1)]
    arcs: Annotated[list[SceneLine], Field(min_length=1)]
    echoes: Annotated[list[SceneLine], Field(min_length=1)]
    note: Text
    bounds: list[Bound]
    demands: list[tuple[VoiceMarker, Text]]
    archetypes: Annotated[list[Archetype], Field(min_length=1)]
    attachment: Annotated[list[AttachmentStyle], Field(min_length=1)]
    values: Annotated[list[SchwartzValue], Field(min_length=1)]
    kinds: list[LifeEvent] = []
    trades: list[Word] = []


class Opening(Shape):
    field: Literal["desire", "fear", "wound", "growth_arc"]
    sentences: Annotated[list[Template], Field(min_length=1)]


class Profile(Shape):
    openness: Unit
    conscientiousness: Unit
    extraversion: Unit
    agreeableness: Unit
    neuroticism: Unit


class Voice(Shape):
    name: Text
    registers: Annotated[list[Register], Field(min_length=1)]
    profile: Profile
    tones: Annotated[list[Text], Field(min_length=2)]
    rhythms: Annotated[list[Template], Field(min_length=1)]
    roles: Annotated[list[Text], Field(min_length=1)]
    words: Annotated[list[Text], Field(min_length=3)]
    lines: Annotated[list[Template], Field(min_length=3)]
    shows: list[VoiceMarker] = []
    temper: Literal["warm", "dry", "careful", "long", "stern", "lively"] = "dry"
    wry: bool = False
    of_children: bool = False


class Habits(Shape):
    quirks: Annotated[list[Text], Field(min_length=1)]
    roles: Annotated[list[Text], Field(min_length=1)]


class Casting(Shape):
    temperament: list[Word]
    voices: list[Text]
    never: list[Text]


class Lines(Shape):
    echoes: Annotated[list[Text], Field(min_length=3)]
    warm: Annotated[list[Text], Field(min_length=3)]
    dry: Annotated[list[Text], Field(min_length=3)]
    careful: Annotated[list[Text], Field(min_length=3)]
    long: Annotated[list[Text], Field(min_length=3)]
    stern: Annotated[list[Text], Field(min_length=3)]
    lively: Annotated[list[Text], Field(min_length=3)]


class Look(Shape):
    text: Template
    earliest: Age = 18
    latest: Age = 120


class TraitLook(Look):
    trait: Trait = Trait.EXTRAVERSION
    low: Unit = 0
    high: Unit = 1


class BodyLook(Shape):
    words: Pattern
    text: Template


class Looks(Shape):
    general: Annotated[list[Look], Field(min_length=1)]
    young: list[Look]
    by_trait: list[TraitLook]
    newborn: Annotated[list[Template], Field(min_length=1)]
    body: list[BodyLook]


class Topic(Shape):
    clauses: Word
    words: Pattern


class Assistant(Shape):
    openings: Annotated[list[Text], Field(min_length=1)]
    points: Annotated[list[Text], Field(min_length=4)]
    closings: Annotated[list[Text], Field(min_length=1)]


class Kind(Shape):
    openers: Word
    words: Pattern


class Chat(Shape):
    templates: dict[Text, Annotated[list[ChatTemplate], Field(min_length=4)]]
    clauses: dict[Word, Annotated[list[Text], Field(min_length=4)]]
    topics: list[Topic]
    kinds: list[Kind]
    openers: dict[Word, Annotated[list[ChatTemplate], Field(min_length=8)]]
    leads: dict[Text, Annotated[list[ChatTemplate], Field(min_length=3)]]
    stops: dict[Text, Text]
    assistant: Assistant
    light_words: list[Word]


class Firm(Shape):
    said: Pattern
    lines: Annotated[list[ProvocationLine], Field(min_length=1)]


class Weak(Shape):
    said: Pattern
    line: ProvocationLine


class Subject(Shape):
    name: Word
    opened_by: Pattern
    followed_by: Pattern = "(?!)"
    firm: Annotated[list[Firm], Field(min_length=1)]
    weak: list[Weak]
    chance: Unit = 0.09


class LeastAge(Shape):
    years: Age
    words: Pattern


class Denial(Shape):
    one: Pattern
    other: Pattern
    severity: Annotated[int, Field(ge=1, le=5)]


class Contradictions(Shape):
    least_ages: list[LeastAge]
    denials: list[Denial]


class VoiceSign(Shape):
    trait: Trait
    high: bool
    words: list[Pattern]
    phrases: list[Pattern]


class FirstYear(Shape):
    year: Annotated[int, Field(ge=1800, le=2026)]
    words: Pattern


class AuditWords(Shape):
    common: list[Word]
    stock_phrases: list[Pattern]
    voice_signs: list[VoiceSign]
    costume: list[Pattern]
    first_years: list[FirstYear]
    generic: list[Pattern]
    readers: list[Pattern]
    orders: list[Pattern]
    praise: list[Pattern]


_SLASHED = Annotated[str, StringConstraints(pattern=r"^[^/]*(/[^/]*)?$", min_length=1)]

# By path below `data/`; `*` is a folder of one language.
SHAPES: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(shape)
    for name, shape in {
        "*/family_names.json": list[Word],
        "*/lines.json": Lines,
        "*/occupations.json": dict[Word, list[_SLASHED]],
        "*/temperament.json": dict[Word, Word],
        "en/casting.json": list[Casting],
        "en/chat.json": Chat,
        "en/audit_words.json": AuditWords,
        "en/contradictions.json": Contradictions,
        "en/habits.json": Habits,
        "en/invented_work.json": InventedWork,
        "en/refusals.json": Refusals,
        "en/tonality.json": dict[
            Literal["warmth", "gravity", "intensity", "irony"], dict[Literal["low", "high"], ToneEnd]
        ],
        "en/job_title_words.json": JobTitleWords,
        "en/job_titles.json": JobTitles,
        "en/looks.json": Looks,
        "en/marker_lines.json": dict[VoiceMarker, list[Text]],
        "en/name_words.json": NameWords,
        "en/narrower_trades.json": NarrowerTrades,
        "en/place_words.json": PlaceWords,
        "en/provocations.json": list[Subject],
        "en/soul_cores/*.json": list[Core],
        "en/soul_openings.json": dict[LifeEvent | Literal["fate"], list[Opening]],
        "en/temperament_phrases.json": list[Phrase],
        "en/tone.json": Tone,
        "en/trades.json": dict[Word, Trade],
        "en/traits.json": Traits,
        "en/voices.json": list[Voice],
        "en/work_verbs.json": WorkVerbs,
        "gender_words.json": GenderWords,
        "given_names.json": GivenNames,
        "languages.json": Languages,
        "number_words.json": NumberWords,
        "loanwords.json": dict[str, list[Text]],
        "people_aliases.json": dict[Locale, PeopleKey],
        "peoples.json": dict[PeopleKey, People],
        "places.json": Places,
    }.items()
}
