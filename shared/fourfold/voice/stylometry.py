"""The default embedder: stylometric features without a model or network, under a millisecond per text.

It captures style and little of the content. Three blocks, each with a fixed share of the squared norm: hashed character
trigrams (Stamatatos, 2009), rates of function words (Mosteller & Wallace, 1964), and punctuation and rhythm. Every value
is a z-score against everyday chat, whose means and deviations are in data/background.json; the cosine distance of such
vectors is Cosine Delta (Smith & Aldridge, 2011).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from fourfold.voice.embedder import CONSTANT, Embedding, Vector, joined, normalised
from fourfold.voice.words import sentences_of, words_of

_BUCKETS = 512
_SPACES = re.compile(r"\s+")
FUNCTION_WORDS = tuple(
    "a about after again all also always am an and any are as at away back be because been before but by can "
    "can't could did didn't do does don't down even ever every for from get go had has have he her here him his "
    "how i i'd i'll i'm i've if in into is isn't it it's its just know let like me might more most much must my "
    "never no nobody not nothing now of off oh on once one only or other our out over own perhaps please really "
    "right said say says she should so some something still such than that that's the their them then there they "
    "thing this those though through to too up us very was we well were what what's when where which while who "
    "why will with without would yes yet you you'd you'll you're your".split()
)
_INDEX = {word: place for place, word in enumerate(FUNCTION_WORDS)}
_MARKS = ".,;:!?…-–—\"'()*#\n"
# Shares of the squared norm: three blocks, and a constant component. Unrelated texts are near orthogonal in Cosine
# Delta; the constant scales distances down so that the published threshold of 0.30 fits. It does not change their order.
_BLOCK_SHARES = (0.40, 0.30, 0.30)
_CONSTANT_SHARE = 0.30
_MAX_Z = 3.0


# The raw values of the three blocks.
Blocks = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and standard deviation of each value of each block, over texts of many authors."""

    mean: Blocks
    deviation: Blocks


class Stylometric:
    """The embedder `stylometric`; see the module's docstring."""

    id = "stylometric@1"
    trained_on = None

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Returns the vectors of the texts, at no cost."""
        return Embedding(np.array([vector_of(text) for text in texts]))


@cache
def background() -> Background:
    """The shipped background statistics, read once per process."""
    content = json.loads((resources.files("fourfold.voice") / "data" / "background.json").read_text(encoding="utf-8"))
    mean, deviation = (_blocks(content[name]) for name in ("mean", "deviation"))
    return Background(mean, deviation)


def vector_of(text: str) -> Vector:
    """The vector of a text, with L2 norm 1: the constant component, then the style."""
    return normalised(joined((_CONSTANT_SHARE, CONSTANT), (1 - _CONSTANT_SHARE, style_of(rates_of(text)))))


def style_of(rates: Blocks) -> Vector:
    """The z-scores of the three blocks, each with its share of the squared norm; L2 norm 1 at most."""
    known = background()
    return joined(
        *(
            (share, normalised(np.clip((values - mean) / deviation, -_MAX_Z, _MAX_Z)))
            for values, mean, deviation, share in zip(rates, known.mean, known.deviation, _BLOCK_SHARES, strict=True)
        )
    )


def rates_of(text: str) -> Blocks:
    """The raw rates of the three blocks, mostly square roots, before standardisation against the background."""
    words = words_of(text)
    size, total = math.sqrt(max(1, len(text))), math.sqrt(max(1, len(words)))
    return (
        np.sqrt(_trigrams(_SPACES.sub(" ", text.lower()))) / size,
        np.sqrt(_function_words(words)) / total,
        np.array(_rhythm(text, words)),
    )


def _blocks(content: Sequence[Sequence[float]]) -> Blocks:
    one, other, third = (np.array(block) for block in content)
    return one, other, third


@lru_cache(maxsize=65536)
def _bucket(gram: str) -> int:
    return crc32(gram.encode("utf-8", "surrogatepass")) % _BUCKETS


def _trigrams(text: str) -> NDArray[np.float64]:
    padded = f" {text} "
    found = np.fromiter((_bucket(padded[place : place + 3]) for place in range(len(padded) - 2)), dtype=np.intp)
    return np.bincount(found, minlength=_BUCKETS).astype(np.float64)


def _function_words(words: Sequence[str]) -> NDArray[np.float64]:
    found = np.fromiter((_INDEX.get(word, len(FUNCTION_WORDS)) for word in words), dtype=np.intp)
    return np.bincount(found, minlength=len(FUNCTION_WORDS) + 1).astype(np.float64)


def _rhythm(text: str, words: Sequence[str]) -> list[float]:
    """Rates of punctuation, histograms of word and sentence lengths, and typing habits."""
    size, total = max(1, len(text)), max(1, len(words))
    marks = [math.sqrt(10 * text.count(mark) / size) for mark in _MARKS]
    word_lengths = Counter(min(len(word), 9) for word in words)
    lengths = [math.sqrt(word_lengths[length] / total) for length in range(1, 10)]
    sentences = sentences_of(text)
    spans = [len(sentence.split()) for sentence in sentences]
    classes = Counter(sum(span > bound for bound in _SENTENCE_BOUNDS) for span in spans)
    count = max(1, len(sentences))
    rhythm = [math.sqrt(classes[place] / count) for place in range(len(_SENTENCE_BOUNDS) + 1)]
    return [*marks, *lengths, *rhythm, *_habits(text, words, sentences)]


def _habits(text: str, words: Sequence[str], sentences: Sequence[str]) -> list[float]:
    size, total, count = max(1, len(text)), max(1, len(words)), max(1, len(sentences))
    return [
        math.sqrt(10 * sum(map(str.isupper, text)) / size),
        sum(map(str.isdigit, text)) / size,
        text.count(" i ") / total,
        text.count(" I ") / total,
        sum(word in _CHAT_WORDS for word in words) / total,
        float(len(_EMOTICON.findall(text))),
        float(text.rstrip()[-1:] in ".!?…"),
        float(text.count("!!") + text.count("??") + text.count("..")),
        sum(sentence[:1].isupper() for sentence in sentences) / count,
        count / 5,
        sum(map(len, words)) / total,
        math.log(total),
        len(set(words)) / total,
    ]


_SENTENCE_BOUNDS = (2, 4, 7, 11, 16, 24)
_EMOTICON = re.compile(r"[:;]-?[)(DPp]|[\U0001F300-\U0001FAFF]")
_CHAT_WORDS = frozenset(
    "im dont cant thats didnt ive ur u lol haha hahaha yea yeah ok okay gonna wanna idk omg tho cuz".split()
)
