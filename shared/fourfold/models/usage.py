"""Token counts as providers report them: numbers of any kind, some of them missing."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from fourfold.persona import TokenUsage

# English and JSON come to about four bytes a token with every provider's tokenizer; used only where none reported.
BYTES_PER_TOKEN = 4
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class ReportedUsage:
    """What a provider reported of one call; None for a count that is missing. `input_tokens` are uncached ones."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    def completed(self, prompt_bytes: int, answer_bytes: int) -> TokenUsage:
        """The usage with what is missing counted from the texts, and marked as estimated."""
        cached = self.cache_read_tokens + self.cache_write_tokens
        guessed = max(0, prompt_bytes // BYTES_PER_TOKEN - cached), answer_bytes // BYTES_PER_TOKEN
        return TokenUsage(
            input_tokens=guessed[0] if self.input_tokens is None else self.input_tokens,
            cache_read_tokens=self.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens,
            output_tokens=guessed[1] if self.output_tokens is None else self.output_tokens,
            reasoning_tokens=self.reasoning_tokens,
            estimated=self.input_tokens is None or self.output_tokens is None,
        )


def counted(value: object) -> int | None:
    """A count as an integer: some servers report floats, some text. None for what is no count."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return round(value) if 0 <= value <= _MOST else None


def uncached(prompt: int | None, *cached: int) -> int | None:
    """Input tokens that were not cached, where the provider counts the cached ones in."""
    return None if prompt is None else max(0, prompt - sum(cached))
