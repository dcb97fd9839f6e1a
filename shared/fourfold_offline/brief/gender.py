"""Finds the gender a brief states: by pronouns, words for relatives, the given name, and grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load
from fourfold_offline.grammar import Gender
from fourfold_offline.lexicon.foreign_occupations import genders_of_titles
from fourfold_offline.lexicon.given_names import gender_of_name

_NONBINARY = re.compile(r"\b(?:non-?binary|genderqueer|genderfluid|enby|agender|they/them)\b", re.IGNORECASE)
_TRANS = re.compile(r"\btrans(?:gender|sexual)?\s+(woman|girl|man|boy)\b", re.IGNORECASE)
_KIN_OF = re.compile(
    r"\b(?:her|his|their|a|the|whose|lost|of|with|an|estranged|dead|late|two|three|my)\s+(?:\w+\s+)?(mother|father|brother|sister|wife|husband|son|daughter|aunt|uncle|grandmother|grandfather|"
    r"boy|girl|nephew|niece|mum|mom|dad|king|queen|man|woman|widow|widower|lady|boyfriend|girlfriend)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^\s*(?:meet\s+)?(?:(?:an?|the)\s+)?(?:(?!(?:who|whose|that|with|of|in|and|from|his|her|their|lost|to|by|raised|like|for|married|on|at|named|called|is)\b)[\w'’-]+,?\s+){0,5}?"
    r"(mother|father|mum|mom|dad|grandmother|grandfather|grandma|grandpa|brother|sister|widow|widower|wife|husband|girl|boy|man|woman|lady|king|queen|aunt|uncle|daughter|son|nun|monk|bachelor)\b(?!['’]s)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?:^|[/,(|\d])\s*([fm])\s*(?=[/,)|\d]|$)", re.IGNORECASE)
_NEUTRAL = re.compile(r"\b(?:person|persona|personne|pessoa|fachkraft|lehrkraft|victime|guardia)\b", re.IGNORECASE)
_FEMALE_ARTICLE = re.compile(r"^\s*(?:una|une|uma|un['’]|eine)(?:\s|(?<=['’]))", re.IGNORECASE)
_MALE_ARTICLE = re.compile(r"^\s*(?:un|um|ein|uno)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _GenderWords:
    """Words of several languages that state a gender, and patterns for scripts without spaces between words."""

    female: frozenset[str]
    male: frozenset[str]
    female_signs: tuple[str, ...]
    male_signs: tuple[str, ...]


@cache
def _words() -> _GenderWords:
    return load("gender_words", _GenderWords)


def find_gender(brief: str, name: str | None, language: str, locale: str) -> Gender | None:
    """The gender by pronouns and words for relatives, else by the given name, else by grammar; None if unknown."""
    if _NONBINARY.search(brief):
        return "nonbinary"
    return _by_words(brief) or (gender_of_name(name, locale) if name else None) or _by_grammar(brief, language)


def _by_words(brief: str) -> Gender | None:
    trans = _TRANS.search(brief)
    head = _HEAD.match(brief)
    said = trans or head
    if said is not None:
        return "female" if said.group(1).casefold() in _words().female else "male"
    words = re.findall(r"[^\W\d_]+", brief.casefold())
    for match in _KIN_OF.finditer(brief):
        word = match.group(1).casefold()
        if word in words:
            words.remove(word)
    female = sum(word in _words().female for word in words) + len(re.findall("|".join(_words().female_signs), brief))
    male = sum(word in _words().male for word in words) + len(re.findall("|".join(_words().male_signs), brief))
    if female == male:
        letter = _LETTER.search(brief)
        return None if letter is None else "female" if letter.group(1) in "fF" else "male"
    return "female" if female > male else "male"


def _by_grammar(brief: str, language: str) -> Gender | None:
    """The gender of the article at the beginning, or of a job title with two forms."""
    if language not in {"es", "it", "pt", "fr", "de"} | genders_of_titles().keys() or _NEUTRAL.search(brief):
        return None
    if language in {"es", "it", "pt", "fr", "de"}:
        if _FEMALE_ARTICLE.match(brief) and (language == "it" or "'" not in brief[:4]):
            return "female"
        if _MALE_ARTICLE.match(brief) and language != "de":
            return "male"
    genders = genders_of_titles().get(language, {})
    folded = brief.casefold()
    matches = [(len(title), gender) for title, gender in genders.items() if title in folded]
    return max(matches)[1] if matches else None
