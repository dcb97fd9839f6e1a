"""The constraint chain: requirements that each step sets for later layers, as data that code checks.

A step returns its layer and its constraints. Facts come from the brief, each with a quote; trait bounds come from
temperament words and from Soul; voice demands come from Soul and Self. This module checks what code can check after
each step. The prompts carry the rest, and the audit judges it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from fourfold.persona import Document, Line, Mask, Register, SelfLayer, Surface, Trait, UnitInterval
from fourfold.steps import StepName

# Copied from the brief with its line breaks, so that it is found there.
Quote = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=240)]
FactField = Literal["surface.name", "surface.age", "surface.location", "surface.occupation", "other"]


class Span(Document):
    """Where a fact is in the brief: `start` inclusive, `end` exclusive, in characters."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class StatedFact(Document):
    """An explicit fact of the brief. `quote` is copied from the brief; `value` is its normalised form ("34")."""

    field: FactField
    value: Line
    quote: Quote

    @model_validator(mode="after")
    def _age_is_a_number(self) -> Self:
        if self.field == "surface.age" and not self.value.isdecimal():
            raise ValueError('the value of surface.age is a whole number written in digits, such as "34"')
        return self


class Fact(StatedFact):
    """A stated fact with its position in the brief."""

    kind: Literal["fact"] = "fact"
    span: Span


class TraitBound(Document):
    """A Big Five level must lie in [minimum, maximum]."""

    kind: Literal["trait_bound"] = "trait_bound"
    trait: Trait
    minimum: UnitInterval = 0.0
    maximum: UnitInterval = 1.0
    reason: Reason

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("minimum must not exceed maximum")
        return self


class VoiceMarker(StrEnum):
    """A habit of speech that a Mask can be required to show."""

    HEDGES = "hedges"
    ASKS_BEFORE_ASSERTING = "asks_before_asserting"
    TERSE = "terse"
    EXPANSIVE = "expansive"
    NEVER_EXCLAIMS = "never_exclaims"
    FORMAL = "formal"
    INFORMAL = "informal"
    BLUNT = "blunt"
    SELF_DEPRECATING = "self_deprecating"
    DEFLECTS_WITH_HUMOUR = "deflects_with_humour"
    SPEAKS_IN_CONCRETE_DETAIL = "speaks_in_concrete_detail"


class VoiceDemand(Document):
    """The Mask must show this habit of speech."""

    kind: Literal["voice_demand"] = "voice_demand"
    marker: VoiceMarker
    reason: Reason


class Note(Document):
    """A requirement in words that code cannot check: the prompts carry it and the audit judges it."""

    kind: Literal["note"] = "note"
    layer: Literal["soul", "self", "mask", "surface"]
    text: Reason


Constraint = Annotated[Fact | TraitBound | VoiceDemand | Note, Field(discriminator="kind")]


class Link(Document):
    """One link of the chain: a constraint and the step that made it."""

    source: StepName
    constraint: Constraint


class Violation(Document):
    """A broken constraint: the field, the observed value, and the required value."""

    source: StepName
    field: str
    observed: Annotated[str, StringConstraints(max_length=200)]
    demand: Annotated[str, StringConstraints(max_length=480)]


def locate(brief: str, fact: StatedFact) -> Fact | None:
    """Returns the fact with its span in the brief, or None if the brief does not contain the quote.

    Compared without regard to case, to Unicode's composed and decomposed forms, to the kind and number of blanks and to
    invisible characters: a model seldom copies these. The span is in the brief's own code points.
    """
    text, origins = _comparable(brief)
    quote, _ = _comparable(fact.quote)
    quote = quote.strip()
    place = text.find(quote) if quote else -1
    while place >= 0:
        end = place + len(quote)
        if _is_whole(text, origins, place, end):
            span = Span(start=origins[place], end=_end_of(brief, origins[end - 1]))
            return Fact(field=fact.field, value=fact.value, quote=fact.quote, span=span)
        place = text.find(quote, place + 1)
    return None


def _comparable(text: str) -> tuple[str, list[int]]:
    """The text in the form in which quotes are compared, and for each of its characters its place in `text`.

    Compatibility decomposition and case folding (Unicode 3.13, D146), combining marks in canonical order, each run of
    blanks as one, format characters (category Cf) left out.
    """
    found: list[tuple[str, int]] = []
    marks: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cf":
            continue
        for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold()):
            if unicodedata.combining(part):
                marks.append((part, place))
                continue
            found += sorted(marks, key=lambda mark: unicodedata.combining(mark[0]))
            marks.clear()
            kept = " " if part.isspace() else _PLAIN_QUOTES.get(part, part)
            if kept != " " or not found or found[-1][0] != " ":
                found.append((kept, place))
    found += sorted(marks, key=lambda mark: unicodedata.combining(mark[0]))
    return "".join(part for part, _ in found), [place for _, place in found]


# A typographic apostrophe in a brief comes back as a plain one, and the reverse.
_PLAIN_QUOTES = {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"'}


def _is_whole(text: str, origins: Sequence[int], start: int, end: int) -> bool:
    """Whether a match ends between characters: the "a" of "ã" is no match for "a"."""
    begins = start == 0 or origins[start - 1] != origins[start]
    ends = end == len(text) or (origins[end] != origins[end - 1] and not unicodedata.combining(text[end]))
    return begins and ends


def _end_of(brief: str, last: int) -> int:
    """The end of the character at `last`, with the combining marks that follow it."""
    end = last + 1
    while end < len(brief) and unicodedata.combining(brief[end]):
        end += 1
    return end


def trait_range(chain: Iterable[Link], trait: Trait) -> tuple[float, float]:
    """Returns the intersection of all bounds on a trait, as (low, high). If bounds contradict, low > high."""
    low, high = 0.0, 1.0
    for link in chain:
        bound = link.constraint
        if isinstance(bound, TraitBound) and bound.trait is trait:
            low, high = max(low, bound.minimum), min(high, bound.maximum)
    return low, high


def contradictory_bounds(chain: Sequence[Link]) -> list[Violation]:
    """Returns one violation for each trait whose bounds do not intersect, attributed to the latest bound on it."""
    violations = []
    for trait in Trait:
        low, high = trait_range(chain, trait)
        if low > high:
            latest = next(
                link
                for link in reversed(chain)
                if isinstance(link.constraint, TraitBound) and link.constraint.trait is trait
            )
            violations.append(
                Violation(
                    source=latest.source,
                    field=f"constraints.{trait.value}",
                    observed=f"at least {low} and at most {high}",
                    demand=f"bounds on {trait.value} that leave some value; widen or drop the one given last",
                )
            )
    return violations


def check_self(layer: SelfLayer, chain: Sequence[Link]) -> list[Violation]:
    """Returns the trait bounds that the Big Five break. `contradictory_bounds` reports contradictions; skipped here."""
    violations = []
    for trait in Trait:
        low, high = trait_range(chain, trait)
        level = layer.big_five.level(trait)
        if low <= high and not low <= level <= high:
            source, reason = _broken_bound(chain, trait, level)
            violations.append(
                Violation(
                    source=source,
                    field=f"self.big_five.{trait.value}",
                    observed=f"{level}",
                    demand=f"{trait.value} between {low} and {high}: {reason}",
                )
            )
    return violations


def check_mask(layer: Mask, chain: Sequence[Link], language: str | None) -> list[Violation]:
    """Returns the broken voice demands, as far as code can check them in `language` (BCP 47; None: English)."""
    base_language = (language or "en").split("-", maxsplit=1)[0]
    violations = []
    for link in chain:
        demand = link.constraint
        if not isinstance(demand, VoiceDemand) or not _is_checkable(demand.marker, base_language):
            continue
        field, holds, requirement = _VOICE_CHECKS[demand.marker]
        if not holds(layer):
            observed = layer.register_.value if field == _REGISTER else " / ".join(layer.signature_phrases)[:200]
            violations.append(
                Violation(source=link.source, field=field, observed=observed, demand=f"{requirement} ({demand.reason})")
            )
    return violations


def check_surface(layer: Surface, chain: Sequence[Link]) -> list[Violation]:
    """Returns the facts of the brief that the Surface changes or omits."""
    values: dict[str, str] = {
        "surface.name": layer.name,
        "surface.age": str(layer.age),
        "surface.location": layer.location,
        "surface.occupation": layer.occupation,
    }
    violations = []
    for link in chain:
        fact = link.constraint
        if isinstance(fact, Fact) and fact.field in values and not _matches(values[fact.field], fact):
            violations.append(
                Violation(
                    source=link.source,
                    field=fact.field,
                    observed=values[fact.field],
                    demand=f'"{fact.value}", because the brief says "{fact.quote}"',
                )
            )
    return violations


def _matches(observed: str, fact: Fact) -> bool:
    if fact.field == "surface.age":
        return int(observed) == int(fact.value)
    words, expected = _words(observed), _words(fact.value)
    return all(
        any(word == expected_word or word.startswith(expected_word) for word in words) for expected_word in expected
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def _broken_bound(chain: Sequence[Link], trait: Trait, level: float) -> tuple[StepName, str]:
    for link in reversed(chain):
        bound = link.constraint
        if isinstance(bound, TraitBound) and bound.trait is trait and not bound.minimum <= level <= bound.maximum:
            return link.source, bound.reason
    raise AssertionError("called only for a broken bound")


# Common members of the three groups of English hedges in Hyland (Hedging in Scientific Research Articles, 1998): modal
# verbs, epistemic adverbs and approximators.
HEDGES_EN = frozenset(
    {"maybe", "perhaps", "might", "could", "possibly", "probably", "somewhat", "seems", "seem", "guess", "suppose"}
    | {"wonder", "think", "almost", "rather", "kind", "sort", "bit", "hopefully", "apparently", "likely"}
)
_SPEECH_WORDS = 7.0  # mean words per phrase: at most this is terse, at least this is expansive
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})  # languages written without spaces between words


def _hedges(mask: Mask) -> bool:
    return any(word in HEDGES_EN for phrase in mask.signature_phrases for word in _words(phrase))


def _asks_question(mask: Mask) -> bool:
    return any(mark in phrase for phrase in mask.signature_phrases for mark in "?？؟;")


def _never_exclaims(mask: Mask) -> bool:
    return not any(mark in phrase for phrase in mask.signature_phrases for mark in "!！")


def _mean_words(mask: Mask) -> float:
    return sum(len(_words(phrase)) for phrase in mask.signature_phrases) / len(mask.signature_phrases)


_FORMAL = frozenset({Register.FROZEN, Register.FORMAL, Register.CONSULTATIVE})
_INFORMAL = frozenset({Register.CASUAL, Register.INTIMATE, Register.CONSULTATIVE})
_PHRASES, _REGISTER = "mask.signature_phrases", "mask.register"

# For each checkable marker: the field, the test, and the requirement in words (it becomes part of a repair prompt).
_VOICE_CHECKS: dict[VoiceMarker, tuple[str, Callable[[Mask], bool], str]] = {
    VoiceMarker.HEDGES: (_PHRASES, _hedges, "at least one signature phrase hedges (maybe, I suppose, a bit ...)"),
    VoiceMarker.ASKS_BEFORE_ASSERTING: (_PHRASES, _asks_question, "at least one signature phrase is a question"),
    VoiceMarker.NEVER_EXCLAIMS: (_PHRASES, _never_exclaims, "no exclamation mark in any signature phrase"),
    VoiceMarker.TERSE: (
        _PHRASES,
        lambda mask: _mean_words(mask) <= _SPEECH_WORDS,
        "signature phrases of seven words or fewer on average",
    ),
    VoiceMarker.EXPANSIVE: (
        _PHRASES,
        lambda mask: _mean_words(mask) >= _SPEECH_WORDS,
        "signature phrases of seven words or more on average",
    ),
    VoiceMarker.FORMAL: (_REGISTER, lambda mask: mask.register_ in _FORMAL, "a register from consultative to frozen"),
    VoiceMarker.INFORMAL: (
        _REGISTER,
        lambda mask: mask.register_ in _INFORMAL,
        "a register from consultative to intimate",
    ),
}


def _is_checkable(marker: VoiceMarker, language: str) -> bool:
    """Whether the test of `marker` is valid in `language`: hedge words are English, word counts need spaces."""
    if marker is VoiceMarker.HEDGES:
        return language == "en"
    if marker in {VoiceMarker.TERSE, VoiceMarker.EXPANSIVE}:
        return language not in _UNSPACED
    return marker in _VOICE_CHECKS
