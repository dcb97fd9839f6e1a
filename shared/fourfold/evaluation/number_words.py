"""Numbers in the text of a persona: in digits, in English words, and small ones in words of the text's own language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fourfold.evaluation.claims import NUMBER, number_value
from fourfold.provocation.language import language_of

# From two to twelve, as prose writes them. Left out (`-`) are words that have a second frequent meaning: the French
# "neuf" (new), the Italian "sei" (you are), the Turkish "yedi" (ate). NUMBER reads English words in any text.
_FROM_TWO: Final = {
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "deux trois quatre cinq six sept huit - dix onze douze",
    "it": "due tre quattro cinque - sette otto nove dieci undici dodici",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze",
    "tr": "iki üç dört beş altı - sekiz dokuz on",
}
_WORDS: Final[dict[str, dict[str, int]]] = {
    language: {word: value for value, word in enumerate(words.split(), start=2) if word != "-"}
    for language, words in _FROM_TWO.items()
}
_WORDS["pt"]["duas"] = 2
_PATTERNS: Final = {
    language: re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) for language, words in _WORDS.items()
}


@dataclass(frozen=True, slots=True)
class StatedNumber:
    """A number of a text: as it is written, its value, and where it ends."""

    text: str
    value: int
    end: int


def stated_numbers(text: str) -> list[StatedNumber]:
    """The numbers of a text, those in digits and English words first."""
    found = [StatedNumber(match.group(), number_value(match.group()), match.end()) for match in NUMBER.finditer(text)]
    language = language_of(text)
    if language not in _PATTERNS:
        return found
    known = {number.end for number in found}
    matches = (match for match in _PATTERNS[language].finditer(text) if match.end() not in known)
    return [
        *found,
        *(StatedNumber(each.group(), _WORDS[language][each.group().lower()], each.end()) for each in matches),
    ]
