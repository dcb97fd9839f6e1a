"""One chat turn through the model chain: plain text, streamed to a listener if there is one.

Reasoning that a server leaves in the text is removed before anybody reads, scores or stores it.
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
from fourfold.persona import Persona

_SILENT = "the answer was empty"
_AGAIN = "Your last try did not hold ({problems}). Answer the message once more, in character, in plain text."


@dataclass(frozen=True)
class ReplyListener:
    """Receives a reply while it is written. `withdrawn` is called when what was received so far is not the reply."""

    heard: OnText
    withdrawn: Callable[[], None]


@dataclass(frozen=True)
class ChatTurn:
    """What is to be answered: the system prompt, the messages so far with the user's last, and the speaker."""

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
        ModelError: none did; `calls` holds every call sent.
    """

    def question(repair: Repair | None) -> ChatRequest:
        again = "" if repair is None else "\n\n" + _AGAIN.format(problems="; ".join(repair.problems))
        return ChatRequest(
            system=turn.system + again,
            messages=turn.messages,
            max_tokens=config.max_tokens,
            timeout_s=config.timeout_s,
            temperature=config.temperature,
            speaker=turn.speaker,
            effort=config.effort,
        )

    return Chain(
        models=[_Speaker(model, listener) for model in models],
        question=question,
        judge=_judge,
        deadline=deadline,
        watcher=NoWatcher(),
        settings="engine.chat",
    ).ask()


def _judge(text: str) -> CheckedAnswer[str]:
    said = without_reasoning(text)
    notes = () if said == without_end_tokens(text).strip() else (Note.REASONING_DROPPED,)
    return CheckedAnswer(said, notes=notes) if said else CheckedAnswer(None, (_SILENT,), ("reply",), notes)


@dataclass
class _Speaker:
    """A chat model as a chain asks it. What an earlier call streamed is withdrawn before the next one."""

    model: ChatModel
    listener: ReplyListener | None

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: ChatRequest, /) -> Completion:
        if self.listener is None:
            return self.model.reply(request)
        speech = _Speech(self.listener)
        finished = False
        try:
            completion = self.model.reply(request, speech.piece)
            speech.end()
            finished = bool(without_reasoning(completion.text))
            return completion
        finally:
            if not finished:
                speech.withdraw()


class _Speech:
    """One streamed reply on its way to a listener, without its reasoning."""

    def __init__(self, listener: ReplyListener) -> None:
        self._listener = listener
        self._filter = ReasoningFilter()
        self._withdrawals = 0
        self._spoke = False

    def piece(self, text: str) -> None:
        said = self._filter.feed(text)
        if self._filter.withdrawn > self._withdrawals:
            self._withdrawals = self._filter.withdrawn
            self.withdraw()
        self._say(said)

    def end(self) -> None:
        self._say(without_end_tokens(self._filter.rest()))

    def withdraw(self) -> None:
        if self._spoke:
            self._listener.withdrawn()
        self._spoke = False

    def _say(self, text: str) -> None:
        said = text if self._spoke else text.lstrip()
        if said:
            self._spoke = True
            self._listener.heard(said)
