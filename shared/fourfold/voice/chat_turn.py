"""One turn of talk through the model chain: in plain text, and heard as it comes where somebody listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fourfold.config.models import ModelConfig
from fourfold.llm.fallback import Answer, Chain, CheckedAnswer, Deadline, NoWatcher
from fourfold.llm.port import (
    ChatMessage,
    ChatModel,
    ChatRequest,
    Completion,
    OnText,
    Repair,
)
from fourfold.persona import Persona

_EMPTY = "the answer was empty"
_REPAIR = "Your last try did not hold ({problems}). Answer the message once more, in character, in plain text."


@dataclass(frozen=True)
class ReplyListener:
    """Who hears a reply while it is written. `withdrawn` tells that what was heard so far does not stand."""

    on_text: OnText
    on_restart: Callable[[], None]


@dataclass(frozen=True)
class ChatTurn:
    """What is to be answered: the system prompt, the talk so far with the user's message last, and who speaks."""

    system: str
    messages: tuple[ChatMessage, ...]
    speaker: Persona | None


def ask(
    turn: ChatTurn,
    models: Sequence[ChatModel],
    config: ModelConfig,
    deadline: Deadline,
    listener: ReplyListener | None = None,
) -> Answer[str]:
    """The reply of the first model that gives one.

    Raises:
        ModelError: none did; `calls` tells what was tried.
    """

    def question(repair: Repair | None) -> ChatRequest:
        again = "" if repair is None else "\n\n" + _REPAIR.format(problems="; ".join(repair.problems))
        return ChatRequest(
            system=turn.system + again,
            messages=turn.messages,
            max_tokens=config.max_tokens,
            timeout_s=config.timeout_s,
            temperature=config.temperature,
            speaker=turn.speaker,
        )

    return Chain(
        models=[_ListenedModel(model, listener) for model in models],
        question=question,
        judge=_judge,
        deadline=deadline,
        watcher=NoWatcher(),
    ).ask()


def _judge(text: str) -> CheckedAnswer[str]:
    reply = text.strip()
    return CheckedAnswer(reply) if reply else CheckedAnswer(None, (_EMPTY,))


@dataclass
class _ListenedModel:
    """A chat model as a chain asks it. Whatever an earlier call let be heard is withdrawn before the next one."""

    model: ChatModel
    listener: ReplyListener | None

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: ChatRequest, /) -> Completion:
        listener = self.listener
        if listener is None:
            return self.model.reply(request)
        sent = False

        def heard(piece: str) -> None:
            nonlocal sent
            sent = True
            listener.on_text(piece)

        finished = False
        try:
            completion = self.model.reply(request, heard)
            finished = bool(completion.text.strip())
            return completion
        finally:
            if sent and not finished:
                listener.on_restart()
