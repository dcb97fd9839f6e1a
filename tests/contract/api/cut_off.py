"""A chat model whose replies reach `max_tokens`."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.llm.port import ChatRequest, Completion, ModelError, ModelFailure, OnText, Spent
from fourfold.persona import TokenUsage

SO_FAR = "The tide came in. I was there, with my"
_USAGE = TokenUsage(input_tokens=90, output_tokens=9)


@dataclass(frozen=True)
class CutOff:
    """Says the beginning of a reply."""

    name: str

    def reply(self, _request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        if on_text is not None:
            on_text(SO_FAR)
        return Completion(SO_FAR, "scripted", "1", _USAGE, 0.0, truncated=True)


@dataclass(frozen=True)
class Thinks:
    """Spends all its tokens on reasoning."""

    name: str

    def reply(self, _request: ChatRequest, _on_text: OnText | None = None, /) -> Completion:
        raise ModelError(ModelFailure.TRUNCATED, f"{self.name} was cut off.", spent=Spent(_USAGE, 0.0))
