"""Finds JSON values in a model's text: one pass over the text, however hostile it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

# Far above any answer's schema; the standard parser is recursive.
MAX_DEPTH: Final = 32
# An answer has some hundred of them, one with long reasoning before it some thousand. What follows more is not read.
_MAX_BRACKETS: Final = 50_000
_OPENING: Final = re.compile(r"[{\[]")
_STRUCTURE: Final = re.compile(r'[{}\[\]"]')
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_TRAILING_COMMA: Final = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*+[}\]])', re.DOTALL)
_PAIRS: Final = {"}": "{", "]": "["}


@dataclass(slots=True)
class Span:
    """A balanced pair of brackets in a text: `start` inclusive, `end` exclusive, and the pairs right inside of it."""

    start: int
    end: int = -1
    inner: list[Span] = field(default_factory=list)
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was read. `mended`: with trailing commas taken out, or raw control characters kept in strings."""

    value: Any
    start: int
    end: int
    mended: bool


def json_values(text: str) -> Iterator[Found]:
    """The outermost objects and lists that can be read as JSON, in the order of the text.

    Linear in the length of the text: brackets are paired once, and a piece of text is decoded at most MAX_DEPTH times.
    """
    waiting = _paired(text)[::-1]
    levels = [1] * len(waiting)
    while waiting:
        span, level = waiting.pop(), levels.pop()
        found = _read(text, span) if span.depth <= MAX_DEPTH else None
        if found is not None:
            yield found
        elif level < MAX_DEPTH:
            waiting += span.inner[::-1]
            levels += [level + 1] * len(span.inner)


def decoded(text: str) -> tuple[Any, bool]:
    """The value of a JSON text and whether it had to be mended.

    Raises:
        ValueError: it is none, it is nested deeper than MAX_DEPTH, or a number in it is not finite.
    """
    for mended, candidate in ((False, text), (True, _TRAILING_COMMA.sub(lambda found: found[1] or "", text))):
        try:
            return json.loads(candidate, parse_constant=_not_json, strict=not mended), mended
        except ValueError:
            continue
        except RecursionError:
            break
    raise ValueError("no JSON")


def _read(text: str, span: Span) -> Found | None:
    try:
        value, mended = decoded(text[span.start : span.end])
    except ValueError:
        return None
    return Found(value, span.start, span.end, mended)


def _not_json(constant: str) -> Any:  # noqa: ANN401 - never returns
    raise ValueError(constant)


def _paired(text: str) -> list[Span]:
    """The outermost bracket pairs of a text. Brackets in strings do not count; those without a partner are left out."""
    outermost: list[Span] = []
    stack: list[Span] = []
    place = opened = 0
    while opened < _MAX_BRACKETS and (mark := (_STRUCTURE if stack else _OPENING).search(text, place)) is not None:
        place = mark.end()
        match mark[0]:
            case '"':
                string = _STRING.match(text, mark.start())
                if string is None:
                    break  # never closed: nothing after it is structure
                place = string.end()
            case "{" | "[":
                stack.append(Span(mark.start()))
                opened += 1
            case closing if text[stack[-1].start] == _PAIRS[closing]:
                _close(stack, outermost, place)
            case _:  # brackets that cross: none of those open is JSON
                _give_up(stack, outermost)
    _give_up(stack, outermost)
    return outermost


def _close(stack: list[Span], outermost: list[Span], end: int) -> None:
    span = stack.pop()
    span.end = end
    if stack:
        stack[-1].inner.append(span)
        stack[-1].depth = max(stack[-1].depth, span.depth + 1)
    else:
        outermost.append(span)


def _give_up(stack: list[Span], outermost: list[Span]) -> None:
    for unclosed in stack:
        outermost += unclosed.inner
    stack.clear()
