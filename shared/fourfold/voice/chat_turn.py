"""One chat turn through the fallback chain of models, optionally streamed to a listener."""

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
from fourfold.text_rules import cleaned

_EMPTY = "the answer was empty"
_REPAIR = "Your last try did not hold ({problems}). Answer the message once more, in character, in plain text."


@dataclass(frozen=True)
class ReplyListener:
    """Receives a reply while it is generated.

    `on_text` gets each piece of text. `on_restart` says that the text sent so far is void: another model answers, or
    the reply is regenerated.
    """

    on_text: OnText
    on_restart: Callable[[], None]


@dataclass(frozen=True)
class ChatTurn:
    """The input of one turn: system prompt, messages with the user's last."""

    system: str
    messages: tuple[ChatMessage, ...]


def ask(
    turn: ChatTurn,
    models: Sequence[ChatModel],
    config: ModelConfig,
    deadline: Deadline,
    listener: ReplyListener | None = None,
) -> Answer[str]:
    """Returns the reply of the first model in the chain that gives a non-empty one.

    Raises:
        ModelError: no model answered; `calls` lists every call made.
    """

    def question(repair: Repair | None) -> ChatRequest:
        again = "" if repair is None else "\n\n" + _REPAIR.format(problems="; ".join(repair.problems))
        return ChatRequest(
            system=turn.system + again,
            messages=turn.messages,
            max_tokens=config.max_tokens,
            timeout_s=config.timeout_s,
            temperature=config.temperature,
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
    """A chat model that streams to a listener, and calls `on_restart` if a call fails after its first piece."""

    model: ChatModel
    listener: ReplyListener | None

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.model.name

    def complete(self, request: ChatRequest, /) -> Completion:
        """Calls the model and forwards its text to the listener."""
        listener = self.listener
        if listener is None:
            return self.model.reply(request)
        sent = False

        def forward(piece: str) -> None:
            nonlocal sent
            sent = True
            listener.on_text(cleaned(piece))

        finished = False
        try:
            completion = self.model.reply(request, forward)
            finished = bool(completion.text.strip())
            return completion
        finally:
            if sent and not finished:
                listener.on_restart()
