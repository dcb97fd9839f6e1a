"""Embeddings of any server that speaks OpenAI's API: Ollama, vLLM, llama.cpp and the like, at the same base URL."""

from __future__ import annotations

from collections.abc import Sequence

from fourfold.made_once import MadeOnce
from fourfold.models.compatible import compatible_client
from fourfold.models.openai_embedding import embedded
from fourfold.models.openai_faults import openai_fault
from fourfold.models.provider import Fault


class CompatibleEmbeddingWire:
    """`compatible:<model>` at `FOURFOLD_COMPATIBLE_BASE_URL`."""

    provider = "compatible"

    def __init__(self, model: str) -> None:
        self.model = model
        self._client = MadeOnce(compatible_client)

    def vectors(self, texts: Sequence[str], timeout_s: float) -> tuple[list[list[float]], int | None]:
        """One call for all texts."""
        return embedded(self._client(), self.model, texts, timeout_s)

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        return openai_fault(error)


def compatible_embedding(model: str) -> CompatibleEmbeddingWire:
    """The embedder `compatible:<model>`."""
    return CompatibleEmbeddingWire(model)
