"""Saves the deployment's definitions when they have changed, and drops what is old, beside the requests.

A save copies and encodes the state: where that can be done in a forked copy of this process, it stops nothing for
longer than the fork takes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.bridges.forked_workers import SUPPORTED
from infra.local.bridges.retention import forget_old_history
from infra.local.bridges.saved_state import newest_copy, save_states
from infra.local.bridges.store.database import Database
from infra.local.bridges.store.executions import Executions
from infra.local.bridges.store.expiry import Expiry
from infra.local.services import KEPT
from infra.local.start_in_fork import ForkError, start_in_fork

INTERVAL_SECONDS = 2.0
_RETENTION_EVERY = 15  # rounds

logger = logging.getLogger(__name__)


class PeriodicSave:
    """A thread that saves the definitions of an engine after a request that may have changed one."""

    def __init__(self, folder: Path, database: Database, changes: Callable[[], int]) -> None:
        """`changes` counts the requests so far that may have changed a definition."""
        self.failure: str | None = None
        """Why the last save failed; None after one that did not."""
        self._folder = folder
        self._database = database
        self._executions = Executions(database)
        self.expiry: Expiry | None = None
        """Deletes expired items; None until it is known which tables have a time to live."""
        self._changes = changes
        self._saved_at = 0
        self._own: Path | None = None
        self._saving = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="periodic-save", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when no save is under way and none will be, after a last one if anything changed."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._saved_at != self._changes():
            self.save()

    def save(self) -> None:
        """Save now. If that fails, `failure` and the log say why; the copies there are stay, and it is tried again."""
        with self._saving:
            changes = self._changes()
            try:
                if SUPPORTED:
                    with self._held():
                        wait = start_in_fork(self._save_states)
                    wait()
                else:
                    with self._held():
                        self._save_states()
            except (ForkError, OSError) as error:
                self.failure = str(error)
                logger.exception("the definitions could not be saved")
            else:
                self.failure, self._saved_at = None, changes
                self._own = newest_copy(self._folder)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """No request changes anything inside; how long they waited for that is logged."""
        with self._database.unit():
            began, used = time.monotonic(), time.thread_time()
            yield
            elapsed_ms, cpu_ms = (time.monotonic() - began) * 1000, (time.thread_time() - used) * 1000
        logger.info("a save of the definitions held requests for %.1f ms (%.1f ms of CPU)", elapsed_ms, cpu_ms)

    def _save_states(self) -> None:
        from ministack import app

        states: dict[str, Callable[[], Any]] = app._build_persistence_save_dict()  # noqa: SLF001 - the only list of them
        save_states(self._folder, {name: states[name] for name in sorted(KEPT & states.keys())}, self._own)

    def _run(self) -> None:
        rounds = 0
        while not self._stopping.wait(INTERVAL_SECONDS):
            rounds += 1
            self._database.recover()
            if rounds % _RETENTION_EVERY == 0:
                forget_old_history()
                self._executions.forget_old()
                if self.expiry is not None:
                    self.expiry.sweep()
            if self._saved_at != self._changes():
                self.save()
