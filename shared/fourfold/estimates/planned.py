"""Calls that a run will make, and the estimate over them: models, calls, tokens and USD, each as a range.

Tokens are bytes divided by the ratio of OpenAI's o200k_base over this product's texts. Claude's tokenizers are not
published; claude-opus-4-7's is said to count up to 35 % more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from fourfold.config.models import ModelConfig
from fourfold.estimates.estimate import CountRange, Estimate, UsdRange
from fourfold.llm.model_names import traits_of
from fourfold.llm.port import Effort, ModelRequest, provider_and_model
from fourfold.models.prices import cost_usd
from fourfold.models.prompt import system_text, turns
from fourfold.models.schema import portable_schema
from fourfold.persona import TokenUsage

_INSTRUCTIONS, _MATERIAL, _SCHEMA = 4.25, 3.88, 3.64
# What a model that thinks may write before one answer, by effort. An assumption: no provider publishes it.
_THINKING: Final[dict[Effort | None, int]] = {
    None: 500,
    "minimal": 0,
    "low": 300,
    "medium": 1000,
    "high": 3000,
    "xhigh": 6000,
    "max": 10_000,
}


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """`least` to `most` calls of one kind, with the tokens of one of them; `part` is the step or the role."""

    part: str
    config: ModelConfig
    input_tokens: int
    output_tokens: int
    least: int = 1
    most: int = 1

    @property
    def thinking_tokens(self) -> int:
        """What the model may think before the answer."""
        if not traits_of(self.config.model).thinks:
            return 0
        return min(_THINKING[self.config.effort], max(0, self.config.max_tokens - self.output_tokens))

    def usd(self, thinking_tokens: int = 0) -> float | None:
        """USD of one call."""
        provider, model = provider_and_model(self.config.model)
        if provider == "offline":
            return 0.0
        usage = TokenUsage(input_tokens=self.input_tokens, output_tokens=self.output_tokens + thinking_tokens)
        return cost_usd(provider, model, usage)


def estimate_of(planned: Sequence[PlannedCall]) -> Estimate:
    """Sums planned calls."""
    low = [(call.least, call.usd()) for call in planned]
    high = [(call.most, call.usd(call.thinking_tokens)) for call in planned]
    each = [call.input_tokens + call.output_tokens for call in planned]
    return Estimate(
        models={call.part: call.config.model for call in planned},
        calls=CountRange(low=sum(call.least for call in planned), high=sum(call.most for call in planned)),
        tokens=CountRange(
            low=sum(call.least * tokens for call, tokens in zip(planned, each, strict=True)),
            high=sum(call.most * (tokens + call.thinking_tokens) for call, tokens in zip(planned, each, strict=True)),
        ),
        usd=UsdRange(low=_total(low), high=_total(high)),
    )


def instruction_tokens(text: str) -> int:
    """Tokens of a system prompt."""
    return round(len(text.encode("utf-8", "surrogatepass")) / _INSTRUCTIONS)


def material_tokens(text: str) -> int:
    """Tokens of material, messages and answers."""
    return round(len(text.encode("utf-8", "surrogatepass")) / _MATERIAL)


def request_tokens(request: ModelRequest) -> int:
    """Input tokens of a request."""
    texts = (part for turn in turns(request) for part in turn.parts)
    instructions = instruction_tokens(system_text(request))
    return instructions + _schema_tokens(request.output_type) + sum(map(material_tokens, texts))


def _schema_tokens(output_type: type[BaseModel]) -> int:
    """Tokens of an answer's schema, which providers bill as input."""
    return round(len(json.dumps(portable_schema(output_type), separators=(",", ":"))) / _SCHEMA)


def _total(parts: Iterable[tuple[int, float | None]]) -> float | None:
    total = 0.0
    for times, usd in parts:
        if usd is None:
            if times:
                return None
            continue
        total += times * usd
    return round(total, 6)
