"""Hashed counts of character and word n-grams, which the learnt part of a voice vector is computed from.

Counting is one pass over the text for each length of n-gram, so time and memory are linear in its length.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

CHARACTER_BUCKETS: Final = 4096
WORD_BUCKETS: Final = 4096
_LENGTHS: Final = (2, 3, 4)
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"[\w']+|[^\w\s]")
# Odd multipliers, one for each place in an n-gram, and the two constants that mix the sum (as in murmur hashes).
_PLACES: Final = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], dtype=np.uint32)
_MIX: Final = np.uint32(0x2C1B3C6D)


def character_counts(text: str) -> NDArray[np.float64]:
    """Counts of character 2-, 3- and 4-grams in CHARACTER_BUCKETS buckets; each run of white space is one blank."""
    padded = f" {_SPACES.sub(' ', text)} "
    points = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    counts = np.zeros(CHARACTER_BUCKETS)
    for length in _LENGTHS:
        if len(points) >= length:
            counts += np.bincount(_buckets(points, length), minlength=CHARACTER_BUCKETS)
    return counts


def word_counts(text: str) -> NDArray[np.float64]:
    """Counts of tokens and of pairs of tokens in WORD_BUCKETS buckets: words in lower case, and marks."""
    tokens = _TOKEN.findall(text.lower())
    pairs = [f"{one} {other}" for one, other in pairwise(tokens)]
    found = np.fromiter(map(_bucket, (*tokens, *pairs)), dtype=np.intp)
    return np.bincount(found, minlength=WORD_BUCKETS).astype(np.float64)


def _buckets(points: NDArray[np.uint32], length: int) -> NDArray[np.uint32]:
    """The bucket of each n-gram of this length."""
    count = len(points) - length + 1
    hashed = np.full(count, length, dtype=np.uint32)
    for place in range(length):
        hashed += points[place : place + count] * _PLACES[place]
    hashed ^= hashed >> np.uint32(15)
    hashed *= _MIX
    hashed ^= hashed >> np.uint32(12)
    return hashed % np.uint32(CHARACTER_BUCKETS)


@lru_cache(maxsize=65536)
def _bucket(gram: str) -> int:
    return crc32(gram.encode("utf-8", "surrogatepass")) % WORD_BUCKETS
