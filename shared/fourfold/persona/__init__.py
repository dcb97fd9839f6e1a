"""The persona: its four layers, its audit, what its jobs found, and its status machine."""

from __future__ import annotations

from fourfold.persona.audit import FIELD_PATH_PATTERN, Audit, Dimension, Finding, Scores
from fourfold.persona.document import (
    INTENT_MAX_CHARACTERS,
    LANGUAGE_PATTERN,
    MAX_SEED,
    Document,
    Language,
    Line,
    Seed,
    Slug,
)
from fourfold.persona.layers import (
    Archetype,
    AttachmentStyle,
    BigFive,
    Mask,
    Register,
    SchwartzValue,
    SelfLayer,
    Soul,
    Surface,
    Trait,
    UnitInterval,
)
from fourfold.persona.record import ImportedFrom, Persona, Visibility
from fourfold.persona.results import AxisName, FingerprintSummary, Grade, Refined, TestSuiteCounts, TestSuiteSummary
from fourfold.persona.status import SPEAKABLE, NotWrittenError, PersonaGoneError, PersonaStatus
from fourfold.persona.usage import StepUsage, TokenUsage, Usage

__all__ = [
    "FIELD_PATH_PATTERN",
    "INTENT_MAX_CHARACTERS",
    "LANGUAGE_PATTERN",
    "MAX_SEED",
    "SPEAKABLE",
    "Archetype",
    "AttachmentStyle",
    "Audit",
    "AxisName",
    "BigFive",
    "Dimension",
    "Document",
    "Finding",
    "FingerprintSummary",
    "Grade",
    "ImportedFrom",
    "Language",
    "Line",
    "Mask",
    "NotWrittenError",
    "Persona",
    "PersonaGoneError",
    "PersonaStatus",
    "Refined",
    "Register",
    "SchwartzValue",
    "Scores",
    "Seed",
    "SelfLayer",
    "Slug",
    "Soul",
    "StepUsage",
    "Surface",
    "TestSuiteCounts",
    "TestSuiteSummary",
    "TokenUsage",
    "Trait",
    "UnitInterval",
    "Usage",
    "Visibility",
]
