"""Whether a sentence embedder separates voices as well as the shipped ones: `python -m benchmarks.voice_minilm`.

All three are measured in one run on the same replies of the same people, those of `benchmarks.voice_separation`, on
whom nothing was trained. Once all new replies of a person count, in the order of their conversations; once sixteen of
them in a random order, so that several replies together seldom share a topic. It needs the chat corpus and the group
`deep`.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from benchmarks.chat_corpus import CORPUS, INSTALL
from benchmarks.minilm import is_installed, minilm
from benchmarks.report import Report
from benchmarks.voice_separation import Speaker, people, separation, speaker_of
from fourfold.voice.embedder import Embedder
from fourfold.voice.shipped import SHIPPED

SOME = 16


def measure() -> Report:
    """The figures of every embedder.

    Raises:
        SystemExit: the corpus or the model is not installed.
    """
    if not CORPUS.exists() or not is_installed():
        raise SystemExit(f"{INSTALL}; uv sync --group deep")
    report, texts = Report("voice_minilm"), people()
    embedders: list[Embedder] = [*SHIPPED.values(), minilm()]
    for embedder in embedders:
        speakers = [speaker_of(one, embedder) for one in texts]
        separation(report, f"people, {embedder.id}, all new replies", speakers)
        separation(report, f"people, {embedder.id}, {SOME} in random order", [_some(one) for one in speakers])
    return report


def _some(speaker: Speaker) -> Speaker:
    """The speaker with SOME new replies in a random order, the same for each embedder."""
    every = np.concatenate(speaker.fresh)
    places = random.Random(7).sample(range(len(every)), SOME)  # noqa: S311 - a fixed sample
    return replace(speaker, fresh=(every[places],))


if __name__ == "__main__":
    measure().publish()
