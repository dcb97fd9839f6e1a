"""A language model whose calls are paid from a budget: of an evaluation, or of a run that a cap limits.

The expected cost is reserved before a call is sent, and replaced by the real one afterwards. So the calls in flight
count, and the budget is passed at most by what calls cost more than expected. A process that dies in between leaves its
reservation, because that call was probably paid for; the repeated call has the same name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from fourfold.llm.port import (
    ChatModel,
    ChatRequest,
    Completion,
    LanguageModel,
    ModelError,
    ModelRequest,
    OnText,
)


class CallBudget(Protocol):
    """What calls are paid from. Amounts are in USD. `call` is equal for calls with the same request."""

    def reserve(self, call: str, usd: float) -> None:
        """Takes `usd` from what is left.

        Raises:
            StoppedError: less is left.
        """

    def settle(self, call: str, reserved: float, spent: float) -> None:
        """Replaces a reservation by what the call cost."""


def paid(budget: CallBudget, call: str, reserved: float, send: Callable[[], Completion]) -> Completion:
    """Sends a call, paid from a budget.

    Raises:
        ModelError: the model gave no answer.
        StoppedError: the budget does not suffice, or the work was cancelled; nothing was sent.
    """
    budget.reserve(call, reserved)
    try:
        completion = send()
    except ModelError as error:
        budget.settle(call, reserved, error.spent.cost_usd or 0.0)
        raise
    budget.settle(call, reserved, completion.cost_usd or 0.0)
    return completion


@dataclass(frozen=True)
class MeteredModel:
    """Implements `LanguageModel`. `expected_usd` returns the expected cost of a request, None if no price is known."""

    model: LanguageModel
    budget: CallBudget
    expected_usd: Callable[[str, ModelRequest], float | None]

    @property
    def name(self) -> str:
        """`provider:model`."""
        return self.model.name

    def complete(self, request: ModelRequest) -> Completion:
        """Answers once.

        Raises:
            ModelError: the model gave no answer.
            StoppedError: the budget does not suffice, or the work was cancelled; nothing was sent.
        """
        reserved = self.expected_usd(self.model.name, request) or 0.0
        return paid(self.budget, call_name(self.model.name, request), reserved, lambda: self.model.complete(request))


@dataclass(frozen=True)
class MeteredChatModel:
    """Implements `ChatModel` as `MeteredModel` does `LanguageModel`."""

    model: ChatModel
    budget: CallBudget
    expected_usd: Callable[[str, ChatRequest], float | None]

    @property
    def name(self) -> str:
        """`provider:model`."""
        return self.model.name

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        """Answers once. Raises as `MeteredModel.complete`."""
        reserved = self.expected_usd(self.model.name, request) or 0.0
        name = chat_call_name(self.model.name, request)
        return paid(self.budget, name, reserved, lambda: self.model.reply(request, on_text))


def chat_call_name(model: str, request: ChatRequest) -> str:
    """Returns a content hash of what a model is asked in a chat."""
    return _hash([model, request.system, *([each.role, each.text] for each in request.messages)])


def call_name(model: str, request: ModelRequest) -> str:
    """Returns a content hash of what a model is asked."""
    repair = None if request.repair is None else [request.repair.answer, *request.repair.problems]
    asked = [model, request.system, request.task, *(block.text() for block in request.context), repair]
    return _hash(asked)


def _hash(asked: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]
