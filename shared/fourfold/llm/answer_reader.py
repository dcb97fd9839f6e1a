"""Reads a model's answer: takes the one JSON object out of its wrapping and validates it.

Models wrap right answers in code fences, prose, reasoning, lists, tool calls and their schema's name. That wrapping is
removed here, and what was removed is noted. What does not fit the schema then is named by its field, so that a repair
can be asked for. Unknown keys are dropped, not errors: they cost a model nothing to write and the product ignores them.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from fourfold.llm.json_spans import Found, decoded, json_values
from fourfold.llm.reasoning import CLOSING_TAG, without_end_tokens
from fourfold.text_rules import cleaned

Output = TypeVar("Output", bound=BaseModel)

# An answer of 8,192 tokens has about 32,000 characters; the rest is room for reasoning.
MAX_CHARACTERS: Final = 400_000
# Wrappers around wrappers: a tool call in a list in a message, with its arguments as a JSON string.
_MAX_WRAPPERS: Final = 6
_MAX_CANDIDATES: Final = 16
_MAX_FAULTS: Final = 12
WHOLE: Final = "answer"
_BLANKS: Final = "\ufeff\u200b \t\r\n"
_LONGEST_NORMALIZED: Final = 3_000


class Note(StrEnum):
    """What was done to read an answer; the run record shows it."""

    UNWRAPPED = "answer_unwrapped"
    REASONING_DROPPED = "reasoning_dropped"
    FROM_REASONING = "answer_from_reasoning"
    MENDED = "json_mended"
    KEYS_DROPPED = "unknown_keys_dropped"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong with an answer: the field's path (`soul.desire`; `answer` for the whole) and why."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ReadAnswer(Generic[Output]):
    """What an answer came to. `value` is None where `faults` say why; `notes` say what was removed to read it."""

    value: Output | None
    faults: tuple[FieldFault, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An object found in an answer, and where: the place of its root in the text, then of each value down to it."""

    value: dict[str, Any]
    path: tuple[int, ...]


def read_answer(output_type: type[Output], text: str) -> ReadAnswer[Output]:
    """The answer in `text` as an `output_type`. Takes time linear in the length of the text, and never raises."""
    if len(text) > MAX_CHARACTERS:
        return _unread(f"is longer than {MAX_CHARACTERS} characters; give the JSON object alone")
    roots, notes = _roots(without_end_tokens(text.strip(_BLANKS)))
    names = frozenset(_names_of(output_type))
    shaped = list(islice(_objects(roots, names, (), 0), _MAX_CANDIDATES))
    outermost = [one for one in shaped if not any(_is_inside(one, other) for other in shaped)]
    if len({json.dumps(one.value, sort_keys=True) for one in outermost}) > 1:
        return _unread("holds several JSON objects that differ; give one")
    # Without an object of the schema's form, a single one still says which fields are missing.
    objects = [value for value in roots if isinstance(value, dict)]
    candidates = shaped or [_Candidate(value, (0,)) for value in objects if len(objects) == 1]
    if not candidates:
        return _unread("holds no JSON object of this schema; give the JSON object alone")
    read = [(_validated(output_type, one.value), one) for one in candidates]
    answer, chosen = next(((answer, one) for answer, one in read if answer.value is not None), read[0])
    if len(chosen.path) > 1:
        notes = (*notes, Note.UNWRAPPED)
    return ReadAnswer(answer.value, answer.faults, tuple(dict.fromkeys((*notes, *answer.notes))))


def _roots(text: str) -> tuple[list[Any], tuple[Note, ...]]:
    """The values outside of the reasoning, or all of them where none is; what was done to find them."""
    found = list(json_values(text))
    closing = _end_of_reasoning(text, found)
    after = [] if closing is None else list(json_values(text[closing:]))
    if after:
        return [one.value for one in after], _notes(after, text, Note.REASONING_DROPPED)
    if not found and text.startswith('"'):
        with suppress(ValueError):  # the object as a JSON string
            return [decoded(text)[0]], ()
    return [one.value for one in found], _notes(found, text, Note.UNWRAPPED if closing is None else Note.FROM_REASONING)


def _end_of_reasoning(text: str, found: Sequence[Found]) -> int | None:
    """The end of the last closing tag that is not inside of a value."""
    ends = [one.end for one in found]
    for tag in reversed(list(CLOSING_TAG.finditer(text))):
        following = bisect_right(ends, tag.start())
        if following == len(found) or found[following].start >= tag.end():
            return tag.end()
    return None


def _notes(found: Sequence[Found], text: str, wrapping: Note) -> tuple[Note, ...]:
    bare = len(found) == 1 and found[0].end - found[0].start == len(text)
    mended = any(one.mended for one in found)
    return (*(() if bare else (wrapping,)), *((Note.MENDED,) if mended else ()))


def _objects(values: Iterable[Any], names: frozenset[str], path: tuple[int, ...], depth: int) -> Iterator[_Candidate]:
    """The objects among `values`, and inside of them, that have a field of the schema; outer ones first."""
    for place, value in enumerate(values):
        here = (*path, place)
        if isinstance(value, dict) and not names.isdisjoint(value):
            yield _Candidate(value, here)
        if depth < _MAX_WRAPPERS:
            yield from _objects(_inside(value), names, here, depth + 1)


def _inside(value: object) -> Iterable[Any]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case str() if value.lstrip().startswith(("{", "[")):  # the arguments of a tool call are a JSON string
            with suppress(ValueError):
                return (decoded(value)[0],)
    return ()


def _is_inside(one: _Candidate, other: _Candidate) -> bool:
    return len(one.path) > len(other.path) and one.path[: len(other.path)] == other.path


def _validated(output_type: type[Output], value: dict[str, Any]) -> ReadAnswer[Output]:
    text = json.dumps(_clean(value))
    try:
        return ReadAnswer(output_type.model_validate_json(text))
    except ValidationError as error:
        known = all(fault["type"] != "extra_forbidden" for fault in error.errors(include_url=False))
    notes = () if known else (Note.KEYS_DROPPED,)
    try:
        return ReadAnswer(output_type.model_validate_json(text, extra="ignore"), notes=notes)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        vocabulary = _vocabulary(output_type)
        named = (FieldFault(_path(fault["loc"], vocabulary), fault["msg"]) for fault in faults)
        return ReadAnswer(None, tuple(named)[:_MAX_FAULTS], notes)


def _clean(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Strings in Unicode's composed form, without control characters and halves of surrogate pairs."""
    match value:
        case str():
            text = cleaned(value.replace("\r\n", "\n").replace("\r", "\n"))
            # Longer ones fit no field, and normalizing takes quadratic time on some.
            return unicodedata.normalize("NFC", text) if len(text) <= _LONGEST_NORMALIZED else text
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {_clean(key): _clean(item) for key, item in value.items()}
        case _:
            return value


def _path(location: tuple[int | str, ...], vocabulary: frozenset[str]) -> str:
    """The path of a field. Only names of the schema are in it: a key that the model chose is its text."""
    parts = [str(part) if isinstance(part, int) or part in vocabulary else "?" for part in location]
    return ".".join(parts) or WHOLE


def _names_of(output_type: type[BaseModel]) -> Iterator[str]:
    for name, field in output_type.model_fields.items():
        yield field.alias or name


@cache
def _vocabulary(output_type: type[BaseModel]) -> frozenset[str]:
    schema = output_type.model_json_schema(by_alias=True)
    definitions = {output_type.__name__: schema, **schema.get("$defs", {})}
    names = {name for each in definitions.values() for name in each.get("properties", {})}
    return frozenset(names | definitions.keys())


def _unread(reason: str) -> ReadAnswer[Any]:
    return ReadAnswer(None, (FieldFault(WHOLE, reason),))
