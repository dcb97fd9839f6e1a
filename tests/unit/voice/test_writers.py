"""The learnt embedder: its shipped numbers, and whom it keeps apart."""

from __future__ import annotations

import hashlib
from importlib import resources

import numpy as np
import pytest

from fourfold.voice.embedder import cosine_distance
from fourfold.voice.ngrams import character_counts, word_counts
from fourfold.voice.shipped import SHIPPED, shipped_with_id
from fourfold.voice.writers import FILE, SHA256, projection, vector_of

HASTY = [
    "lol yeah i dont rly know, gonna see tmrw i guess... u coming??",
    "omg no way haha, thats so weird, im not going lol",
    "idk tbh, my bro said its fine so w/e, gonna sleep now",
]
FORMAL = [
    "I should be delighted to attend; however, I must first consult the calendar of my department.",
    "One hesitates to disagree, and yet the evidence, as presented, appears to be rather thin.",
    "It is, I suppose, a matter of taste; nevertheless, I prefer the earlier of the two recordings.",
]


def test_the_shipped_numbers_are_those_of_this_version() -> None:
    content = (resources.files("fourfold.voice") / "data" / FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert len(content) < 3_000_000
    assert projection().rows.shape[0] == len(projection().scale)


@pytest.mark.parametrize("texts", [HASTY, FORMAL])
def test_texts_of_one_manner_are_nearer_than_those_of_another(texts: list[str]) -> None:
    other = FORMAL if texts is HASTY else HASTY
    within = max(cosine_distance(vector_of(texts[0]), vector_of(text)) for text in texts[1:])
    across = min(cosine_distance(vector_of(texts[0]), vector_of(text)) for text in other)
    assert within < across


@pytest.mark.parametrize("text", ["", " ", "?", "\ud800", "\u0000", "ﷺ" * 50, "a" * 20_000])
def test_any_text_has_a_vector_of_length_one(text: str) -> None:
    vector = vector_of(text)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_every_n_gram_is_counted_once() -> None:
    assert character_counts("ab  c").sum() == (len(" ab c ") - 1) + (len(" ab c ") - 2) + (len(" ab c ") - 3)
    assert word_counts("Yes, and no").sum() == 4 + 3  # words and marks, and pairs of them
    assert word_counts("").sum() == 0


def test_a_fingerprint_is_scored_by_the_embedder_that_made_it() -> None:
    assert {one.id for one in SHIPPED.values()} == {"stylometric@1", "writers@1"}
    assert shipped_with_id("stylometric@1") is SHIPPED["stylometric"]
    assert shipped_with_id("openai:text-embedding-4@1") is None
