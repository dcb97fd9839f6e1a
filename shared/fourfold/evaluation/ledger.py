"""Holds the claims of a brief to a persona: each is kept, changed or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from fourfold.evaluation.claims import Claim, plain_words
from fourfold.evaluation.models import ClaimCounts
from fourfold.evaluation.number_words import stated_numbers
from fourfold.persona import Document, Mask, SelfLayer, Soul, Surface

Outcome = Literal["kept", "changed", "lost"]
_SHORT: Final = 4  # letters of a word that must be found whole
_NEAR: Final = 40  # characters after a number in which the counted word begins
_ENDING: Final = 2  # letters that inflection may change


class CheckedClaim(Document):
    """A claim and what became of it. `observed` is what the persona says instead, for a changed one."""

    claim: Claim
    outcome: Outcome
    observed: str | None = None


class PersonaText:
    """The texts of a persona's layers, prepared for the ledger."""

    def __init__(self, soul: Soul, self_: SelfLayer, mask: Mask, surface: Surface) -> None:
        del self_  # it has no words of its own
        phrases = (*mask.signature_phrases, *mask.vocabulary)
        written = (*soul.model_dump().values(), mask.tone, mask.rhythm, mask.social_role, *phrases)
        self.surface: Final = surface
        self.text: Final = "\n".join(
            (*written, surface.name, surface.location, surface.occupation, surface.appearance, str(surface.age))
        )
        self.words: Final = plain_words(self.text)
        self.numbers: Final = stated_numbers(self.text)


def check_claims(claims: Iterable[Claim], persona: PersonaText) -> tuple[CheckedClaim, ...]:
    """What became of each claim.

    An age is compared with the surface's age, so it is never lost. A place or an occupation that a parse found is
    compared with the field of the surface. A name, a year or quoted words are kept if they occur anywhere. A number is
    changed if the word after it in the brief follows another number in the persona.
    """
    return tuple(_checked(claim, persona) for claim in claims)


def claim_counts(checked: Sequence[CheckedClaim]) -> ClaimCounts:
    """How many claims are kept, changed and lost."""
    counts = Counter(each.outcome for each in checked)
    return ClaimCounts(kept=counts["kept"], changed=counts["changed"], lost=counts["lost"])


def _checked(claim: Claim, persona: PersonaText) -> CheckedClaim:
    match claim.kind:
        case "age":
            return _of_field(claim, str(persona.surface.age), int(claim.value) == persona.surface.age)
        case "place":
            found = _mentions(plain_words(persona.surface.location), claim.value)
            return _of_field(claim, persona.surface.location, found)
        case "occupation":
            found = _mentions(plain_words(persona.surface.occupation), claim.value)
            return _of_field(claim, persona.surface.occupation, found)
        case "year" | "number":
            return _checked_number(claim, persona)
        case "name":
            kept = _mentions(persona.words, claim.value)
        case "quote":
            kept = f" {' '.join(plain_words(claim.value))} " in f" {' '.join(persona.words)} "
    return CheckedClaim(claim=claim, outcome="kept" if kept else "lost")


def _of_field(claim: Claim, observed: str, kept: bool) -> CheckedClaim:
    return CheckedClaim(claim=claim, outcome="kept" if kept else "changed", observed=None if kept else observed)


def _checked_number(claim: Claim, persona: PersonaText) -> CheckedClaim:
    if any(number.value == int(claim.value) for number in persona.numbers):
        return CheckedClaim(claim=claim, outcome="kept")
    for number in persona.numbers if claim.counted else ():
        following = plain_words(persona.text[number.end : number.end + _NEAR])[:1]
        if following and all(_same(following[0], word) for word in plain_words(claim.counted or "")):
            return CheckedClaim(claim=claim, outcome="changed", observed=f"{number.text} {following[0]}")
    return CheckedClaim(claim=claim, outcome="lost")


def _mentions(words: Sequence[str], value: str) -> bool:
    """Whether every word of `value` occurs, whole or with another ending ("Вологда", "в Вологде")."""
    return all(any(_same(word, expected) for word in words) for expected in plain_words(value))


def _same(word: str, expected: str) -> bool:
    return word.startswith(expected[: max(_SHORT, len(expected) - _ENDING)]) and (
        len(expected) > _SHORT or word.startswith(expected)
    )
