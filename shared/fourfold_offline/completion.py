"""The completion around a composed text: labelled `offline`, free of charge, its tokens estimated."""

from __future__ import annotations

from fourfold.llm.port import Completion
from fourfold.persona import TokenUsage

_BYTES_PER_TOKEN = 4


def completion(prompt: str, text: str) -> Completion:
    """`text` as the completion of `prompt`."""
    usage = TokenUsage(input_tokens=_tokens(prompt), output_tokens=_tokens(text), estimated=True)
    return Completion(text=text, provider="offline", model="composer-1", usage=usage, cost_usd=0.0)


def _tokens(text: str) -> int:
    return max(1, len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN)
