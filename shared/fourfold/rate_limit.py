"""A rate limit per API key and minute across processes: fixed windows in a shared store, reserved in batches.

A key's window opens with its first request and closes 60 s later. A process reserves a batch of the window's requests
with one call to the store and counts them down in memory. A request is allowed only if it was reserved, so a window
never exceeds its limit, however many processes serve. Reserved requests that a process does not use expire with the
window: with P processes, up to (P - 1) x limit/60 requests may be refused early.
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
# A batch is at most this fraction of the remaining requests, so that the last ones are reserved one by one.
_MAX_SHARE_DIVISOR = 8
_LOCKS = 64
_MAX_KEYS = 10_000


class Reservation(NamedTuple):
    """The store's answer: `granted` requests (0: the window is full), `used` requests in total including these, and
    the time the window closes (Unix seconds).
    """

    granted: int
    used: int
    closes: float


class WindowStore(Protocol):
    """The shared store of windows."""

    def reserve(self, key_id: str, count: int, limit: int) -> Reservation:
        """Reserves up to `count` (at least 1) of the `limit` requests in the key's window, atomically."""


@dataclass(frozen=True)
class Rate:
    """The answer for one request: whether it is allowed, what remains, and seconds until the window closes."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int


@dataclass
class _Batch:
    """The requests of one window that this process reserved; `unspent` of them are not used yet."""

    limit: int
    unspent: int
    used: int
    closes: float
    full: bool


class RateLimiter:
    """Counts the requests of one process. Thread-safe; a call blocks only to reserve from the store."""

    def __init__(self, windows: WindowStore, clock: Callable[[], float] = time.time) -> None:
        self._windows = windows
        self._clock = clock
        self._batches: dict[str, _Batch] = {}
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def take(self, key_id: str, limit: int, times: int = 1) -> Rate:
        """Counts a request of the key against `limit` (at least 1) requests per minute.

        A request that counts `times` is allowed whole or not at all.
        """
        with self._locks[hash(key_id) % _LOCKS]:
            now = self._clock()
            batch = self._batches.get(key_id)
            if batch is None or now >= batch.closes or batch.limit != limit:
                batch = self._reserve(key_id, limit, 0, times)
            elif batch.unspent < times and not batch.full:
                batch = self._reserve(key_id, limit, batch.used, times - batch.unspent, batch)
            allowed = batch.unspent >= times
            batch.unspent -= times if allowed else 0
            remaining = batch.unspent + max(0, limit - batch.used)
            return Rate(allowed, limit, remaining, max(1, math.ceil(batch.closes - now)))

    def _reserve(self, key_id: str, limit: int, used: int, least: int, before: _Batch | None = None) -> _Batch:
        """Reserves a further batch, of at least `least` if the window has as many; adds what is unspent of `before`."""
        granted, now_used, closes = self._windows.reserve(key_id, max(least, _batch_size(limit, used)), limit)
        if len(self._batches) >= _MAX_KEYS:
            self._batches.clear()
        unspent = before.unspent if before is not None and before.closes == closes else 0
        batch = _Batch(limit, unspent + granted, now_used, closes, full=granted == 0)
        self._batches[key_id] = batch
        return batch


def _batch_size(limit: int, used: int) -> int:
    return max(1, min(limit // _BATCHES_PER_WINDOW, (limit - used) // _MAX_SHARE_DIVISOR))
