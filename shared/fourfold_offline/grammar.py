"""English grammar for composed prose: pronouns, verb agreement, articles, numbers, and alternatives in a text.

A text may hold `{they}`-style slots, verbs in brackets that agree with the person (`[wants]`), and alternatives
(`<in the car|at the bus stop>`), one of which is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from fourfold_offline.seeded_choice import SeededChoice

Gender = Literal["female", "male", "nonbinary"]

_PRONOUNS: dict[Gender, dict[str, str]] = {
    "female": {"they": "she", "them": "her", "their": "her", "theirs": "hers", "themself": "herself"},
    "male": {"they": "he", "them": "him", "their": "his", "theirs": "his", "themself": "himself"},
    "nonbinary": {"they": "they", "them": "them", "their": "their", "theirs": "theirs", "themself": "themself"},
}
_CHILD: dict[Gender, dict[str, str]] = {
    "female": {"girl": "girl", "daughter": "daughter", "sister": "sister", "woman": "woman"},
    "male": {"girl": "boy", "daughter": "son", "sister": "brother", "woman": "man"},
    "nonbinary": {"girl": "child", "daughter": "child", "sister": "sibling", "woman": "person"},
}
_PLURAL_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "wasn't": "weren't"}
_PLURAL_VERBS |= {"hasn't": "haven't", "doesn't": "don't", "goes": "go", "dies": "die", "lies": "lie", "ties": "tie"}
_SIBILANT = ("ches", "shes", "sses", "xes", "zzes")
_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_HUNDRED = 100


def pronouns(gender: Gender) -> dict[str, str]:
    """Slots for the person: pronouns and words such as daughter or son, each also capitalised."""
    slots = _PRONOUNS[gender] | {f"own_{key}": word for key, word in _CHILD[gender].items()}
    return slots | {key.capitalize(): word.capitalize() for key, word in slots.items()}


def plural_verb(verb: str) -> str:
    """The form of a third-person verb that goes with "they": wants -> want, carries -> carry."""
    if verb in _PLURAL_VERBS:
        return _PLURAL_VERBS[verb]
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if verb.endswith(_SIBILANT):
        return verb[:-2]
    return verb.removesuffix("s") if not verb.endswith("ss") else verb


def spelled(number: int) -> str:
    """A number from 0 to 120 in words."""
    if number < len(_NUMBERS):
        return _NUMBERS[number]
    if number >= _HUNDRED:
        rest = number - _HUNDRED
        return f"a hundred and {spelled(rest)}" if rest else "a hundred"
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_NUMBERS[ones]}" if ones else "")


def with_article(noun: str) -> str:
    """The noun with "a" or "an", chosen by its spelling."""
    low = noun.casefold()
    vowel = low[:1] in "aeiou" and not low.startswith(("uni", "use", "usu", "eu", "one", "once", "uk"))
    silent_h = low.startswith(("hour", "honest", "heir", "honor", "honour"))
    return f"{'an' if vowel or silent_h else 'a'} {noun}"


def capitalised(text: str) -> str:
    """The text with its first letter capitalised, the rest unchanged."""
    return text[:1].upper() + text[1:]


def fill_template(text: str, slots: Mapping[str, str], draw: SeededChoice, label: str) -> str:
    """The text with one of each of its alternatives, its slots filled, and its verbs in agreement with the person."""

    def chosen(match: re.Match[str]) -> str:
        return str(draw.pick(f"{label}@{match.start()}", match.group(1).split("|")))

    def filled(match: re.Match[str]) -> str:
        return slots[match.group(1)]

    plural = slots.get("they") == "they"

    def agreed(match: re.Match[str]) -> str:
        return plural_verb(match.group(1)) if plural else match.group(1)

    result = re.sub(r"<([^<>]*)>", chosen, text)
    result = re.sub(r"\[([a-z']+)\]", agreed, result)
    result = re.sub(r"\{(\w+)\}", filled, result)
    result = re.sub(r"\ba (?=(?:an?|the) )", "", result)
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda match: match.group(1) + match.group(2).upper(), result).strip()
