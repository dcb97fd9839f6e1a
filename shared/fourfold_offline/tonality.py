"""The tone of English texts on the four axes: read by counting words, and moved by phrases made of such words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from fourfold.persona import AxisName, Mask, Soul
from fourfold.pipeline.refine import Tone, ToneReading
from fourfold_offline.data_files import load
from fourfold_offline.step_input import StepInput

_MOST = 800  # Characters of a passage.
_FAR = 0.5  # A greater amount takes a second clause.


@dataclass(frozen=True, slots=True)
class End:
    """One end of an axis: words that say it, tones of a voice, clauses of its rhythm, sentences about a wish."""

    words: frozenset[str]
    tones: tuple[str, ...]
    clauses: tuple[str, ...]
    wishes: tuple[str, ...]


@cache
def _ends() -> dict[AxisName, dict[Literal["low", "high"], End]]:
    return load("en/tonality", dict[AxisName, dict[Literal["low", "high"], End]])


def read_tone(inputs: StepInput) -> ToneReading:
    """The tone of the two texts of a reading."""
    return ToneReading(first=tone_of(inputs.first), second=tone_of(inputs.second))


def tone_of(content: Any) -> Tone:  # noqa: ANN401 - JSON
    """The tone of all texts in a document: words of the high end less those of the low one, over both and 2."""
    words = [word for text in _texts(content) for word in re.findall(r"[a-z]+", text.casefold())]
    levels = {}
    for axis, ends in _ends().items():
        high, low = (sum(word in ends[end].words for word in words) for end in ("high", "low"))
        levels[axis] = round((high - low) / (high + low + 2), 2)
    return Tone.model_validate(levels)


def moved_mask(before: Mask, axis: AxisName, amount: float, inputs: StepInput) -> Mask:
    """The mask with another tone and a rhythm that says it; its lines stay."""
    end = _ends()[axis]["high" if amount > 0 else "low"]
    clauses = inputs.draw.some(f"refine/{axis}", end.clauses, _clauses(amount))
    return before.model_copy(
        update={
            "tone": inputs.draw.pick(f"refine/tone/{axis}", end.tones),
            "rhythm": _with(_without(before.rhythm, axis, amount), clauses),
        }
    )


def moved_soul(before: Soul, axis: AxisName, amount: float, inputs: StepInput) -> Soul:
    """The soul with sentences about its desire and its fear; what happened stays."""
    end = _ends()[axis]["high" if amount > 0 else "low"]
    wishes = inputs.draw.shuffled(f"refine/{axis}", end.wishes)
    fields = ("desire", "fear") if _clauses(amount) > 1 else ("desire",)
    moved = {field: _with(getattr(before, field), wishes[place : place + 1]) for place, field in enumerate(fields)}
    return before.model_copy(update=moved)


def _clauses(amount: float) -> int:
    return 2 if abs(amount) > _FAR else 1


def _without(text: str, axis: AxisName, amount: float) -> str:
    """The text without clauses that an earlier move towards the other end added."""
    for clause in _ends()[axis]["low" if amount > 0 else "high"].clauses:
        text = text.replace(clause, "").strip()
    return text or "Even."


def _with(text: str, sentences: list[str]) -> str:
    """The text with those of the sentences that it lacks and has room for."""
    for sentence in sentences:
        if sentence not in text and len(text) + len(sentence) < _MOST:
            text = f"{text} {sentence}"
    return text


def _texts(content: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)
