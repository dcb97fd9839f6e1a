"""The structured output of a pairwise judge."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fourfold.persona import Document

_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class PreferenceAnswer(Document):
    """What separates two personas of one brief, the gravest first, and which one is preferred."""

    reasons: Annotated[tuple[_Reason, ...], Field(max_length=5)] = ()
    prefers: Literal["first", "second", "neither"]
