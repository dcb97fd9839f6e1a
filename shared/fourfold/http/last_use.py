"""Records when each API key was last used, about once a minute per key, without delaying requests."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

INTERVAL_S = 60.0
_MAX_REMEMBERED = 10_000


class LastUse:
    """Writes on a background thread. A write lost at process exit is repeated by a later request."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """`write(digest)` stores the current time as last use of the key; it must not raise."""
        self._write = write
        self._clock = clock
        self._last_noted: dict[str, float] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="last-use")

    def note(self, digest: str) -> None:
        """Records a use of the key with this SHA-256."""
        now = self._clock()
        if now - self._last_noted.get(digest, -INTERVAL_S) < INTERVAL_S:
            return
        if len(self._last_noted) >= _MAX_REMEMBERED:
            self._last_noted.clear()
        self._last_noted[digest] = now
        self._writer.submit(self._write, digest)

    def settle(self) -> None:
        """Waits for the writes of all uses noted before this call."""
        self._writer.submit(lambda: None).result()

    def close(self) -> None:
        """Waits for pending writes; no use can be noted after it."""
        self._writer.shutdown(wait=True)
