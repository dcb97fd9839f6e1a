"""One chat turn through the fallback chain of models, optionally streamed to a listener.

Reasoning that a server leaves in the text is removed before the reply is sent, scored or stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fourfold.config.models import ModelConfig
from fourfold.llm.answer_reader import Note
from fourfold.llm.fallback import Answer, Chain, CheckedAnswer, Deadline, NoWatcher
from fourfold.llm.port import (
    ChatMessage,
    ChatModel,
    ChatRequest,
    Completion,
    OnText,
    Repair,
)
from fourfold.llm.reasoning import ReasoningFilter, without_end_tokens, without_reasoning
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

    A reply that ends at `max_tokens` is returned with `truncated`: it is not repeated, and no other model is asked.

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
            effort=config.effort,
        )

    return Chain(
        models=[_ListenedModel(model, listener) for model in models],
        question=question,
        judge=_judge,
        deadline=deadline,
        watcher=NoWatcher(),
        settings="engine.chat",
    ).ask()


def _judge(text: str) -> CheckedAnswer[str]:
    reply = without_reasoning(text)
    notes = () if reply == without_end_tokens(text).strip() else (Note.REASONING_DROPPED,)
    return CheckedAnswer(reply, notes=notes) if reply else CheckedAnswer(None, (_EMPTY,), ("reply",), notes)


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
        if self.listener is None:
            return self.model.reply(request)
        stream = _ReplyStream(self.listener)
        finished = False
        try:
            completion = self.model.reply(request, stream.add)
            stream.end()
            finished = bool(without_reasoning(completion.text))
            return completion
        finally:
            if not finished:
                stream.restart()


class _ReplyStream:
    """Forwards one streamed reply to a listener, without its reasoning."""

    def __init__(self, listener: ReplyListener) -> None:
        self._listener = listener
        self._filter = ReasoningFilter()
        self._restarts = 0
        self._sent = False

    def add(self, piece: str) -> None:
        text = self._filter.feed(cleaned(piece))
        if self._filter.withdrawn > self._restarts:
            self._restarts = self._filter.withdrawn
            self.restart()
        self._send(text)

    def end(self) -> None:
        self._send(without_end_tokens(self._filter.rest()))

    def restart(self) -> None:
        if self._sent:
            self._listener.on_restart()
        self._sent = False

    def _send(self, text: str) -> None:
        text = text if self._sent else text.lstrip()
        if text:
            self._sent = True
            self._listener.on_text(text)
