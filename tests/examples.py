"""How many random examples a test tries: a few in the gate, many in `make test-deep PART=random`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
MANY = "FOURFOLD_MANY_EXAMPLES"


def examples(few: int, many: int) -> int:
    """`many` where the environment asks for them. Tests that differ in this carry the marker `random`."""
    return many if os.environ.get(MANY) else few


def some(things: Sequence[T], few: int, turn: int) -> list[T]:
    """`few` of the things, others at each turn, and all of them where the environment asks for many."""
    first = turn * few % len(things)
    return [*things[first:], *things[:first]][: examples(few, len(things))]
