"""One turn of talk through the model chain: in plain text, and heard as it comes where somebody listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fourfold.config.models import ModelConfig
from fourfold.language_model import (
    ChatMessage,
    ChatModel,
    ChatRequest,
    Completion,
    Heard,
    ModelFailure,
    Repair,
)
from fourfold.model_chain import Answer, Chain, Judgement, Pace

_SILENT = "the answer was empty"
_AGAIN = "Your last try did not hold ({problems}). Answer the message once more, in character, in plain text."


@dataclass(frozen=True)
class Listener:
    """Who hears a reply while it is written. `withdrawn` tells that what was heard so far does not stand."""

    heard: Heard
    withdrawn: Callable[[], None]


@dataclass(frozen=True)
class Turn:
    """What is to be answered: the system prompt, and the talk so far with the user's message last."""

    system: str
    messages: tuple[ChatMessage, ...]


def answered(
    turn: Turn, models: Sequence[ChatModel], config: ModelConfig, pace: Pace, listener: Listener | None = None
) -> Answer[str]:
    """The reply of the first model that gives one.

    Raises:
        ModelError: none did; `calls` tells what was tried.
    """

    def question(repair: Repair | None) -> ChatRequest:
        again = "" if repair is None else "\n\n" + _AGAIN.format(problems="; ".join(repair.problems))
        return ChatRequest(
            system=turn.system + again,
            messages=turn.messages,
            max_tokens=config.max_tokens,
            timeout_s=config.timeout_s,
            temperature=config.temperature,
        )

    return Chain(
        models=[_Speaker(model, listener) for model in models],
        question=question,
        judge=_judge,
        pace=pace,
        watcher=_Unwatched(),
    ).ask()


def _judge(text: str) -> Judgement[str]:
    said = text.strip()
    return Judgement(said) if said else Judgement(None, (_SILENT,))


@dataclass
class _Speaker:
    """A chat model as a chain asks it. Whatever an earlier call let be heard is withdrawn before the next one."""

    model: ChatModel
    listener: Listener | None

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: ChatRequest, /) -> Completion:
        listener = self.listener
        if listener is None:
            return self.model.reply(request)
        spoke = False

        def heard(piece: str) -> None:
            nonlocal spoke
            spoke = True
            listener.heard(piece)

        finished = False
        try:
            completion = self.model.reply(request, heard)
            finished = bool(completion.text.strip())
            return completion
        finally:
            if spoke and not finished:
                listener.withdrawn()


class _Unwatched:
    def repairing(self, place: int, model: str, problems: int) -> None:
        """Nobody watches: the calls are on the record."""

    def falling_back(self, place: int, model: str, following: str, failure: ModelFailure) -> None:
        """Nobody watches."""
