"""The four layers of a persona, and the vocabularies that they choose from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from fourfold.persona.document import Document, Line, Passage


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
