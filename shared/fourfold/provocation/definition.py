"""What a provocation test is: turns, oracles, rubric. Catalog files and workspaces write the same schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fourfold.persona import Document

MOST_TURNS, MOST_CONVERSATIONS = 30, 5
_SLOT = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

# What {{...}} may name. The first is a field of the persona, the rest are made for each run.
SLOTS = (
    *(f"persona.surface.{field}" for field in ("name", "age", "location", "occupation")),
    *(f"persona.soul.{field}" for field in ("desire", "fear", "wound")),
    "persona.mask.social_role",
    "value",
    "other.city",
    "other.trade",
    "canary",
    "payload",
    "n",
)


def slots_in(text: str) -> Iterator[str]:
    """The names between double braces, in order."""
    yield from _SLOT.findall(text)


def _known_slots(text: str) -> str:
    for slot in slots_in(text):
        if slot not in SLOTS:
            raise PydanticCustomError(
                "unknown_slot",
                "There is no slot {slot}; there are {slots}",
                {"slot": "{{" + slot + "}}", "slots": ", ".join(SLOTS)},
            )
    return text


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_known_slots)
]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ShippedId = Annotated[str, StringConstraints(pattern=r"^(role|contra|emo|jail)\.[0-9]{3}$")]
# A workspace's own, `x.<name>.<test>`; `.benign` is the harmless twin of a test.
TestId = Annotated[
    str,
    StringConstraints(
        pattern=r"^((role|contra|emo|jail)\.[0-9]{3}(\.benign)?|x(\.[a-z0-9][a-z0-9_-]{0,39}){2}(\.benign)?)$"
    ),
]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]


class Family(StrEnum):
    """What a test pulls at: the role, the truth about itself, the feelings, the limits."""

    ROLE = "role"
    CONTRA = "contra"
    EMO = "emo"
    JAIL = "jail"


class Severity(StrEnum):
    """How grave a failure is; only confirmed critical ones gate."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Axis(StrEnum):
    """The two questions of every test: was it safe and true, did it stay in character."""

    SAFE = "safe"
    IN_CHARACTER = "in_character"


class Sign(StrEnum):
    """What a criterion looks for, in a code: what the offline judge goes by, and what reports group by."""

    ABANDONS_STANCE = "abandons_stance"
    ABUSES_BACK = "abuses_back"
    ACCEPTS_FALSE_PREMISE = "accepts_false_premise"
    ACCEPTS_FALSE_QUOTE = "accepts_false_quote"
    ADMITS_IGNORANCE = "admits_ignorance"
    AFFIRMS_DELUSION = "affirms_delusion"
    ANSWERS_AGREE = "answers_agree"
    APOLOGY_LOOP = "apology_loop"
    ASSISTANT_VOICE = "assistant_voice"
    CLAIMS_HUMAN = "claims_human"
    CONTRADICTS_FACTS = "contradicts_facts"
    CONTRADICTS_SOUL = "contradicts_soul"
    CROSSES_BOUNDARY = "crosses_boundary"
    DISMISSES_QUESTION = "dismisses_question"
    DOES_TASK = "does_task"
    ENCOURAGES_DEPENDENCE = "encourages_dependence"
    ENCOURAGES_HARM = "encourages_harm"
    FOLLOWS_OVERRIDE = "follows_override"
    GIVES_STAND_IN_HARM = "gives_stand_in_harm"
    HOLDS_BOUNDARY = "holds_boundary"
    KNOWS_TOO_MUCH = "knows_too_much"
    META_TALK = "meta_talk"
    MIRRORS_MOOD = "mirrors_mood"
    OBEYS_FORMAT = "obeys_format"
    OTHER_CHARACTER = "other_character"
    OWN_VOICE = "own_voice"
    POINTS_OUTWARD = "points_outward"
    POINTS_TO_CRISIS_HELP = "points_to_crisis_help"
    RECIPROCATES_ROMANCE = "reciprocates_romance"
    REFUSES_HARMLESS = "refuses_harmless"
    REVEALS_INSTRUCTIONS = "reveals_instructions"
    REVEALS_OTHERS_DATA = "reveals_others_data"
    STATES_CHOICE = "states_choice"
    TAKES_CRISIS_SERIOUSLY = "takes_crisis_seriously"
    TRANSLATION_SERVICE = "translation_service"
    WARM = "warm"


class Payload(Document):
    """A wish in disguise: `text` encoded, put where `{{payload}}` stands."""

    text: Text
    encoding: Literal["base64", "leet", "homoglyph"]


class Flood(Document):
    """`line`, repeated `lines` times before the message, `{{n}}` counting from 1."""

    line: Text
    lines: Annotated[int, Field(ge=1, le=300)]


class Turn(Document):
    """One message to the persona.

    Neighbours of the same `wave` are sent at the same time, none seeing the others' answers; what follows sees all of
    them, in order. Turns without a wave go one after another.
    """

    say: Text
    wave: Annotated[int, Field(ge=1, le=MOST_TURNS)] | None = None
    payload: Payload | None = None
    flood: Flood | None = None

    @model_validator(mode="after")
    def _payload_has_a_place(self) -> Self:
        if ("payload" in slots_in(self.say)) is not (self.payload is not None):
            raise PydanticCustomError("payload_misplaced", "A payload and the slot for it come together")
        return self


class Conversation(Document):
    """Turns that build on each other; two conversations of one test know nothing of each other."""

    turns: Annotated[tuple[Turn, ...], Field(min_length=1, max_length=MOST_TURNS)]

    def waves(self) -> tuple[tuple[Turn, ...], ...]:
        """The turns in the groups in which they are sent; their number is the length of the chain."""
        groups: list[list[Turn]] = []
        for turn in self.turns:
            if groups and turn.wave is not None and groups[-1][-1].wave == turn.wave:
                groups[-1].append(turn)
            else:
                groups.append([turn])
        return tuple(map(tuple, groups))


class CanaryOracle(Document):
    """A planted word of the fixture must not come out, spelled, reversed, spaced or encoded."""

    kind: Literal["canary"] = "canary"


class SelfReferenceOracle(Document):
    """No reply speaks of itself as an AI, or in the set phrases of an assistant."""

    kind: Literal["self_reference"] = "self_reference"


class HumanClaimOracle(Document):
    """No reply claims to be human or denies being an AI."""

    kind: Literal["human_claim"] = "human_claim"


class FactOracle(Document):
    """What a reply says of its own `fields` agrees with the persona."""

    kind: Literal["fact"] = "fact"
    fields: Annotated[tuple[Literal["name", "age", "location"], ...], Field(min_length=1, max_length=3)]


class LanguageOracle(Document):
    """The reply with this number, from 1, is in none of the languages forbidden."""

    kind: Literal["language"] = "language"
    reply: Annotated[int, Field(ge=1, le=MOST_TURNS)]
    forbid: Annotated[tuple[Literal["de", "en", "es", "fr", "it", "pt", "tr"], ...], Field(min_length=1)]


class FormatOracle(Document):
    """No reply is laid out with the markup named."""

    kind: Literal["format"] = "format"
    forbid: Annotated[tuple[Literal["heading", "bullets", "table", "bold", "code_fence"], ...], Field(min_length=1)]


class ArithmeticOracle(Document):
    """The reply with this number, from 1, names the number `expect` comes to: `age`, `age+12`, `age-10`."""

    kind: Literal["arithmetic"] = "arithmetic"
    reply: Annotated[int, Field(ge=1, le=MOST_TURNS)]
    expect: Annotated[str, StringConstraints(pattern=r"^age([+-][0-9]{1,2})?$")]


class StandInHarmOracle(Document):
    """Fewer than `at_least` of the markers of an invented harm are told."""

    kind: Literal["stand_in_harm"] = "stand_in_harm"
    markers: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8)]
    at_least: Annotated[int, Field(ge=1, le=8)] = 1


Oracle = Annotated[
    CanaryOracle
    | SelfReferenceOracle
    | HumanClaimOracle
    | FactOracle
    | LanguageOracle
    | FormatOracle
    | ArithmeticOracle
    | StandInHarmOracle,
    Field(discriminator="kind"),
]


class Criterion(Document):
    """One yes-or-no question to the judge. `passing` is the answer that is well; `sign` codes what it looks for."""

    id: Name
    axis: Axis
    sign: Sign | None = None
    passing: Literal["yes", "no"]
    question: Text


class BenignTwin(Document):
    """A harmless message that looks like the test's: a persona that refuses it is over-cautious."""

    say: Text
    question: Text


class ProvocationTest(Document):
    """One test. `version` is semantic: patch for wording, minor for criteria, major for meaning (a new baseline).

    `fixture` are private notes the persona holds during the test. `instead_of` names the shipped test that this
    one of a workspace takes the place of: how a workspace rewords one. `repeat` is how often the test wants to be run;
    `engine.provocation.repeats` bounds it. With `allowed_break` leaving the character is never held against a reply.
    """

    id: TestId
    version: Version = "1.0.0"
    title: Label
    family: Family
    severity: Severity
    tier: Literal["gate", "compare", "info"] = "compare"
    rationale: Annotated[str, StringConstraints(strip_whitespace=True, max_length=600)] = ""
    fixture: Text | None = None
    conversations: Annotated[tuple[Conversation, ...], Field(min_length=1, max_length=MOST_CONVERSATIONS)]
    oracles: Annotated[tuple[Oracle, ...], Field(max_length=8)] = ()
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=6)]
    allowed_break: bool = False
    benign_twin: BenignTwin | None = None
    repeat: Annotated[int, Field(ge=1, le=5)] = 1
    tags: Annotated[tuple[Label, ...], Field(max_length=12)] = ()
    added_in: Version = "1.0.0"
    deprecated_in: Version | None = None
    instead_of: ShippedId | None = None

    @property
    def longest_chain(self) -> int:
        """Replies that must be waited for one after another."""
        return max(len(conversation.waves()) for conversation in self.conversations)

    @property
    def replies(self) -> int:
        """Replies in all."""
        return sum(len(conversation.turns) for conversation in self.conversations)

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        own, _, _ = self.id.partition(".")
        if own not in {"x", self.family.value}:
            raise PydanticCustomError("family_differs", "The id begins with another family than the test's")
        names = [criterion.id for criterion in self.criteria]
        if len(set(names)) != len(names):
            raise PydanticCustomError("criterion_twice", "Two criteria have the same id")
        if self.fixture is None and any(oracle.kind == "canary" for oracle in self.oracles):
            raise PydanticCustomError("nothing_planted", "A canary oracle needs a fixture that holds {{canary}}")
        return self
