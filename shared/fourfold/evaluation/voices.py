"""How far apart the voices of one arm are: profiles of masks or of replies, and the distance from the others.

A profile is made of words and character trigrams: of a mask's signature phrases, vocabulary, tone and rhythm, or of a
persona's replies to scenarios. It measures wording: two masks that say the same thing in other words are far apart. The
profile of a mask costs no calls. The fingerprint of a persona (`fourfold.voice`) measures style.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final
from zlib import crc32

from fourfold.persona import Mask
from fourfold.text_rules import normalized

DIMENSIONS: Final = 128
_DIGITS: Final = 4
_GRAM: Final = 3
_WORD = re.compile(r"[^\W_]+")
Profile = tuple[float, ...]


def voice_profile(mask: Mask) -> Profile:
    """The profile of a mask: DIMENSIONS values, a vector of length 1."""
    return _profile((*mask.signature_phrases, *mask.vocabulary, mask.tone, mask.rhythm))


def reply_profile(replies: Sequence[str]) -> Profile:
    """The profile of a persona's replies, together: DIMENSIONS values, a vector of length 1."""
    return _profile(replies)


def _profile(texts: Sequence[str]) -> Profile:
    """Features are hashed with a sign (Weinberger et al. 2009).

    So collisions cancel in the mean and do not make unrelated voices alike.
    """
    totals = [0.0] * DIMENSIONS
    for feature, weight in _features(texts):
        number = crc32(feature.encode("utf-8", "surrogatepass"))
        totals[number % DIMENSIONS] += weight if number >> 31 else -weight
    norm = math.sqrt(sum(total * total for total in totals))
    return tuple(round(total / norm, _DIGITS) if norm else 0.0 for total in totals)


def separations(profiles: Sequence[Profile]) -> list[float | None]:
    """What each profile contributes to the mean cosine distance (0-2) of all pairs; None without a profile or others.

    The mean of the contributions is the mean distance. Each profile is in the distances of all others, so the mean
    varies twice as much as the mean of independent values: the contributions are spread so (Hoeffding 1948, the
    projection of a U-statistic). Linear in the number of profiles.
    """
    known = [profile for profile in profiles if profile]
    if len(known) < 2:  # noqa: PLR2004 - a voice and another
        return [None] * len(profiles)
    sums = [math.fsum(values) for values in zip(*known, strict=True)]
    others = len(known) - 1
    distances = [
        1 - sum(value * (total - value) for value, total in zip(profile, sums, strict=True)) / others
        if profile
        else None
        for profile in profiles
    ]
    mean = math.fsum(each for each in distances if each is not None) / len(known)
    return [None if each is None else mean + 2 * (each - mean) for each in distances]


def _features(texts: Sequence[str]) -> list[tuple[str, float]]:
    counts: dict[str, int] = {}
    for text in texts:
        words = _WORD.findall(normalized("NFKC", text).casefold())
        joined = f" {' '.join(words)} "
        grams = [joined[place : place + _GRAM] for place in range(len(joined) - _GRAM + 1)]
        for feature in (*(f"word {word}" for word in words), *grams):
            counts[feature] = counts.get(feature, 0) + 1
    return [(feature, math.sqrt(count)) for feature, count in counts.items()]
