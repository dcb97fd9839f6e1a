"""What reaches a listener and a session of a reply: its words, and nothing of how they were thought of."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest

from fourfold.config.models import ModelConfig
from fourfold.llm.port import ChatMessage, ChatRequest, Completion, ModelError, ModelFailure, OnText
from fourfold.persona import TokenUsage
from fourfold.voice.chat_turn import ChatTurn, ReplyListener, ask
from tests.builders import VirtualClock

SAID = "The tide came in. I was there, with my boots on."
THOUGHTS = {
    "nothing": ("", SAID),
    "reasoning first": ("<think>The persona is a sailor.\nShort, then.</think>\n\n", SAID),
    "another name": ("<reasoning>short</reasoning>", SAID),
    "brackets": ("[THINK]short[/THINK]", SAID),
    "only the end of it": ("The persona is a sailor, so I answer briefly.\n</think>\n", SAID),
    "a channel": ("<|channel|>analysis<|message|>short<|end|><|channel|>final<|message|>", SAID),
    "an end token": ("", SAID + "<|im_end|>"),
    "another end token": ("<think>x</think>", SAID + "</s>\n"),
}


@dataclass
class Talker:
    """A chat model that streams its texts in pieces of `size` characters."""

    texts: list[str]
    size: int
    name: str = "scripted:1"
    truncated: bool = False
    requests: list[ChatRequest] = field(default_factory=list)

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        self.requests.append(request)
        text = self.texts.pop(0)
        if on_text is not None:
            for start in range(0, len(text), self.size):
                on_text(text[start : start + self.size])
        return Completion(text, "scripted", "1", TokenUsage(output_tokens=9), 0.0, truncated=self.truncated)


@dataclass
class Listener:
    """What somebody who reads the stream has in front of them."""

    shown: str = ""

    def heard(self, piece: str) -> None:
        self.shown += piece

    def withdrawn(self) -> None:
        self.shown = ""

    def listener(self) -> ReplyListener:
        return ReplyListener(self.heard, self.withdrawn)


def asked(talker: Talker, listener: ReplyListener | None = None) -> str:
    turn = ChatTurn("You are Ana.", (ChatMessage("user", "Hello?"),))
    return ask(turn, [talker], ModelConfig(), VirtualClock().deadline(), listener).value


@pytest.mark.parametrize(("thought", "said"), THOUGHTS.values(), ids=THOUGHTS.keys())
def test_reasoning_is_neither_said_nor_streamed(thought: str, said: str) -> None:
    assert asked(Talker([thought + said], 1)) == SAID
    for size in (*range(1, 12), 1000):
        reader = Listener()
        assert asked(Talker([thought + said], size), reader.listener()) == SAID
        assert reader.shown.strip() == SAID, f"in pieces of {size}"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_at_no_moment_is_opened_reasoning_shown(size: int) -> None:
    moments: list[str] = []
    listener = ReplyListener(moments.append, moments.clear)
    asked(Talker([THOUGHTS["reasoning first"][0] + SAID], size), listener)
    for shown in itertools.accumulate(moments):
        assert SAID.startswith(shown.strip())


@pytest.mark.parametrize("text", ["I love you <3 and [sic] a < b.", "Half a tag: <thi", "A list [1] of <b>things</b>."])
def test_what_only_looks_like_a_tag_is_said(text: str) -> None:
    for size in (1, 4, 1000):
        reader = Listener()
        assert asked(Talker([text], size), reader.listener()) == text
        assert reader.shown == text


def test_reasoning_without_a_reply_is_asked_once_more_and_is_then_no_answer() -> None:
    talker = Talker(["<think>Hm.</think>", SAID], 5)
    assert asked(talker) == SAID
    silent = Talker(["<think>Hm.</think>", "<think>Hm."], 5)
    reader = Listener()
    with pytest.raises(ModelError) as caught:
        asked(silent, reader.listener())
    assert caught.value.failure is ModelFailure.INVALID_OUTPUT
    assert len(caught.value.calls) == 2
    assert reader.shown == ""


def test_a_reply_that_reaches_its_greatest_length_is_used_and_said_to_be_cut_off() -> None:
    talker, reader = Talker([SAID], 5, truncated=True), Listener()
    turn = ChatTurn("You are Ana.", (ChatMessage("user", "Hello?"),))
    answer = ask(turn, [talker, talker], ModelConfig(), VirtualClock().deadline(), reader.listener())
    assert (answer.value, answer.truncated, reader.shown) == (SAID, True, SAID)
    assert [call.failure for call in answer.calls] == [ModelFailure.TRUNCATED], "no other call is paid for"


def test_effort_goes_along() -> None:
    talker = Talker([SAID], 5)
    turn = ChatTurn("You are Ana.", (ChatMessage("user", "Hello?"),))
    config = ModelConfig(model="anthropic:claude-opus-5-5", effort="low")
    ask(turn, [talker], config, VirtualClock().deadline())
    assert talker.requests[0].effort == "low"
