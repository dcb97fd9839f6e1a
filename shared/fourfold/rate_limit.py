"""Requests of one API key in a minute, counted across processes: windows in a shared store, handed out in batches.

A key's window opens with its first request and closes 60 s later. A process does not ask the store for each request: it
reserves some of the window's requests at once and spends those by itself. Nothing is let through that was not reserved,
so a window never holds more than the limit, however many processes serve. What a process reserved and did not
spend is lost when the window closes: with P processes up to (P - 1) x limit/60 requests may be refused early.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

WINDOW_S = 60
_BATCHES_PER_WINDOW = 60
_MAX_SHARE_DIVISOR = (
    8  # never more than this part of what is unspent to one process: the last ones are handed out one by one
)
_LOCKS = 64
_MAX_KEYS = 10_000


class Reservation(NamedTuple):
    """What the store gave: `granted` of the requests asked for (0: the window is full), `used` in all with them, and
    when the window closes (seconds since the epoch).
    """

    granted: int
    used: int
    closes: float


class WindowStore(Protocol):
    """The shared store."""

    def reserve(self, key_id: str, count: int, limit: int) -> Reservation:
        """Takes up to `count` (1 or more) of the `limit` requests of the key's window, atomically."""


@dataclass(frozen=True)
class Rate:
    """The answer for one request: whether it is allowed, what remains, and seconds until the window closes."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int


@dataclass
class _Batch:
    """What this process holds of one window; `left` are reserved and unspent."""

    limit: int
    unspent: int
    used: int
    closes: float
    full: bool


class RateLimiter:
    """Counts requests for one process. Threads may share it; a call blocks only when it has to ask the store."""

    def __init__(self, windows: WindowStore, clock: Callable[[], float] = time.time) -> None:
        self._windows = windows
        self._clock = clock
        self._batches: dict[str, _Batch] = {}
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def take(self, key_id: str, limit: int) -> Rate:
        """Counts one request of the key, which may make `limit` (1 or more) in a minute."""
        with self._locks[hash(key_id) % _LOCKS]:
            now = self._clock()
            batch = self._batches.get(key_id)
            if batch is None or now >= batch.closes or batch.limit != limit:
                batch = self._reserve(key_id, limit, used=0)
            elif batch.unspent == 0 and not batch.full:
                batch = self._reserve(key_id, limit, batch.used)
            allowed = batch.unspent > 0
            batch.unspent -= allowed
            remaining = batch.unspent + max(0, limit - batch.used)
            return Rate(allowed, limit, remaining, max(1, math.ceil(batch.closes - now)))

    def _reserve(self, key_id: str, limit: int, used: int) -> _Batch:
        reservation = self._windows.reserve(key_id, _batch_size(limit, used), limit)
        if len(self._batches) >= _MAX_KEYS:
            self._batches.clear()
        batch = _Batch(limit, reservation.granted, reservation.used, reservation.closes, full=reservation.granted == 0)
        self._batches[key_id] = batch
        return batch


def _batch_size(limit: int, used: int) -> int:
    return max(1, min(limit // _BATCHES_PER_WINDOW, (limit - used) // _MAX_SHARE_DIVISOR))
