"""A provider whose model answers everything the product asks: the pipeline's steps, the tone's reading, the suite's
judge, and chats."""

from __future__ import annotations

import itertools
import json
import re

from tests.providers.behaviours import Reply, Says
from tests.providers.composer import Composer
from tests.providers.conversations import conversation
from tests.providers.streams import Speaks
from tests.providers.wires import Provider, Received

_JUDGE = re.compile(r"^Task: judge\.", re.MULTILINE)
_TONE = re.compile(r"^Task: read the tone ", re.MULTILINE)
_STEP = re.compile(r"^Task: \w+\.", re.MULTILINE)
_QUESTIONS = re.compile(r"<questions>([^<>]*)</questions>")
_STREAMED = re.compile(r"[:/]stream|converse-stream")


class WholeProduct:
    """A behaviour. Chat replies are numbered, so that no two of them are the same text."""

    def __init__(self) -> None:
        self._composer = Composer()
        self._numbers = itertools.count(1)

    def reply(self, call: Received) -> Reply:
        turns = conversation(call)
        system = "\n".join(text for turn in turns if turn.role == "system" for text in turn.texts)
        if _JUDGE.search(system):
            return Says(_judgement([text for turn in turns for text in turn.texts])).reply(call)
        if _TONE.search(system):
            return Says(_tones()).reply(call)
        if _STEP.search(system):
            return self._composer.reply(call)
        words = f"Well, that is the way of it, I suppose. The tide came in {next(self._numbers)} times since, and I"
        pieces = (words, " was there for most of it, with my boots on.")
        return (Speaks(pieces) if _is_streamed(call) else Says("".join(pieces))).reply(call)


def _judgement(texts: list[str]) -> str:
    """No to every question: it needs no quotation."""
    questions = next(json.loads(found[1]) for text in texts if (found := _QUESTIONS.search(text)))
    answers = [{"criterion": each["id"], "quote": "", "why": "", "answer": "no"} for each in questions]
    return json.dumps({"answers": answers})


def _tones() -> str:
    """A reading of two texts; which of them came first is the product's secret."""
    neutral = dict.fromkeys(("warmth", "gravity", "intensity", "irony"), 0.0)
    return json.dumps({"first": neutral, "second": dict.fromkeys(neutral, 0.4)})


def _is_streamed(call: Received) -> bool:
    if call.provider in {Provider.GOOGLE, Provider.BEDROCK}:
        return bool(_STREAMED.search(call.path)) or "streamGenerateContent" in call.path
    return bool(call.body.get("stream"))
