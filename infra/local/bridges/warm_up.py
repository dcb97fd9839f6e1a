"""Worker processes started before they are needed, as provisioned concurrency does; no handler is called."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

STARTING_AT_ONCE = 2

logger = logging.getLogger(__name__)


class WarmUp:
    """Starts one process for each of some functions, in the order given, in the background."""

    def __init__(self, warm: Callable[[str], None], function_arns: Sequence[str]) -> None:
        """`warm` starts a function's process unless it runs."""
        self._warm = warm
        self._functions = tuple(function_arns)
        self._waiting: list[str] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._stopping = False

    def start(self) -> None:
        """Returns at once. While it is at work, another start adds nothing."""
        with self._lock:
            if self._stopping or any(thread.is_alive() for thread in self._threads):
                return
            self._waiting = list(self._functions)
            self._threads = [
                threading.Thread(target=self._run, name=f"warm-up-{number}", daemon=True)
                for number in range(STARTING_AT_ONCE)
            ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when no process is being started."""
        self._stopping = True
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stopping:
            with self._lock:
                if not self._waiting:
                    return
                arn = self._waiting.pop(0)
            try:
                self._warm(arn)
            except Exception:  # a handler that cannot be imported shows itself in its first invocation too
                logger.exception("no worker could be started for %s", arn)
