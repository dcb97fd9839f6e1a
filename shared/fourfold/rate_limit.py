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
_NEAR_THE_END = 8  # never more than this part of what is left to one process: the last ones are handed out one by one
_STRIPES = 64
_KNOWN_KEYS = 10_000


class Reservation(NamedTuple):
    """What the store gave: `granted` of the requests asked for (0: the window is full), `used` in all with them, and
    when the window closes (seconds since the epoch).
    """

    granted: int
    used: int
    closes: float


class Windows(Protocol):
    """The shared store."""

    def reserve(self, key_id: str, count: int, limit: int) -> Reservation:
        """Takes up to `count` (1 or more) of the `limit` requests of the key's window, atomically."""


@dataclass(frozen=True)
class Rate:
    """Where a key stands after a request: may it go on, what is left, and how many seconds until the window closes."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int


@dataclass
class _Stock:
    """What this process holds of one window; `left` are reserved and unspent."""

    limit: int
    left: int
    used: int
    closes: float
    full: bool


class RateLimiter:
    """Counts requests for one process. Threads may share it; a call blocks only when it has to ask the store."""

    def __init__(self, windows: Windows, clock: Callable[[], float] = time.time) -> None:
        self._windows = windows
        self._clock = clock
        self._stocks: dict[str, _Stock] = {}
        self._turns = tuple(threading.Lock() for _ in range(_STRIPES))

    def take(self, key_id: str, limit: int) -> Rate:
        """Counts one request of the key, which may make `limit` (1 or more) in a minute."""
        with self._turns[hash(key_id) % _STRIPES]:
            now = self._clock()
            stock = self._stocks.get(key_id)
            if stock is None or now >= stock.closes or stock.limit != limit:
                stock = self._asked(key_id, limit, used=0)
            elif stock.left == 0 and not stock.full:
                stock = self._asked(key_id, limit, stock.used)
            allowed = stock.left > 0
            stock.left -= allowed
            remaining = stock.left + max(0, limit - stock.used)
            return Rate(allowed, limit, remaining, max(1, math.ceil(stock.closes - now)))

    def _asked(self, key_id: str, limit: int, used: int) -> _Stock:
        given = self._windows.reserve(key_id, _batch(limit, used), limit)
        if len(self._stocks) >= _KNOWN_KEYS:
            self._stocks.clear()
        stock = _Stock(limit, given.granted, given.used, given.closes, full=given.granted == 0)
        self._stocks[key_id] = stock
        return stock


def _batch(limit: int, used: int) -> int:
    return max(1, min(limit // _BATCHES_PER_WINDOW, (limit - used) // _NEAR_THE_END))
