"""Bridge: MiniStack saves its state on a clean stop only; this saves it every few seconds.

Each service's file is replaced as a whole (a kill in the middle of a save leaves the file of the save before), and
nothing is written while nothing happens. A save copies and encodes all state, for a well-used home seconds of work:
where that can be done aside, it neither slows down whoever is served nor trips over a table that changes meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from infra.local.bridges.forked_workers import SUPPORTED
from infra.local.bridges.retention import forget_old_history
from infra.local.engine import Engine
from infra.local.run_in_fork import ForkError, run_in_fork
from infra.local.services import KEPT

INTERVAL_SECONDS = 2.0
FULL_EVERY = 15  # rounds: log groups and the like change with every call, and losing some costs nobody anything
OFTEN = frozenset({"dynamodb", "eventbridge", "sqs", "ssm", "stepfunctions"})

logger = logging.getLogger(__name__)
_saving = threading.Lock()


class Snapshots:
    """A thread that saves the engine's state while it changes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when no save is under way and none will be."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        saved_at, was_busy, rounds = self._engine.requests, False, 0
        while not self._stopping.wait(INTERVAL_SECONDS):
            requests, busy = self._engine.requests, _invocations() > 0
            # One save more after the last sign of life: what a workflow does last is not a request.
            if requests != saved_at or busy or was_busy:
                rounds += 1
                try:
                    save_state(KEPT if rounds % FULL_EVERY == 0 else OFTEN)
                except Exception:  # a save that fails must not end all later ones; the log tells
                    logger.exception("the state could not be saved")
                was_busy = requests != saved_at or busy
                saved_at = requests


def save_state(services: frozenset[str]) -> None:
    """Save the state of these services (names of `infra.local.services`) now. If that fails, the log tells."""
    from ministack import app
    from ministack.core import persistence

    states: dict[str, Callable[[], Any]] = app._build_persistence_save_dict()  # noqa: SLF001 - the only list of them
    # SSM's is the last: it says which assembly is deployed, so what belongs to that must be there before.
    wanted = {name: states[name] for name in sorted(services, key="ssm".__eq__) if name in states}
    with _saving:
        forget_old_history()
        if not SUPPORTED:
            persistence.save_all(wanted)
            return
        try:
            run_in_fork(lambda: persistence.save_all(wanted))
        except ForkError:  # the files of the save before are there, and the next save is near
            logger.exception("the state could not be saved")


def _invocations() -> int:
    from ministack.services import lambda_svc

    running: int = lambda_svc.executions_in_flight()[0]
    return running
