"""Finds the places in a brief: a listed city, country or people, or a capitalised word after "in"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load
from fourfold_offline.lexicon.places import Land, lands, lands_by_locale


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the brief spells it, `canonical` as listed; `land` is None for an unlisted place."""

    quote: str
    start: int
    canonical: str
    land: Land | None
    kind: str  # "city", "country", "people" or "unknown"


_LIVES = re.compile(r"(?:lives?|living|based|resid\w{1,40}|works?|working|settled|stationed|stranded|stuck|moved?|moving)\s{1,9}(?:\w{1,40}\s{1,9}){0,2}(?:in|at|on|to|from)\s{1,9}(?:the\s{1,9})?$", re.IGNORECASE)  # fmt: skip
_FROM = re.compile(
    r"(?:\bfrom|\bborn(?: and raised)? in|\braised in|\bgrew up in|\bleft|\bfled|\bnative of)\s{1,9}(?:the\s{1,9})?$",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\b(?P<by>in|on|at|from|near|outside|off the coast of|on the island of|lives in|based in)\s{1,9}"
    r"((?:the\s{1,9})?(?:(?:small|tiny|remote)\s{1,9})?(?:town of\s{1,9}|village of\s{1,9}|city of\s{1,9})?[A-ZÀ-ÞİŞÇĞÖÜŁŠŽ][\w'’-]{1,40}(?:\s{1,9}(?:of\s{1,9}|de\s{1,9}|do\s{1,9}|la\s{1,9})?[A-ZÀ-ÞİŞÇĞÖÜ][\w'’-]{1,40}){0,2})(?P<more>\s{1,9}[a-z]{1,40})?"
)
_GENERIC = re.compile(
    r"\b(?:in|on|at|from|near)\s{1,9}((?:a|an|the)\s{1,9}(?:(?:small|tiny|remote|quiet|rural|coastal|fishing|mountain|mining|border|desert|provincial|nameless|northern|southern|eastern|western|snowbound|island|farming|floating|sleepy|space|generation|lunar|martian|orbital|dying|old|port|seaside|industrial|rainy|harbor|harbour)\s{1,9})+(?:town|village|city|island|suburb|station|ship|colony|valley|port|settlement|outpost))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _PlaceWords:
    """English words that only look like places, or are places only in some positions.

    `lower_case_words` are places only with a capital letter, `also_names` only behind a preposition. `phrase_ends` may
    follow a place behind "on" or "at": there a capital word is a place only where it closes the phrase ("on Skye", not
    "on the Bosphorus ferry").
    """

    never_places: frozenset[str]
    lower_case_words: frozenset[str]
    also_names: frozenset[str]
    phrase_ends: frozenset[str]


@cache
def _words() -> _PlaceWords:
    return load("en/place_words", _PlaceWords)


@cache
def _gazetteer() -> tuple[re.Pattern[str], dict[str, tuple[str, Land, str]]]:
    known: dict[str, tuple[str, Land, str]] = {}
    for land in lands():
        for spellings in land.cities:
            for name in spellings:
                known.setdefault(name.casefold(), (spellings[0], land, "city"))
        for name in (land.country, *land.aliases):
            known.setdefault(name.removeprefix("the ").casefold(), (name, land, "country"))
        for name in land.people:
            known.setdefault(name.casefold(), (name, land, "people"))
    words = sorted(known, key=len, reverse=True)
    spaced = [re.escape(word) for word in words if word.isascii() or re.match(r"[a-zà-ÿ]", word)]
    scripts = [_inflected(word, known) for word in words if not (word.isascii() or re.match(r"[a-zà-ÿ]", word))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)|(?:{'|'.join(scripts)})", re.IGNORECASE), known


def _inflected(word: str, known: dict[str, tuple[str, Land, str]]) -> str:
    """A pattern of a name in another script; a Cyrillic one with case endings ("Казань", "Казани")."""
    if not re.match("[\u0400-\u04ff]", word):
        return re.escape(word)
    stem = word.rstrip("аяьйоеы")
    known.setdefault(stem, known[word])
    return rf"(?<!\w){re.escape(stem)}[а-яё]{{0,3}}(?!\w)"


def find_places(brief: str) -> list[Place]:
    """Every place in a text, in order. A people ("Turkish") is a place of kind "people"."""
    pattern, known = _gazetteer()
    found = []
    for match in pattern.finditer(brief):
        quote = match.group()
        canonical, land, kind = _looked_up(quote, known)
        if land is None or (
            quote.islower() and (quote in _words().lower_case_words or (kind == "people" and quote == "english"))
        ):
            continue
        if quote in _words().also_names and not re.search(
            r"(?:in|on|from|near|outside|around|of|to|at|left|fled|a|à|en|em|no|na|aus|nach|bei|di|de|da|,|\||;|:|\()\s*$",
            brief[: match.start()],
        ):
            continue
        found.append(Place(quote, match.start(), canonical, land, kind))
    return _qualified(brief, found)


def _looked_up(quote: str, known: dict[str, tuple[str, Land, str]]) -> tuple[str, Land | None, str]:
    folded = quote.casefold()
    stems = [folded[: len(folded) - cut] for cut in range(4 if re.match("[\u0400-\u04ff]", folded) else 1)]
    return next((known[stem] for stem in stems if stem in known), (quote, None, "unknown"))


def _qualified(brief: str, places: list[Place]) -> list[Place]:
    """The places, with a city and another land right after it ("Paris, Texas") joined to a city of that land."""
    joined: list[Place] = []
    for place in places:
        last = joined[-1] if joined else None
        between = brief[last.start + len(last.quote) : place.start] if last is not None else ""
        if (
            last is not None
            and last.kind == "city"
            and place.kind == "country"
            and place.land != last.land
            and re.fullmatch(r",\s*(?:in\s+)?", between)
        ):
            land = lands_by_locale()["en-US"] if place.quote == "Georgia" else place.land
            quote = brief[last.start : place.start + len(place.quote)]
            joined[-1] = Place(quote, last.start, quote, land, "city")
            continue
        joined.append(place)
    return [_with_state(brief, place) for place in joined]


# The abbreviation of an American state after a city ("Athens, GA").
_STATE = re.compile(
    r",\s*(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])\b"
)


def _with_state(brief: str, place: Place) -> Place:
    end = place.start + len(place.quote)
    state = _STATE.match(brief, end) if place.kind == "city" else None
    if state is None:
        return place
    quote = brief[place.start : state.end()]
    return Place(quote, place.start, quote, lands_by_locale()["en-US"], "city")


def living_and_origin(brief: str) -> tuple[Place | None, Place | None, Place | None]:
    """The place where they live, a different place they come from, and a people; each None if not stated."""
    places = find_places(brief)
    people = next((place for place in places if place.kind == "people"), None)
    named = [place for place in places if place.kind != "people"]
    origin = next((place for place in named if _FROM.search(brief[: place.start])), None)
    living = next((place for place in named if _LIVES.search(brief[: place.start])), None)
    if living is None:
        others = [place for place in named if place is not origin]
        living = next((place for place in others if place.kind == "city"), None) or (others[0] if others else origin)
    if living is None:
        living = _unlisted(brief)
    if origin is not None and living is not None and (origin is living or _same_phrase(brief, living, origin)):
        origin = None
    return living, origin, people


def _same_phrase(brief: str, one: Place, other: Place) -> bool:
    """Whether the two places are one phrase ("Lyon, France")."""
    first, second = sorted((one, other), key=lambda place: place.start)
    return re.fullmatch(r",?\s*(?:in\s+)?(?:the\s+)?", brief[first.start + len(first.quote) : second.start]) is not None


def _unlisted(brief: str) -> Place | None:
    for match in _UNKNOWN.finditer(brief):
        quote = match.group(2).strip()
        words = quote.split()
        if (
            match["by"].casefold() in {"on", "at"}
            and match["more"]
            and match["more"].strip() not in _words().phrase_ends
        ):
            continue
        if words[-1] not in _words().never_places and words[0] not in _words().never_places:
            return Place(quote, match.start(2), re.sub(r"^the (?:town|village|city) of ", "", quote), None, "unknown")
    generic = _GENERIC.search(brief)
    if generic is not None:
        quote = generic.group(1)
        return Place(
            quote, generic.start(1), re.sub(r"^(?:a|an|the)\s+", "", quote, flags=re.IGNORECASE), None, "unknown"
        )
    return None
