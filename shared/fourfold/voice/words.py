"""Splits texts into words and sentences, for all counts of fourfold.voice."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
# It begins only where a run of marks begins, and repeats are possessive: each mark is read once, so time is linear.
_SENTENCE_END = re.compile(r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’)*_]*+(?:\s+|$)|\n+")
# Scripts without spaces: two characters count as one word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def words_of(text: str) -> list[str]:
    """The words in lower case, with straight apostrophes."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def sentences_of(text: str) -> list[str]:
    """The non-empty sentences and lines."""
    return [part for part in (piece.strip() for piece in _SENTENCE_END.split(text)) if part]


def length_in_words(text: str) -> int:
    """The length in words; for scripts without spaces, half the number of characters."""
    unspaced = len(_UNSPACED.findall(text))
    return unspaced // 2 if unspaced > len(text) // 3 else len(_WORD.findall(text))
