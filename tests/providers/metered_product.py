"""A provider that answers whatever the product asks as the offline composer would, and meters it.

A real model writes at a length the composer does not: a reply of a chat is billed as at least `reply_tokens`.
"""

from __future__ import annotations

import json
import re

from fourfold.llm.port import ChatMessage, ChatRequest, ContextBlock, ModelRequest
from fourfold.provocation.judge import TASK
from fourfold.provocation.judge_report import JudgeReport
from fourfold_offline.chat.reply import reply
from fourfold_offline.composer import compose
from tests.providers.behaviours import Reply, Says
from tests.providers.composer import Composer
from tests.providers.conversations import Turn, conversation
from tests.providers.meter import Meter
from tests.providers.wires import Received

_STEP = re.compile(r"^Task: (\w+)\.", re.MULTILINE)
_BLOCK = re.compile(r"<(\w+)>([^<>]*)</\1>")
_FAR = 600.0


class MeteredProduct:
    """A behaviour, for the hosted providers."""

    def __init__(self, meter: Meter, reply_tokens: int = 45) -> None:
        self.meter = meter
        self._composer = Composer(meter)
        self._reply_tokens = reply_tokens

    def reply(self, call: Received) -> Reply:
        turns = conversation(call)
        system = "\n\n".join(text for turn in turns if turn.role == "system" for text in turn.texts)
        task = _STEP.search(system)
        if task is None:
            text = _said(system, turns)
            return Says(text, metered=self.meter.metered(call, text, self._reply_tokens)).reply(call)
        if task[1] != "judge":
            return self._composer.reply(call)
        text = _judged(system, turns)
        return Says(text, metered=self.meter.metered(call, text)).reply(call)


def _said(system: str, turns: tuple[Turn, ...]) -> str:
    messages = tuple(
        ChatMessage("assistant" if turn.role == "assistant" else "user", "".join(turn.texts))
        for turn in turns
        if turn.role != "system"
    )
    return reply(ChatRequest(system, messages, max_tokens=4096, timeout_s=_FAR)).text


def _judged(system: str, turns: tuple[Turn, ...]) -> str:
    texts = (text for turn in turns if turn.role == "user" for text in turn.texts)
    blocks = tuple(ContextBlock(name, json.loads(data)) for text in texts for name, data in _BLOCK.findall(text))
    return compose(ModelRequest(system, blocks, TASK, JudgeReport, max_tokens=4096, timeout_s=_FAR)).text
