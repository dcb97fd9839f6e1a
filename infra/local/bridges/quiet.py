"""Background jobs begin when no generation is at work, or after a while, so that a caller who makes one persona after
the other does not share the processor with the jobs of the last one. On AWS each invocation has a processor of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

QUIET_S: Final = 0.5
"""No execution for so long counts as quiet: longer than from a reply to the next run's first step."""
MOST_S: Final = 5.0
"""How long a job waits for quiet."""


class Quiet:
    """Which executions of state machines are at work, and for how long none has been."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._at_work = 0
        self._since = time.monotonic() - QUIET_S

    @contextmanager
    def execution(self) -> Iterator[None]:
        """An execution is at work inside."""
        with self._changed:
            self._at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                self._since = time.monotonic()
                self._changed.notify_all()

    def wait(self, quiet_s: float = QUIET_S, most_s: float = MOST_S) -> None:
        """Returns when none has been at work for `quiet_s`, or after `most_s`."""
        ends = time.monotonic() + most_s
        with self._changed:
            while (left_s := ends - time.monotonic()) > 0:
                missing_s = self._since + quiet_s - time.monotonic()
                if not self._at_work and missing_s <= 0:
                    return
                self._changed.wait(left_s if self._at_work else min(left_s, missing_s))
