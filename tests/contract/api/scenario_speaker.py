"""A chat model for scenarios, which keeps what it is asked. It speaks in many voices, and in one about the rent."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from fourfold.llm.port import ChatModel, ChatRequest, Completion, ModelRequest, OnText
from fourfold.persona import TokenUsage

RENT = "The rent is due on Friday, and I am forty short."
_SYLLABLES = ("ka", "lo", "mi", "ter", "sun", "vel", "dro", "pa", "zin", "ost", "ge", "hum")
_ALIKE = "Well, money comes and goes, as I always say, and so do I, so let us have some tea before we count it again."


@dataclass
class Speaker:
    """Answers each question with words of its own; those about RENT always with the same ones."""

    seed: int = 4
    cost_usd: float = 0.001
    name: str = "offline:composer-1"
    asked: list[str] = field(default_factory=list)
    dies_at: int = 0
    says: str | None = None

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a simulation

    def model(self, name: str) -> ChatModel:
        """Stands for `resolve_chat`."""
        self.name = name
        return self

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        del on_text
        message = request.messages[-1].text
        if self.dies_at and len(self.asked) + 1 == self.dies_at:
            self.dies_at = 0
            raise KilledError
        self.asked.append(message)
        text = _ALIKE if message == RENT else " ".join(self._word() for _ in range(20))
        text = text if self.says is None else self.says
        usage = TokenUsage(input_tokens=900, output_tokens=30)
        return Completion(text=text, provider="offline", model="composer-1", usage=usage, cost_usd=self.cost_usd)

    def _word(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=3))


class Mumbling:
    """A language model whose answers fit no schema."""

    name = "offline:composer-1"

    def complete(self, request: ModelRequest) -> Completion:
        del request
        return Completion(text="Hm.", provider="offline", model="composer-1", usage=TokenUsage(), cost_usd=0.001)


class KilledError(BaseException):
    """The process ends here: nothing catches it."""
