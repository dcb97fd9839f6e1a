"""Takes one of a workspace's numbered slots, whichever way they are stored."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import Final, TypeVar

_ATTEMPTS: Final = 8

Taken = TypeVar("Taken")


def take_free(limit: int, take: Callable[[int], Taken | None], held: Callable[[], Collection[int]]) -> Taken | None:
    """Returns what `take` returns for one of `limit` (1 or more) slots; None if all are held.

    `take` returns None for a slot that is held. `held` is read only where the slot that was tried is held, so a slot
    costs one write while most are free.
    """
    free = list(range(limit))
    for _ in range(_ATTEMPTS):
        taken = take(random.choice(free))  # noqa: S311 - spreads, keeps no secret
        if taken is not None:
            return taken
        others = held()
        free = [number for number in range(limit) if number not in others]
        if not free:
            return None
    return None  # others were faster at each attempt
