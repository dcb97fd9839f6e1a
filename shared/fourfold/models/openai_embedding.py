"""OpenAI's embeddings through its official SDK."""

from __future__ import annotations

from collections.abc import Sequence

import openai
from openai.types import CreateEmbeddingResponse

from fourfold.models.openai_faults import openai_fault
from fourfold.models.provider import Fault, KeyedClient, UnreadableReplyError


class OpenAIEmbeddingWire:
    """`openai:<model>`, such as text-embedding-3-small."""

    provider = "openai"

    def __init__(self, model: str) -> None:
        self.model = model
        self._client = KeyedClient(self.provider, lambda key: openai.OpenAI(api_key=key, max_retries=0))

    def vectors(self, texts: Sequence[str], timeout_s: float) -> tuple[list[list[float]], int | None]:
        """One call for all texts."""
        return embedded(self._client.get(), self.model, texts, timeout_s)

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        return openai_fault(error)


def openai_embedding(model: str) -> OpenAIEmbeddingWire:
    """The embedder `openai:<model>`."""
    return OpenAIEmbeddingWire(model)


def embedded(
    client: openai.OpenAI, model: str, texts: Sequence[str], timeout_s: float
) -> tuple[list[list[float]], int | None]:
    """The vectors by OpenAI's wire, which compatible servers speak too. Plain numbers: not all of them do base64."""
    reply: object = client.embeddings.create(model=model, input=list(texts), encoding_format="float", timeout=timeout_s)
    if not isinstance(reply, CreateEmbeddingResponse):
        raise UnreadableReplyError
    found = [item.embedding for item in sorted(reply.data, key=lambda item: item.index)]
    return found, reply.usage.prompt_tokens if reply.usage else None
