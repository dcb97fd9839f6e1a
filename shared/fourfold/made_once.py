"""What a process makes once and keeps, although many threads may ask for it first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class MadeOnce(Generic[Made]):
    """A function whose results are kept by its arguments: called by many threads at first, it is executed once.

    `functools.cache` would execute it for each of them, and making a client takes a tenth of a second of CPU.
    """

    def __init__(self, make: Callable[..., Made]) -> None:
        self._make = make
        self._lock = threading.RLock()
        self._made: dict[tuple[Hashable, ...], Made] = {}

    def __call__(self, *arguments: Hashable) -> Made:
        """The result of the first call with these arguments. If that raises, the next call tries again."""
        if arguments not in self._made:
            with self._lock:
                if arguments not in self._made:
                    self._made[arguments] = self._make(*arguments)
        return self._made[arguments]

    def cache_clear(self) -> None:
        """The next call executes the function again."""
        self._made = {}
