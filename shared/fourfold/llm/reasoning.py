"""Separates a model's reasoning from its answer where a server leaves both in one text.

Open models mark reasoning with tags of their own; chat templates often write the opening tag into the prompt, so that
only the closing tag is in the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAMES: Final = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|seed:think"
# Qwen, DeepSeek and most others; Mistral; Kimi; gpt-oss ("harmony" channels); tokens with bars.
_OPEN: Final = rf"<(?:{_NAMES})>|\[THINK\]|◁think▷|<\|channel\|>analysis<\|message\|>|<\|begin_of_thought\|>"
_CLOSE: Final = rf"</(?:{_NAMES})>|\[/THINK\]|◁/think▷|<\|channel\|>final<\|message\|>|<\|end_of_thought\|>"
CLOSING_TAG: Final = re.compile(_CLOSE, re.IGNORECASE)
_TAG: Final = re.compile(rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})", re.IGNORECASE)

# Tokens that end an answer or a turn and that some servers leave in the text.
_END_NAMES: Final = "s|eos|end_of_turn|end_of_text|end_of_sentence"
_END_TOKENS: Final = re.compile(rf"(?:\s|</?(?:{_END_NAMES})>|<[|｜][A-Za-z_▁0-9]{{1,40}}[|｜]>|\[/?INST\])+\Z")
_LONGEST_TAG: Final = 64
_UNFINISHED: Final = re.compile(r"[<\[◁]\S*\s*\Z")
_END_WINDOW: Final = 400


def without_reasoning(text: str) -> str:
    """The text without its reasoning and without the end tokens after it.

    Text before a closing tag that was never opened is reasoning; so is all text after a tag that is never closed.
    """
    reader = ReasoningFilter()
    return without_end_tokens(reader.feed(text) + reader.rest()).strip()


def without_end_tokens(text: str) -> str:
    """The text without white space and end tokens (`</s>`, `<|im_end|>`, ...) at its end."""
    start = max(0, len(text) - _END_WINDOW)
    return text[:start] + _END_TOKENS.sub("", text[start:])


@dataclass
class ReasoningFilter:
    """Passes on the parts of a streamed text that are no reasoning.

    `withdrawn` counts closing tags that were never opened: what was passed on before such a tag was reasoning.
    """

    withdrawn: int = 0
    _pending: str = ""
    _inside: bool = False

    def feed(self, piece: str) -> str:
        """What of the text so far can be passed on now; after a withdrawal, only what follows it."""
        text = self._pending + piece
        passed, place = "", 0
        for tag in _TAG.finditer(text):
            if tag["open"]:
                passed += "" if self._inside else text[place : tag.start()]
                self._inside = True
            elif self._inside:
                self._inside = False
            else:
                passed = ""
                self.withdrawn += 1
            place = tag.end()
        self._pending = text[place:]
        held = self._beginning_of_a_tag()
        ready, self._pending = self._pending[:held], self._pending[held:]
        return passed + ("" if self._inside else ready)

    def rest(self) -> str:
        """What was held back because it could have been the beginning of a tag."""
        ready, self._pending = self._pending, ""
        return "" if self._inside else ready

    def _beginning_of_a_tag(self) -> int:
        """Where a tag or an end token may begin that the next piece completes; the length of the text if none does."""
        found = _UNFINISHED.search(self._pending, max(0, len(self._pending) - _LONGEST_TAG))
        return len(self._pending) if found is None else found.start()
