"""Briefs that are refused: by the answer of the step that reads the brief, and the safety settings of the run."""

from __future__ import annotations

from typing import Final, get_args

from fourfold.config.engine import SafetyConfig
from fourfold.errors import InputError
from fourfold.pipeline.intent import Refusal
from fourfold.problem import Problem, problem

_DETAILS: Final[dict[Refusal, str]] = {
    "real_person_private": "It asks for the private self of a real, living person. Describe an invented person.",
    "minor_romantic": "It puts a minor in a romantic frame. Make the person an adult, or leave the romance out.",
}


class BriefRefusedError(InputError):
    """The brief is of a kind that is refused; the message is the kind."""


def require_accepted(refusal: Refusal | None, safety: SafetyConfig) -> None:
    """Raises BriefRefusedError for a kind of brief that the settings refuse."""
    refused = {
        "real_person_private": safety.refuse_real_people,
        "minor_romantic": safety.refuse_minors_in_romance,
    }
    if refusal is not None and refused[refusal]:
        raise BriefRefusedError(refusal)


def refused_brief(kind: str) -> Problem:
    """The problem of a run whose brief was refused; `kind` is the message of the error."""
    known = next((each for each in get_args(Refusal) if each == kind), None)
    detail = "Describe another person." if known is None else _DETAILS[known]
    return problem("brief_refused", "The brief was refused", 422, detail)
