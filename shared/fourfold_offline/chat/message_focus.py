"""Finds what a message is about: its noun phrases, seen from the other side ("my cat": "your cat").

A rule of thumb without a tagger: a phrase is a determiner, adjectives by list or ending, and one word.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

_DETERMINERS = {
    "my": "your", "our": "your", "your": "my", "a": "the", "an": "the", "the": "the", "this": "this", "that": "that",
    "these": "these", "those": "those", "his": "his", "her": "her", "their": "their", "some": "", "any": "", "no": "",
}  # fmt: skip
_ADJECTIVES = frozenset({
    "new", "old", "good", "best", "bad", "worst", "little", "small", "big", "long", "short", "first", "last", "next",
    "other", "favourite", "favorite", "free", "young", "nice", "modern", "rainy", "sunny", "hot", "cold", "warm",
    "red", "blue", "green", "black", "white", "yellow", "driving", "swimming", "birthday", "football", "coffee",
    "train", "bus", "summer", "winter", "spring", "autumn", "early", "late", "own", "whole", "bigger", "smaller",
    "better", "worse", "local", "real", "true", "former", "power",
})  # fmt: skip
_ADJECTIVE_ENDING = re.compile(r"(?:ous|ful|less|able|ible|ical|ive|ish)$")
_FEELINGS = re.compile(
    r"\b(sad|tired|alone|lonely|afraid|scared|lost|angry|worried|anxious|nervous|ashamed|exhausted|stressed|overwhelmed"
    r"|bored|unhappy|upset|hurt|sick|miserable|jealous|guilty|heartbroken|happy|excited|proud|glad|engaged|promoted)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]")
_SHORTEST = 3  # letters
_CONTRACTED = re.compile(r"(?<=[a-z])['’](?:s|re|ll|d|ve|m)$")


def foci_of(said: str, light_words: AbstractSet[str]) -> list[str]:
    """What the message is about, as it is said back to its writer, the first phrase first; empty if nothing is found."""
    tokens = [_as_written(match) for match in _TOKEN.finditer(said)]
    found = []
    for place, token in enumerate(tokens):
        if token.casefold() in _DETERMINERS:
            phrase = _phrase(tokens[place + 1 :], light_words)
            if phrase:
                found.append(" ".join(filter(None, (_DETERMINERS[token.casefold()], *phrase))))
    feeling = _FEELINGS.search(said)
    if feeling is not None:
        found.append(f"being {feeling[1].casefold()}")
    phrases = [_phrase(tokens[place:], light_words) for place in range(len(tokens))]
    bare = sorted((" ".join(phrase) for phrase in phrases if phrase), key=len, reverse=True)
    return list(dict.fromkeys([*found, *(one for one in bare if not any(one in other for other in found))]))


def _phrase(tokens: list[str], light_words: AbstractSet[str]) -> list[str]:
    """The adjectives and the word that begin the tokens, or an empty list."""
    phrase: list[str] = []
    for token in tokens:
        folded = _CONTRACTED.sub("", token.casefold())
        adjective = folded in _ADJECTIVES or _ADJECTIVE_ENDING.search(folded) is not None
        if not token[0].isalpha() or len(token) < _SHORTEST or (folded in light_words and not adjective):
            return []
        phrase.append(token)
        if not adjective:
            return phrase
    return phrase if phrase and phrase[-1].casefold() not in light_words else []


def _as_written(match: re.Match[str]) -> str:
    """The word in lower case, unless it is a name or an abbreviation."""
    word = match.group()
    return word if word.isupper() or (match.start() > 0 and word[:1].isupper()) else word.casefold()
