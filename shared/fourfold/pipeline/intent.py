"""The parsed brief: the output of step 1 and the start of the constraint chain."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fourfold.constraints import Note, StatedFact, TraitBound, VoiceDemand
from fourfold.persona import Document, Language, Line

Axis = Annotated[float, Field(ge=-1.0, le=1.0)]


class TonalAxes(Document):
    """The mood of the brief on four axes from -1 to 1; 0 if the brief does not indicate it."""

    warmth: Axis = 0.0
    gravity: Axis = 0.0
    intensity: Axis = 0.0
    irony: Axis = 0.0


Refusal = Literal["real_person_private", "minor_romantic"]


class Intent(Document):
    """The parsed brief: hints, and explicit facts with their quotes.

    `language` is the language that the persona speaks, `locale` the place where they live (BCP 47, such as `tr-TR`).
    `gender` is null unless the brief states it, `refusal` unless the brief is of a kind that is refused.
    """

    language: Language
    locale: Language
    genre_hints: Annotated[tuple[Line, ...], Field(max_length=6)] = ()
    tonal_axes: TonalAxes = TonalAxes()
    gender: Literal["female", "male", "nonbinary"] | None = None
    refusal: Refusal | None = None
    facts: Annotated[tuple[StatedFact, ...], Field(max_length=16)] = ()
    constraints: Annotated[tuple[TraitBound | VoiceDemand | Note, ...], Field(max_length=12)] = ()
