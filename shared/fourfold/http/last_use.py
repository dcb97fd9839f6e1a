"""When a key was last used: noted about once a minute for each key, and never in a request's way."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

INTERVAL_S = 60.0
_MAX_REMEMBERED = 10_000


class LastUse:
    """Hands notes to a thread of its own. A note that is lost (the process ends) is made by the next request."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """`write(digest)` stores that the key was used now; it does not raise."""
        self._write = write
        self._clock = clock
        self._last_noted: dict[str, float] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="last-use")

    def note(self, digest: str) -> None:
        """The key whose text has this hash was used."""
        now = self._clock()
        if now - self._last_noted.get(digest, -INTERVAL_S) < INTERVAL_S:
            return
        if len(self._last_noted) >= _MAX_REMEMBERED:
            self._last_noted.clear()
        self._last_noted[digest] = now
        self._writer.submit(self._write, digest)

    def close(self) -> None:
        """Waits for the notes that are on their way."""
        self._writer.shutdown(wait=True)
