"""Amazon Titan's embeddings through boto3; no key but the role."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, Final

from fourfold.models.provider import Fault

# The one embedding model a deployment's role may call (infra/constructs/model_access.py).
TITAN: Final = "amazon.titan-embed-text-v2:0"
_AT_ONCE = 8


class BedrockEmbeddingWire:
    """`bedrock:<model>`: Titan's request, which takes one text."""

    provider = "bedrock"

    def __init__(self, model: str) -> None:
        self.model = model

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes the classes of its clients at run time
        from fourfold.models.bedrock import bedrock_client  # noqa: PLC0415 - boto3, which naming the model needs not

        return bedrock_client()

    def vectors(self, texts: Sequence[str], timeout_s: float) -> tuple[list[list[float]], int | None]:  # noqa: ARG002 - the caller's clock bounds it
        """A call for each text, eight at a time."""
        self._client  # noqa: B018 - made once, before threads ask for it
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            replies = list(pool.map(self._embed, texts))
        return [reply["embedding"] for reply in replies], sum(reply["inputTextTokenCount"] for reply in replies)

    def _embed(self, text: str) -> dict[str, Any]:
        body = json.dumps({"inputText": text, "normalize": True})
        reply = self._client.invoke_model(modelId=self.model, body=body, contentType="application/json")
        read: dict[str, Any] = json.loads(reply["body"].read())
        return read

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of botocore means."""
        from fourfold.models.bedrock import bedrock_fault  # noqa: PLC0415

        return bedrock_fault(error)


def bedrock_embedding(model: str) -> BedrockEmbeddingWire:
    """The embedder `bedrock:<model>`."""
    return BedrockEmbeddingWire(model)
