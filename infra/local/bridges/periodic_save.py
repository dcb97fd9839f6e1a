"""Bridge: MiniStack saves its state on a clean stop only; this saves it every two seconds.

Each service's file is replaced as a whole, so a kill in the middle of a save leaves the previous file. Nothing is
written while nothing changes. A save copies and encodes the whole state, which takes seconds for a large home: it runs
in a forked child where that is safe, so that requests are not delayed and no table changes during the copy.
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
# Of the other services, log groups and metrics change with every call, and losing some of them does no harm.
FULL_EVERY = 15  # rounds
FREQUENT = frozenset({"dynamodb", "eventbridge", "sqs", "ssm", "stepfunctions"})

logger = logging.getLogger(__name__)
_saving = threading.Lock()


class PeriodicSave:
    """A thread that saves the engine's state every INTERVAL_SECONDS in which it may have changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when no save is running and none will start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        saved_at, was_busy, rounds = self._engine.requests, False, 0
        while not self._stopping.wait(INTERVAL_SECONDS):
            requests, busy = self._engine.requests, _invocations() > 0
            # One more save after the last activity: the end of a workflow is not a request.
            if requests != saved_at or busy or was_busy:
                rounds += 1
                try:
                    save_state(KEPT if rounds % FULL_EVERY == 0 else FREQUENT)
                except Exception:  # a failed save must not end the later ones
                    logger.exception("the state could not be saved")
                was_busy = requests != saved_at or busy
                saved_at = requests


def save_state(services: frozenset[str]) -> None:
    """Save the state of these services (names of `infra.local.services`) now. A failure is logged, not raised."""
    from ministack import app
    from ministack.core import persistence

    states: dict[str, Callable[[], Any]] = app._build_persistence_save_dict()  # noqa: SLF001 - the only list of them
    # SSM last: it names the deployed assembly, so the state of that deployment must be saved before.
    wanted = {name: states[name] for name in sorted(services, key="ssm".__eq__) if name in states}
    with _saving:
        forget_old_history()
        if not SUPPORTED:
            persistence.save_all(wanted)
            return
        try:
            run_in_fork(lambda: persistence.save_all(wanted))
        except ForkError:  # the previous files are kept, and the next save follows
            logger.exception("the state could not be saved")


def _invocations() -> int:
    from ministack.services import lambda_svc

    running: int = lambda_svc.executions_in_flight()[0]
    return running
