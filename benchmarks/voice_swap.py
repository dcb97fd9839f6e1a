"""Error rates of the voice check, with people as voices.

A person of the parts `validation` and `test` (benchmarks/chat_corpus.py) is a voice; what the person wrote
is drawn with replacement, 50 replies before and 50 after. Three simulated models: the same voice, another person's, and
one that answers half of the scenarios as another person. Offline voices do the same with their replies to the
scenarios. The true shift between two pools of replies is known, so the certified share is also counted among those
beyond the margin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from benchmarks.chat_corpus import CORPUS, INSTALL, turns
from benchmarks.report import Report
from benchmarks.voice_speakers import offline_speakers
from fourfold.provocation.intervals import wilson
from fourfold.voice.embedder import Vectors
from fourfold.voice.shift import shift_between
from fourfold.voice.shipped import SHIPPED

CHECKS, PAIRS, LEAST_REPLIES, LEAST_WORDS = 1000, 50, 100, 12
# The share of scenarios that the other model answers in another voice.
MODELS: Final[Mapping[str, float]] = {"the same model": 0.0, "half in another voice": 0.5, "another voice": 1.0}


def measure() -> Report:
    """All figures; those of people need the chat corpus."""
    report = Report("voice_swap")
    sets = {"offline": [[text for group in (*one.fitted, *one.fresh) for text in group] for one in offline_speakers()]}
    if CORPUS.exists():
        sets["people"] = _people()
    else:
        report.figure("people", 0, "not measured", f"install it: {INSTALL}")
    for name, voices in sets.items():
        for embedder in SHIPPED.values():
            pools = [embedder.embed(texts).vectors for texts in voices]
            for model, share in MODELS.items():
                _rates(report, f"{name}, {embedder.id}, {model}", pools, share)
    return report


def _people() -> list[list[str]]:
    found = []
    for part in ("validation", "test"):
        for said in turns(LEAST_WORDS, part).values():
            texts = [text for conversation in said.values() for text in conversation]
            found += [texts] if len(texts) >= LEAST_REPLIES else []
    return found


def _rates(report: Report, who: str, pools: Sequence[Vectors], share: float) -> None:
    rng = np.random.default_rng(11)
    verdicts: Counter[str] = Counter()
    beyond = certified = 0
    for _ in range(CHECKS):
        own, other = (pools[place] for place in rng.choice(len(pools), 2, replace=False))
        before = own[rng.integers(len(own), size=PAIRS)]
        after = own[rng.integers(len(own), size=PAIRS)]
        swapped = rng.random(PAIRS) < share
        after[swapped] = other[rng.integers(len(other), size=int(swapped.sum()))]
        found = shift_between(before, after)
        verdicts[found.verdict] += 1
        true = share**2 * float(((own.mean(axis=0) - other.mean(axis=0)) ** 2).sum())
        beyond += true >= found.margin
        certified += true >= found.margin and found.verdict == "equivalent"
    note = f"{CHECKS} checks of {PAIRS} pairs, {len(pools)} voices"
    for verdict in ("equivalent", "degraded", "inconclusive"):
        report.figure(f"{who}: {verdict}", verdicts[verdict] / CHECKS, _interval(verdicts[verdict], CHECKS), note)
    if beyond:
        report.figure(
            f"{who}: certified beyond the margin", certified / beyond, _interval(certified, beyond), f"of {beyond}"
        )


def _interval(hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    return f"[{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    measure().publish()
