"""Answers that a job pays for, kept in waves: a worker that is killed loses one wave at most.

Storing each answer alone would cost a write for each of two hundred calls. So answers wait in memory until a wave is
full, and one write stores it. No more than WAVE calls are ever paid for and not stored: calls in flight count as well,
and a further one waits until a wave is stored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from fourfold.jobs.store import Checkpoints

# What the keys begin with that only the job itself reads: single answers, notes. Other keys are finished items.
WORKING = "~"
# Calls that may be in flight or answered and not stored: what a kill makes a job pay for again.
WAVE = 20
# A full wave: fewer answers are stored only at the end, so that a write is worth its price.
_FULL = 15


class Answers(Protocol):
    """What a job may do with its answers. `PaidAnswers` describes the methods."""

    def find(self, key: str) -> str | None:
        """The text kept under `key`, or None."""

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """The answer kept under `key`, or the one that `make` pays for."""

    def add(self, key: str, text: str, replaces: str | None = None) -> None:
        """Keeps a text that cost nothing."""


class PaidAnswers:
    """The answers of one run, by key: those of earlier workers, and those of this one. Thread-safe."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints
        self._stored = dict(checkpoints.read())
        self._waiting: dict[str, str] = {}
        self._replaced: set[str] = set()
        self._answered = 0  # of `_waiting`, those that were paid for
        self._in_flight = 0
        self._changed = threading.Condition()

    def find(self, key: str) -> str | None:
        """The text kept under `key`, stored or not, or None."""
        with self._changed:
            return self._find(key)

    def stored(self, keys: Collection[str]) -> int:
        """How many of `keys` are stored: none of them is asked or paid for again."""
        with self._changed:
            return sum(key in self._stored for key in keys)

    def all(self) -> Mapping[str, str]:
        """Everything that is kept, stored or not."""
        with self._changed:
            return {**self._stored, **self._waiting}

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """The answer kept under `key`, or the one that `make` pays for.

        Waits while WAVE calls are in flight or not stored.

        Raises:
            RunOverError: the run ended, or its persona was deleted.
            Exception: what `make` raises.
        """
        with self._changed:
            found = self._find(key)
            if found is not None:
                return found
            self._await_turn()
            self._in_flight += 1
        text = None
        try:
            text = make()
        finally:
            with self._changed:
                self._in_flight -= 1
                if text is not None:
                    self._waiting[key] = text
                    self._answered += 1
                self._changed.notify_all()
        return text

    def add(self, key: str, text: str, replaces: str | None = None) -> None:
        """Keeps a text that cost nothing, with the next wave. It replaces the answers under the prefix `replaces`."""
        with self._changed:
            self._waiting[key] = text
            if replaces is not None:
                self._replaced |= {one for one in self._stored if one.startswith(replaces)}
                for one in [one for one in self._waiting if one.startswith(replaces)]:
                    del self._waiting[one]

    def store(self) -> None:
        """Stores what waits.

        Raises:
            RunOverError: the run ended, or its persona was deleted.
        """
        with self._changed:
            self._store()

    def _find(self, key: str) -> str | None:
        return self._waiting.get(key, self._stored.get(key))

    def _await_turn(self) -> None:
        while self._in_flight + self._answered >= WAVE:
            if self._answered >= _FULL or self._in_flight == 0:
                self._store()
            else:
                self._changed.wait()

    def _store(self) -> None:
        if self._waiting:
            self._checkpoints.add(self._waiting, self._replaced)
        self._stored = {key: text for key, text in self._stored.items() if key not in self._replaced} | self._waiting
        self._waiting, self._replaced, self._answered = {}, set(), 0
        self._changed.notify_all()


@dataclass(frozen=True)
class PartOfAnswers:
    """The answers of one part of a job, which chooses its keys without regard to the other parts."""

    whole: Answers
    name: str

    def find(self, key: str) -> str | None:
        """The text that the part keeps under `key`, or None."""
        return self.whole.find(part_key(self.name, key))

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """The part's answer under `key`, or the one that `make` pays for. Raises as `PaidAnswers.get_or_make`."""
        return self.whole.get_or_make(part_key(self.name, key), make)

    def add(self, key: str, text: str, replaces: str | None = None) -> None:
        """Keeps a text of the part, in place of its answers under the prefix `replaces`."""
        self.whole.add(part_key(self.name, key), text, None if replaces is None else part_key(self.name, replaces))


def part_key(name: str, key: str) -> str:
    """The key of a part's text among those of the whole job: what only the job reads remains so."""
    return f"{WORKING if key.startswith(WORKING) else ''}{name}/{key}"


def texts_of_part(stored: Mapping[str, str], name: str) -> dict[str, str]:
    """The texts of one part, by its own keys."""
    prefixes = (f"{name}/", f"{WORKING}{name}/")
    return {
        key.removeprefix(prefix): text for prefix in prefixes for key, text in stored.items() if key.startswith(prefix)
    }
