"""The gender and the people that a given name indicates."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import combining, normalize

from fourfold_offline.data_files import load
from fourfold_offline.grammar import Gender
from fourfold_offline.lexicon.names import fold, key_of, peoples

# Peoples of many origins: a name on one of their lists may come from any people.
_OF_ALL = frozenset({"shared", "en-US", "en-GB", "en-SG"})


@dataclass(frozen=True, slots=True)
class _ByGender:
    women: tuple[str, ...]
    men: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _GivenNames:
    """`lists` by people; those under "shared" indicate a gender but no people, those of `unisex` neither.

    `locales` gives the locale of a people, where it has one.
    """

    lists: dict[str, _ByGender]
    unisex: frozenset[str]
    honorifics: dict[Gender, tuple[str, ...]]
    locales: dict[str, str]


@cache
def _names() -> _GivenNames:
    return load("given_names", _GivenNames)


@cache
def _honorifics() -> dict[str, Gender]:
    return {word: gender for gender, words in _names().honorifics.items() for word in words}


@cache
def _index() -> dict[str, list[tuple[str, bool]]]:
    """Every listed name, folded, with the peoples that bear it and whether women do."""
    index: dict[str, list[tuple[str, bool]]] = {}
    for key, by_gender in _names().lists.items():
        for female, given in ((True, by_gender.women), (False, by_gender.men)):
            for name in map(fold, given):
                if name not in _names().unisex:
                    index.setdefault(name, []).append((key, female))
    for key, people in peoples().items():
        for female, generations in ((True, people.women), (False, people.men)):
            for name in (*generations.older, *generations.younger):
                index.setdefault(fold(name), []).append((key, female))
    for name in [name for name in index if not name.isascii()]:
        index.setdefault(_without_marks(name), index[name])
    return index


def _without_marks(name: str) -> str:
    """A name without its accents, as it is often typed ("Zoltan")."""
    return "".join(
        sign
        for sign in normalize("NFKD", name.replace("ł", "l").replace("ø", "o").replace("ı", "i"))
        if not combining(sign)
    )


def is_given_name(word: str) -> bool:
    """Whether the word is a listed given name of some people."""
    folded = _plain(word)
    return folded in _index() or folded in _names().unisex


@lru_cache(maxsize=256)
def gender_of_name(name: str, locale: str) -> Gender | None:
    """The gender by the lists of the locale's people, then by all lists if they agree, then by Faker's lists."""
    words = name.split()
    if not words:
        return None
    honorific = _honorifics().get(words[0].casefold().rstrip("."))
    if honorific is not None and (len(words) > 1 or not is_given_name(words[0])):
        return honorific
    for word in _candidates(name):
        gender = _gender_in_lists(word, locale)
        if gender is not None or word in _index():
            return gender
    if not any(word in _names().unisex for word in _candidates(name)):
        return _by_faker(words, locale)
    return None


def people_of_name(name: str) -> str | None:
    """The locale of the people that alone bears the name; None for a name of several peoples."""
    entries = next((found for word in _candidates(name) if (found := _index().get(word))), [])
    peoples = {people for people, _ in entries}
    own = peoples - _OF_ALL
    if peoples & {"shared", "en-US"} or len(own) != 1:
        return None
    return _names().locales.get(own.pop())


def lacks_marks(name: str) -> bool:
    """Whether the name is known only with accents that it does not have here ("Helene" as "Hélène")."""
    found = next((word for word in _candidates(name) if word in _index()), "")
    return found in _typed_without_marks()


@cache
def _typed_without_marks() -> frozenset[str]:
    return frozenset(_without_marks(name) for name in _index() if not name.isascii())


def _candidates(name: str) -> list[str]:
    """Candidates for the given name: the whole, the first word, its first part, the last word."""
    words = [_plain(word) for word in name.split()]
    words = [word for word in words if word not in {"dr", "professor", "captain", "judge"}] or words
    return list(
        dict.fromkeys(
            [" ".join(words), words[0], *(word for part in words[:1] for word in part.split("-")[:1]), words[-1]]
        )
    )


def _plain(word: str) -> str:
    return fold(word).strip(".,'’\"").removesuffix("'s").removesuffix("’s")


def _gender_in_lists(word: str, locale: str) -> Gender | None:
    entries = _index().get(word, [])
    key, language = key_of(locale), locale.split("-", maxsplit=1)[0]
    kindred = {"en-US", "en-GB"} if language == "en" else {language}
    for near in ({key}, kindred, {"shared"} if word not in _names().unisex else set[str]()):
        sides = {female for people, female in entries if people in near}
        if len(sides) == 1:
            return "female" if sides.pop() else "male"
    if word in _names().unisex:
        return None
    sides = {female for _, female in entries}
    return ("female" if sides.pop() else "male") if len(sides) == 1 else None


def _by_faker(words: list[str], locale: str) -> Gender | None:
    for place in dict.fromkeys((locale.replace("-", "_"), *_FURTHER.get(locale[:2], ()))):
        try:
            provider = importlib.import_module(f"faker.providers.person.{place}").Provider
        except ImportError:
            continue
        women, men = _pool(provider, "female"), _pool(provider, "male")
        for word in words[:2]:
            if (word in women) != (word in men):
                return "female" if word in women else "male"
    return None


_FURTHER = {
    "en": ("en_US",),
    "ar": ("ar_SA",),
    "es": ("es_ES", "es_MX"),
    "de": ("de_DE",),
    "fr": ("fr_FR",),
    "hi": ("hi_IN",),
}


def _pool(provider: type, side: str) -> set[str]:
    names = set[str]()
    for field in (f"first_names_{side}", f"first_romanized_names_{side}", f"first_{side}_romanized_names"):
        names |= {str(item) for item in getattr(provider, field, ())}
    return names
