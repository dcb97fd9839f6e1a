"""The constraint chain: what each step demands of the later layers, as data that code can check.

A step answers with its layer and with constraints. Facts come from the brief with the words they rest on; trait
bounds come from temperament words and from Soul; voice demands come from Soul and Self. What code can check is
checked here after the step; the rest is carried in the prompts and judged by the audit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from fourfold.persona import Line, Mask, Model, Register, SelfLayer, Surface, Trait, UnitInterval
from fourfold.steps import StepName

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=240)]
FactField = Literal["surface.name", "surface.age", "surface.location", "surface.occupation", "other"]


class Span(Model):
    """Where in the brief a fact stands: `start` inclusive, `end` exclusive, in characters."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class StatedFact(Model):
    """Something the brief says outright. `quote` is copied from the brief; `value` is its plain form ("34")."""

    field: FactField
    value: Line
    quote: Line

    @model_validator(mode="after")
    def _age_is_a_number(self) -> Self:
        if self.field == "surface.age" and not self.value.isdecimal():
            raise ValueError('the value of surface.age is a whole number written in digits, such as "34"')
        return self


class Fact(StatedFact):
    """A stated fact with its place in the brief."""

    kind: Literal["fact"] = "fact"
    span: Span


class TraitBound(Model):
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
    """A habit of speech a Mask can be held to."""

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


class VoiceDemand(Model):
    """The Mask must show this habit of speech."""

    kind: Literal["voice_demand"] = "voice_demand"
    marker: VoiceMarker
    reason: Reason


class Note(Model):
    """A demand in words, for what code cannot check: the prompts carry it and the audit judges it."""

    kind: Literal["note"] = "note"
    layer: Literal["soul", "self", "mask", "surface"]
    text: Reason


Constraint = Annotated[Fact | TraitBound | VoiceDemand | Note, Field(discriminator="kind")]


class Link(Model):
    """One link of the chain: a constraint and the step that made it."""

    source: StepName
    constraint: Constraint


class Violation(Model):
    """A constraint that does not hold: the field, what stands there, and what must stand there."""

    source: StepName
    field: str
    observed: Annotated[str, StringConstraints(max_length=400)]
    demand: Annotated[str, StringConstraints(max_length=600)]


def locate(brief: str, fact: StatedFact) -> Fact | None:
    """The fact with its span in the brief, or None when its quote does not stand there (case aside)."""
    match = re.search(re.escape(fact.quote), brief, flags=re.IGNORECASE)
    if match is None:
        return None
    span = Span(start=match.start(), end=match.end())
    return Fact(field=fact.field, value=fact.value, quote=fact.quote, span=span)


def trait_range(chain: Iterable[Link], trait: Trait) -> tuple[float, float]:
    """The range every bound of the chain leaves to a trait. Bounds that contradict leave low > high."""
    low, high = 0.0, 1.0
    for link in chain:
        bound = link.constraint
        if isinstance(bound, TraitBound) and bound.trait is trait:
            low, high = max(low, bound.minimum), min(high, bound.maximum)
    return low, high


def contradictory_bounds(chain: Sequence[Link]) -> list[Violation]:
    """One violation for each trait whose bounds leave nothing; it is charged to the latest bound on that trait."""
    found = []
    for trait in Trait:
        low, high = trait_range(chain, trait)
        if low > high:
            latest = next(
                link
                for link in reversed(chain)
                if isinstance(link.constraint, TraitBound) and link.constraint.trait is trait
            )
            found.append(
                Violation(
                    source=latest.source,
                    field=f"constraints.{trait.value}",
                    observed=f"at least {low} and at most {high}",
                    demand=f"bounds on {trait.value} that leave some value; widen or drop the one given last",
                )
            )
    return found


def check_self(layer: SelfLayer, chain: Sequence[Link]) -> list[Violation]:
    """Trait bounds that the Big Five break. Contradicting bounds were reported when they were made: skipped here."""
    found = []
    for trait in Trait:
        low, high = trait_range(chain, trait)
        level = layer.big_five.level(trait)
        if low <= high and not low <= level <= high:
            source, reason = _tightest(chain, trait, level)
            found.append(
                Violation(
                    source=source,
                    field=f"self.big_five.{trait.value}",
                    observed=f"{level}",
                    demand=f"{trait.value} between {low} and {high}: {reason}",
                )
            )
    return found


def check_mask(layer: Mask, chain: Sequence[Link], language: str | None) -> list[Violation]:
    """Voice demands that the Mask breaks, as far as code can tell. Word lists are English: skipped elsewhere."""
    found = []
    for link in chain:
        demand = link.constraint
        if isinstance(demand, VoiceDemand):
            observed = _broken_voice(demand.marker, layer, language or "en")
            if observed is not None:
                field, seen, must = observed
                found.append(
                    Violation(source=link.source, field=field, observed=seen, demand=f"{must} ({demand.reason})")
                )
    return found


def check_surface(layer: Surface, chain: Sequence[Link]) -> list[Violation]:
    """Facts of the brief that the Surface changes or drops."""
    stands: dict[str, str] = {
        "surface.name": layer.name,
        "surface.age": str(layer.age),
        "surface.location": layer.location,
        "surface.occupation": layer.occupation,
    }
    found = []
    for link in chain:
        fact = link.constraint
        if isinstance(fact, Fact) and fact.field in stands and not _keeps(stands[fact.field], fact):
            found.append(
                Violation(
                    source=link.source,
                    field=fact.field,
                    observed=stands[fact.field],
                    demand=f'"{fact.value}", because the brief says "{fact.quote}"',
                )
            )
    return found


def _keeps(observed: str, fact: Fact) -> bool:
    if fact.field == "surface.age":
        return int(observed) == int(fact.value)
    words, wanted = _words(observed), _words(fact.value)
    return all(any(word == want or word.startswith(want) for word in words) for want in wanted)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def _tightest(chain: Sequence[Link], trait: Trait, level: float) -> tuple[StepName, str]:
    for link in reversed(chain):
        bound = link.constraint
        if isinstance(bound, TraitBound) and bound.trait is trait and not bound.minimum <= level <= bound.maximum:
            return link.source, bound.reason
    raise AssertionError("called only for a broken bound")


# Hyland (Hedging in Scientific Research Articles, 1998) groups English hedges as modal verbs, epistemic adverbs and
# approximators; these are their everyday members.
HEDGES_EN = frozenset(
    ["maybe", "perhaps", "might", "could", "possibly", "probably", "somewhat", "seems", "seem", "guess", "suppose", "wonder", "think", "almost", "rather", "kind", "sort", "bit", "hopefully", "apparently", "likely"]
)
_TERSE_WORDS = 7.0
_EXPANSIVE_WORDS = 7.0


def _broken_voice(marker: VoiceMarker, mask: Mask, language: str) -> tuple[str, str, str] | None:
    phrases = mask.signature_phrases
    lengths = [len(_words(phrase)) for phrase in phrases]
    mean = sum(lengths) / len(lengths)
    spaced = language.split("-", maxsplit=1)[0] not in {"zh", "ja", "th", "lo", "km", "my"}
    shown = " / ".join(phrases)[:400]
    field = "mask.signature_phrases"
    broken: tuple[str, str, str] | None = None
    match marker:
        case VoiceMarker.HEDGES if language.startswith("en"):
            if not any(word in HEDGES_EN for phrase in phrases for word in _words(phrase)):
                broken = (field, shown, "at least one signature phrase hedges (maybe, I suppose, a bit ...)")
        case VoiceMarker.ASKS_BEFORE_ASSERTING:
            if not any(mark in phrase for phrase in phrases for mark in "?？؟;"):
                broken = (field, shown, "at least one signature phrase is a question")
        case VoiceMarker.TERSE if spaced:
            if mean > _TERSE_WORDS:
                broken = (field, shown, f"signature phrases of {_TERSE_WORDS:.0f} words or fewer on average")
        case VoiceMarker.EXPANSIVE if spaced:
            if mean < _EXPANSIVE_WORDS:
                broken = (
                    field,
                    shown,
                    f"signature phrases of {_EXPANSIVE_WORDS:.0f} words or more on average",
                )
        case VoiceMarker.NEVER_EXCLAIMS:
            if any(mark in phrase for phrase in phrases for mark in "!！"):
                broken = (field, shown, "no exclamation mark in any signature phrase")
        case VoiceMarker.FORMAL:
            if mask.register_ not in {Register.FROZEN, Register.FORMAL, Register.CONSULTATIVE}:
                broken = ("mask.register", mask.register_.value, "a register from consultative to frozen")
        case VoiceMarker.INFORMAL:
            if mask.register_ not in {Register.CASUAL, Register.INTIMATE, Register.CONSULTATIVE}:
                broken = ("mask.register", mask.register_.value, "a register from consultative to intimate")
        case _:
            broken = None
    return broken
