"""What step 1 makes of the brief: the head of the constraint chain."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fourfold.constraints import Note, StatedFact, TraitBound, VoiceDemand
from fourfold.persona import Document, Language, Line

Axis = Annotated[float, Field(ge=-1.0, le=1.0)]


class TonalAxes(Document):
    """Where the brief's mood lies, each axis from -1 to 1; 0 where the brief does not say."""

    warmth: Axis = 0.0
    gravity: Axis = 0.0
    intensity: Axis = 0.0
    irony: Axis = 0.0


class Intent(Document):
    """The brief, read: hints and explicit facts, each with the words it rests on.

    `language` is the language the persona speaks, `locale` where they live (BCP 47, such as `tr-TR`).
    `gender` only if the brief tells it.
    """

    language: Language
    locale: Language
    genre_hints: Annotated[tuple[Line, ...], Field(max_length=6)] = ()
    tonal_axes: TonalAxes = TonalAxes()
    gender: Literal["female", "male", "nonbinary"] | None = None
    facts: Annotated[tuple[StatedFact, ...], Field(max_length=16)] = ()
    constraints: Annotated[tuple[TraitBound | VoiceDemand | Note, ...], Field(max_length=12)] = ()
