"""Decides when a prompt is marked for the provider's cache, and counts the writes that were never read.

A write costs a quarter more than plain input and a read a tenth of it, within five minutes. So a prefix is marked when
this process sent the same one within that time: a persona made alone pays no surcharge, and on a busy server the third
call reads what the second wrote. A model whose floor is above the prefix writes nothing, at no cost. A prefix that is
written again where it should have been read, or whose writes expire unread twice, is left unmarked for an hour. The
call that shows a wasted write has the note `cache_write_wasted` in its record.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from fourfold.llm.port import CACHE_WRITE_WASTED
from fourfold.models.provider import WireAnswer
from fourfold.models.usage import ReportedUsage

logger = logging.getLogger(__name__)

LIFE_S = 300.0
PAUSE_S = 3600.0
_MOST_EXPIRED = 2
_MOST_PREFIXES = 1024


@dataclass
class _Prefix:
    """What is known of one prefix; times are of the clock, None for never."""

    sent_at: float | None = None
    written_at: float | None = None
    written_tokens: int = 0
    wasted_in_a_row: int = 0
    paused_until: float = 0.0
    noted: bool = True  # whether a call has a note of the newest waste


@dataclass(frozen=True, slots=True)
class Marking:
    """Whether a call's prefix is marked, when the call was sent, and the hash that the prefix is known by."""

    marked: bool
    sent_at: float
    prefix: str


class CacheMarkers:
    """The prefixes that one model of this process was sent lately. Thread-safe; remembers at most 1,024 prefixes."""

    def __init__(self, model: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.wasted_writes = 0
        self.wasted_tokens = 0
        self._model = model
        self._clock = clock
        self._prefixes: OrderedDict[str, _Prefix] = OrderedDict()
        self._lock = threading.Lock()

    def marks(self, *prefix: str) -> Marking:
        """Whether the prefix is marked in the call that is about to be sent."""
        key = hashlib.sha256("\0".join(prefix).encode("utf-8", "replace")).hexdigest()
        with self._lock:
            known, now = self._known(key), self._clock()
            self._expire(known, now)
            repeated = known.sent_at is not None and now - known.sent_at < LIFE_S
            known.sent_at = now
            return Marking(repeated and now >= known.paused_until, now, key)

    def noted(self, answer: WireAnswer, marking: Marking) -> WireAnswer:
        """Returns the answer to a call with the notes on it."""
        return replace(answer, notes=(*answer.notes, *self.answered(marking, answer.usage)))

    def answered(self, marking: Marking, usage: ReportedUsage) -> tuple[str, ...]:
        """Takes in what the provider read from its cache and wrote to it for a call; returns the notes on the call."""
        with self._lock:
            known, now = self._known(marking.prefix), self._clock()
            if usage.cache_read_tokens:
                known.written_at, known.wasted_in_a_row = None, 0
            elif usage.cache_write_tokens and known.written_at is not None and marking.sent_at > known.written_at:
                self._waste(known)
                known.paused_until = now + PAUSE_S
            if usage.cache_write_tokens:
                known.written_at, known.written_tokens = now, usage.cache_write_tokens
            notes = () if known.noted else (CACHE_WRITE_WASTED,)
            known.noted = True
            return notes

    def _known(self, key: str) -> _Prefix:
        found = self._prefixes.setdefault(key, _Prefix())
        self._prefixes.move_to_end(key)
        if len(self._prefixes) > _MOST_PREFIXES:
            self._prefixes.popitem(last=False)
        return found

    def _expire(self, known: _Prefix, now: float) -> None:
        if known.written_at is None or now - known.written_at < LIFE_S:
            return
        self._waste(known)
        known.written_at = None
        known.wasted_in_a_row += 1
        if known.wasted_in_a_row >= _MOST_EXPIRED:
            known.paused_until, known.wasted_in_a_row = now + PAUSE_S, 0

    def _waste(self, known: _Prefix) -> None:
        known.noted = False
        self.wasted_writes += 1
        self.wasted_tokens += known.written_tokens
        logger.info("a cache write was not read", extra={"model": self._model, "tokens": known.written_tokens})
