"""A provider whose personas are as good as their prompts: scripted, so that an evaluation's answer is known beforehand.

The layers are the offline composer's. How good a persona is, is drawn when its soul is written: GOOD plus noise of the
generation. It is written into the soul as a mark, and the judge reads the mark and adds noise of its own. So a score
follows from what is on the wire alone. A task that contains one of the sentences below is obeyed:

    GENERIC            in soul_draft       the persona is WORSE points worse
    WITHOUT_CHAIN      in mask_build       the constraints are not read; a repair changes nothing
    SAME_WORDS         in mask_build       every mask has the same phrases
    FREE_AGE           in surface_ground   the age is another one than the brief's

and SHORT_MODEL cuts off nearly all of its souls. By chance, a surface has another age and a mask other words. Equal
requests get different draws, in the order in which they arrive.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from fourfold.persona import Dimension
from tests.providers.behaviours import Reply, Says
from tests.providers.composer import composed, problems_in
from tests.providers.conversations import conversation
from tests.providers.meter import Meter
from tests.providers.wires import Ending, Received

GOOD, WORSE = 3.9, 1.0
GENERATION_SD, JUDGE_SD = 0.25, 0.4
GENERIC = "Be generic."
WITHOUT_CHAIN = "Do not read the constraints."
SAME_WORDS = "Use the words that everyone uses."
FREE_AGE = "Choose any age."
SHORT_MODEL = "claude-haiku-4-5"
# A preference needs a difference that the judge can see.
_SEEN: Final = 0.3
_STEP = re.compile(r"^Task: (\w+)\.", re.MULTILINE)
_MARK = re.compile(r"\(mark (\d{3})\)")
_CONSTRAINTS = re.compile(r"<constraints>[^<>]*</constraints>")
# How often a surface has another age, and how often again after the repair was asked for.
_STRAYS, _STRAYS_AGAIN = 0.1, 0.5
_WORDS = ("anchor", "bellows", "candle", "ditch", "ember", "ferry", "gasket", "hinge", "jetty", "kiln", "oar", "pulley")
# How often SHORT_MODEL cuts off an answer.
_CUT_OFF = 0.95
_PHRASES = ["Well, that is how it is.", "I do what I can.", "You know how people are."]


class ScriptedQuality:
    """A behaviour. `seed` gives the draws."""

    def __init__(self, meter: Meter, seed: int = 0) -> None:
        self.meter = meter
        self._seed = seed
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def reply(self, call: Received) -> Reply:
        turns = conversation(call)
        system = "\n\n".join(text for turn in turns if turn.role == "system" for text in turn.texts)
        user = [text for turn in turns if turn.role == "user" for text in turn.texts]
        task = _STEP.search(system)
        if task is None:
            raise AssertionError("an evaluation asks the pipeline's steps and its judge alone")
        rng = self._draws(call)
        match task[1]:
            case "audit":
                text = _audited(user, rng)
            case "prefer":
                text = _preferred(user, rng)
            case step:
                said = "".join(text for turn in turns if turn.role == "assistant" for text in turn.texts)
                text = _written(step, system, user, said, rng)
        metered = self.meter.metered(call, text)
        if task[1] == "soul_draft" and call.model == SHORT_MODEL and rng.random() < _CUT_OFF:
            return Says(text[: len(text) // 2], Ending.TRUNCATED, metered).reply(call)
        return Says(text, metered=metered).reply(call)

    def _draws(self, call: Received) -> random.Random:
        asked = hashlib.sha256(json.dumps(call.body, sort_keys=True).encode()).hexdigest()
        with self._lock:
            self._asked[asked] += 1
            number = self._asked[asked]
        return random.Random(f"{self._seed} {asked} {number}")  # noqa: S311 - a simulation


def _written(step: str, system: str, user: list[str], said: str, rng: random.Random) -> str:
    problems = problems_in(user)
    if WITHOUT_CHAIN in system:
        user, problems = [_CONSTRAINTS.sub("", text) for text in user], []
    answer: dict[str, Any] = json.loads(composed(system, user, "" if WITHOUT_CHAIN in system else said, problems))
    if step in {"soul_draft", "single_call"}:
        quality = GOOD - (WORSE if GENERIC in system else 0.0) + rng.gauss(0.0, GENERATION_SD)
        answer["soul"]["wound"] += f" (mark {round(100 * min(5.0, max(0.0, quality))):03})"
    if step == "mask_build":
        answer["mask"]["vocabulary"] = [*answer["mask"]["vocabulary"][:6], *rng.sample(_WORDS, 3)]
    if SAME_WORDS in system:
        answer["mask"] |= {"signature_phrases": _PHRASES, "vocabulary": ["thing", "people", "work"], "tone": "neutral"}
    if step == "surface_ground" and (
        FREE_AGE in system or rng.random() < (_STRAYS_AGAIN if problems and said else _STRAYS)
    ):
        answer["surface"]["age"] = (answer["surface"]["age"] + 17) % 100
    return json.dumps(answer, ensure_ascii=False)


def _audited(user: Iterable[str], rng: random.Random) -> str:
    score = round(min(5.0, max(0.0, _marks(user)[0] + rng.gauss(0.0, JUDGE_SD))), 2)
    return json.dumps({"findings": [], "scores": dict.fromkeys((each.value for each in Dimension), score)})


def _preferred(user: Iterable[str], rng: random.Random) -> str:
    first, second = _marks(user)
    seen = first - second + rng.gauss(0.0, JUDGE_SD)
    prefers = "neither" if abs(seen) < _SEEN else "first" if seen > 0 else "second"
    return json.dumps({"reasons": [], "prefers": prefers})


def _marks(user: Iterable[str]) -> list[float]:
    return [int(mark) / 100 for text in user for mark in _MARK.findall(text)]
