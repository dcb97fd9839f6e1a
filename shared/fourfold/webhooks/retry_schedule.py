"""When a delivery that failed is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

# A receiver may ask for more time than the schedule gives, but not for ever.
LONGEST_RETRY_AFTER: Final = timedelta(hours=12)


def delay_before_next(tries: int, delays_s: Sequence[int], retry_after_s: float | None) -> timedelta | None:
    """How long to wait before the next attempt; None if there is none.

    Args:
        tries: attempts made so far, at least one.
        delays_s: the wait before each attempt, the first one included.
        retry_after_s: what the receiver asked for in its last answer; the longer of the two waits counts.
    """
    if tries >= len(delays_s):
        return None
    asked = timedelta() if retry_after_s is None else min(timedelta(seconds=retry_after_s), LONGEST_RETRY_AFTER)
    return max(timedelta(seconds=delays_s[tries]), asked)
