"""The structured output of a judge: yes, no or unsure per criterion, with a quotation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fourfold.persona import Document

_QUOTE_MAX, _WHY_MAX = 400, 400


class CriterionAnswer(Document):
    """A judge's answer to one criterion."""

    criterion: str
    quote: Annotated[str, StringConstraints(max_length=_QUOTE_MAX)] = ""
    why: Annotated[str, StringConstraints(max_length=_WHY_MAX)] = ""
    answer: Literal["yes", "no", "unsure"]


class JudgeReport(Document):
    """A judge's answers to one transcript."""

    answers: Annotated[tuple[CriterionAnswer, ...], Field(max_length=12)]
