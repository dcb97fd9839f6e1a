"""Worst inputs of a regular expression, derived from its syntax tree.

A backtracking engine takes more than linear time on a text that repeats what an unbounded repeat matches, if what
follows then fails: it tries every length of the repeat, and searches again from every position. So for each unbounded
repeat of a pattern, texts are made of a prefix that leads to it, many iterations, and an end that fails.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

UNBOUNDED = 300
_CANDIDATES = "aAzZ09_ \n\t.,;:!?-'’\"“”/|*#(){}[]<>@~`+=%$&\\é中あ٣\u00a0🦊"
_TAILS = ("", "!", "\n", "a")
_MOST_SAMPLES = 3

Node = tuple[Any, Any]


def attacks(pattern: str, flags: int, length: int) -> Iterator[str]:
    """Yields texts of about `length` characters, for every unbounded repeat of the pattern."""
    tree = _parser.parse(pattern, flags)
    for prefix, body in _repeats(list(tree), "", tree.state):
        for pump in _samples(body, tree.state):
            if not pump:
                continue
            for start, unit in ((prefix, pump), ("", prefix + pump), ("", prefix)):
                if unit:
                    for tail in _TAILS:
                        yield start + unit * (length // len(unit)) + tail


_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


def _children(kind: Any, argument: Any) -> list[list[Node]]:
    if kind is _constants.BRANCH:
        return [list(branch) for branch in argument[1]]
    if kind is _constants.SUBPATTERN:
        return [list(argument[3])]
    if kind is _constants.ATOMIC_GROUP:
        return [list(argument)]
    if kind in {_constants.ASSERT, _constants.ASSERT_NOT}:
        return [list(argument[1])]
    if kind is _constants.GROUPREF_EXISTS:
        return [list(part) for part in argument[1:] if part]
    return []


def _repeats(nodes: list[Node], before: str, state: Any) -> Iterator[tuple[str, list[Node]]]:
    """Yields (a text that leads to the repeat, its body) for every unbounded repeat."""
    prefix = before
    for kind, argument in nodes:
        if kind in _REPEATS:
            body = list(argument[2])
            if argument[1] >= UNBOUNDED:
                yield prefix, body
            yield from _repeats(body, prefix, state)
        else:
            for child in _children(kind, argument):
                yield from _repeats(child, prefix, state)
        prefix += _first_sample((kind, argument), state)


def _samples(nodes: list[Node], state: Any) -> list[str]:
    """Some texts that the nodes match in sequence."""
    parts = [_texts_of(node, state) for node in nodes]
    joined = ("".join(choice) for choice in itertools.product(*parts))
    return list(dict.fromkeys(itertools.islice(joined, _MOST_SAMPLES)))


def _first_sample(node: Node, state: Any) -> str:
    return next(iter(_texts_of(node, state)), "")


def _texts_of(node: Node, state: Any) -> list[str]:
    kind, argument = node
    if kind in {_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY}:
        if kind is _constants.LITERAL:
            return [chr(argument)]
        one = _compiler.compile(_parser.SubPattern(state, [node]), state.flags)
        named = [
            chr(value) for name, value in (argument if kind is _constants.IN else []) if name is _constants.LITERAL
        ]
        return list(dict.fromkeys(c for c in [*named, *_CANDIDATES] if one.fullmatch(c)))[:_MOST_SAMPLES] or [""]
    if kind in _REPEATS:
        return [text * max(1, argument[0]) for text in _samples(list(argument[2]), state)]
    if kind is _constants.BRANCH:
        return [text for branch in argument[1] for text in _samples(list(branch), state)[:2]][:_MOST_SAMPLES]
    if kind in {_constants.SUBPATTERN, _constants.ATOMIC_GROUP}:
        return _samples(_children(kind, argument)[0], state)
    return [""]
