"""The retry schedule of deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

# The limit of a receiver's Retry-After.
MAX_RETRY_AFTER: Final = timedelta(hours=12)


def delay_before_next(tries: int, delays_s: Sequence[int], retry_after_s: float | None) -> timedelta | None:
    """Returns the delay before the next attempt, or None if there is none.

    Args:
        tries: attempts made so far, at least 1.
        delays_s: the delay before each attempt, including the first.
        retry_after_s: the Retry-After of the last response. The greater of the two delays is used.
    """
    if tries >= len(delays_s):
        return None
    asked = timedelta() if retry_after_s is None else min(timedelta(seconds=retry_after_s), MAX_RETRY_AFTER)
    return max(timedelta(seconds=delays_s[tries]), asked)
