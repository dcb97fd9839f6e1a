"""Google's embeddings through its official SDK."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google import genai
from google.genai import types

from fourfold.models.google import google_fault
from fourfold.models.provider import Fault, KeyedClient


class GoogleEmbeddingWire:
    """`google:<model>`, such as gemini-embedding-001."""

    provider = "google"

    def __init__(self, model: str) -> None:
        self.model = model
        options = types.HttpOptions(api_version="v1beta")
        self._client = KeyedClient(
            self.provider, lambda key: genai.Client(api_key=key, vertexai=False, http_options=options)
        )

    def vectors(self, texts: Sequence[str], timeout_s: float) -> tuple[list[list[float]], int | None]:
        """One call for all texts, or one for each: newer models make one vector of everything they are sent."""
        found = self._embed(texts, timeout_s)
        if len(found) != len(texts):
            found = [vector for text in texts for vector in self._embed([text], timeout_s)]
        return found, None

    def _embed(self, texts: Sequence[str], timeout_s: float) -> list[list[float]]:
        contents: Any = [types.Content(parts=[types.Part(text=text)]) for text in texts]
        options = types.HttpOptions(timeout=max(1, round(timeout_s * 1000)))
        reply = self._client.get().models.embed_content(
            model=self.model, contents=contents, config=types.EmbedContentConfig(http_options=options)
        )
        return [list(one.values or ()) for one in reply.embeddings or ()]

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        return google_fault(error)


def google_embedding(model: str) -> GoogleEmbeddingWire:
    """The embedder `google:<model>`."""
    return GoogleEmbeddingWire(model)
