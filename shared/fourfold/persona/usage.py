"""Tokens and cost of model calls."""

from __future__ import annotations

from fourfold.persona.document import Document
from fourfold.steps import StepName


class TokenUsage(Document):
    """Tokens of one or more model calls. `input_tokens` excludes cached ones; `estimated`: no provider counted them."""

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: TokenUsage) -> TokenUsage:
        return TokenUsage(
            input_tokens=self.input_tokens + other.input_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
            estimated=self.estimated or other.estimated,
        )


class StepUsage(Document):
    """Tokens, cost and duration of one step over all attempts. `cost_usd` is null if a price is unknown."""

    tokens: TokenUsage
    cost_usd: float | None
    duration_ms: int


class Usage(Document):
    """Tokens and cost of a run, in total and by step."""

    tokens: TokenUsage = TokenUsage()
    cost_usd: float | None = 0.0
    by_step: dict[StepName, StepUsage] = {}  # noqa: RUF012 - pydantic copies it
