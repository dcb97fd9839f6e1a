"""Trains shared/fourfold/voice/data/writers.npz: `python -m benchmarks.voice_training`.

The script needs the packages of the group `training` and the chat corpus. It learns from the people of the part
`training`, without texts that a person of another part also wrote, and writes numbers only, no text. Two truncated SVDs
of the weighted n-gram rates (500 components each) and the stylometric z-scores are the input of a linear discriminant
analysis between writers; all of it is linear, so it is stored as one matrix, one int8 row for each feature.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import eigh
from sklearn.decomposition import TruncatedSVD

from benchmarks.chat_corpus import Part, turns
from fourfold.voice.ngrams import CHARACTER_BUCKETS, WORD_BUCKETS
from fourfold.voice.stylometry import rates_of
from fourfold.voice.writers import FILE, features_of
from infra.local.home import REPOSITORY

TARGET = REPOSITORY / "shared" / "fourfold" / "voice" / "data" / FILE
LEAST_WORDS, LEAST_TEXTS, MOST_TEXTS = 5, 4, 120
COMPONENTS, DIMENSIONS = 500, 320
# The within-writer covariance is shrunk towards a sphere; eigenvalues weigh the directions with this power. A writer
# counts for at most so many texts.
SHRINKAGE, POWER, WEIGHT = 0.3, 0.15, 40
STYLE_SCALE = 0.1
LEAST_DEVIATION = 1e-3

Matrix = NDArray[np.float64]


def main() -> None:
    """Trains and writes the file."""
    texts, writers = _texts()
    blocks = [rates_of(text) for text in texts]
    rates = np.array([np.concatenate(each) for each in blocks])
    mean = rates.mean(axis=0).astype(np.float32)
    deviation = (rates.std(axis=0) + LEAST_DEVIATION).astype(np.float32)
    features = sparse.csr_matrix(
        np.array(
            [features_of(text, each, mean, deviation) for text, each in zip(texts, blocks, strict=True)],
            dtype=np.float32,
        )
    )
    linear = _reduction(features)
    reduced = np.asarray(features @ linear, dtype=np.float64)
    directions, centre = _discriminants(reduced, writers)
    rows, scale = _quantised(linear @ directions)
    np.savez(
        TARGET,
        rows=rows,
        scale=scale,
        offset=(-centre @ directions).astype(np.float32),
        mean=mean,
        deviation=deviation,
    )
    content = TARGET.read_bytes()
    print(f"{len(texts)} texts of {len(set(writers))} writers; {rows.shape}; {len(content):,} bytes")
    print(f"SHA256 = {hashlib.sha256(content).hexdigest()}")


def _texts() -> tuple[list[str], list[str]]:
    """The training texts and their writers."""
    elsewhere = {_key(text) for part in ("validation", "test") for _, text in _said(part)}
    texts: list[str] = []
    writers: list[str] = []
    wanted = [(writer, text) for writer, text in _said("training") if _key(text) not in elsewhere]
    totals = Counter(writer for writer, _ in wanted)
    counts: Counter[str] = Counter()
    for writer, text in wanted:
        counts[writer] += 1
        if totals[writer] >= LEAST_TEXTS and counts[writer] <= MOST_TEXTS:
            texts.append(text)
            writers.append(writer)
    return texts, writers


def _said(part: Part) -> Iterator[tuple[str, str]]:
    for writer, conversations in sorted(turns(LEAST_WORDS, part).items()):
        for said in conversations.values():
            for text in said:
                yield writer, text


def _key(text: str) -> str:
    """What near-duplicate texts share: their letters and digits."""
    return re.sub(r"[\W_]+", "", text.lower())


def _reduction(features: sparse.csr_matrix) -> Matrix:
    """The matrix from features to the components of the two n-gram blocks and the scaled style block."""
    ends = (0, CHARACTER_BUCKETS, CHARACTER_BUCKETS + WORD_BUCKETS)
    blocks = []
    for start, end in pairwise(ends):
        block = features[:, start:end]
        power = np.sqrt(np.asarray(block.multiply(block).mean(axis=0)).ravel())
        weight = 1 / np.sqrt(np.maximum(power, LEAST_DEVIATION))
        svd = TruncatedSVD(COMPONENTS, n_iter=3, random_state=0).fit(block.multiply(weight).tocsr())
        blocks.append(weight[:, np.newaxis] * svd.components_.T)
    blocks.append(STYLE_SCALE * np.eye(features.shape[1] - ends[-1]))
    return np.asarray(sparse.block_diag(blocks).todense(), dtype=np.float64)


def _discriminants(vectors: Matrix, writers: Sequence[str]) -> tuple[Matrix, Matrix]:
    """The weighted discriminant directions (components, DIMENSIONS), and the mean of the vectors."""
    names, places, counts = np.unique(np.array(writers), return_inverse=True, return_counts=True)
    centre = vectors.mean(axis=0)
    centred = vectors - centre
    means = np.zeros((len(names), vectors.shape[1]))
    np.add.at(means, places, centred)
    means /= counts[:, np.newaxis]
    rest = centred - means[places]
    within = rest.T @ rest / len(rest)
    sphere = np.trace(within) / len(within) * np.eye(len(within))
    weights = np.minimum(counts, WEIGHT)
    between = (means * weights[:, np.newaxis]).T @ means / weights.sum()
    values, directions = eigh(between, (1 - SHRINKAGE) * within + SHRINKAGE * sphere)
    best = np.argsort(values)[::-1][:DIMENSIONS]
    return directions[:, best] * np.maximum(values[best], 1e-6) ** POWER, centre


def _quantised(matrix: Matrix) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The rows as int8, each with its scale."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-9) / 127
    return np.round(matrix / scale[:, np.newaxis]).astype(np.int8), scale.astype(np.float32)


if __name__ == "__main__":
    main()
