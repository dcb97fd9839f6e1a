"""Bridge: a generation that the API had stored, and whose execution the stop came before, is started.

Nothing was paid for it. Its execution's input follows from the stored run and persona, so it is the one that the API
would have given; a caller who repeats the request with its Idempotency-Key finds the run at work. What cannot be
rebuilt (a regeneration, a fork: the edits are not stored) is left to `unstarted_runs`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from fourfold.pipeline.new_run import NewRun, initial_state, log_start
from fourfold.pipeline.staleness import shows_no_work
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind
from fourfold.storage.personas.store import DynamoPersonaStore
from fourfold.storage.progress.events import DynamoEventStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Starter:
    """Where runs are stored, and how an execution is started: `start(name, input)`."""

    dynamodb: Any
    personas: str
    run_events: str
    start: Callable[[str, str], None]

    def resume(self, documents: Collection[str], executions: Collection[str]) -> list[str]:
        """Starts what has no execution among these running runs, and returns their ids.

        Args:
            documents: the runs as stored.
            executions: names of the executions that exist.
        """
        found = [run for run in map(_run, documents) if run is not None and run.id not in executions]
        started = [run.id for run in found if self._started(run)]
        if started:
            logger.info("started %d runs that the last stop left without an execution", len(started))
        return started

    def _started(self, run: Run) -> bool:
        persona = DynamoPersonaStore(self.dynamodb, self.personas, "").persona(run.workspace_id, run.owner)
        if persona is None or persona.has_layers or persona.parent_id is not None:
            return False
        events = DynamoEventStore(self.dynamodb, self.run_events, run.workspace_id, run.id)
        if not shows_no_work(run, list(events.entries())):
            return False
        log_start(RunLog(events, run.id, run.persona_id, 0, lambda: datetime.now(UTC)))
        self.start(run.id, NewRun(persona, run, initial_state(run, persona.intent)).execution_input())
        return True


def _run(document: str) -> Run | None:
    """The run of a new persona; None for every other."""
    try:
        run = Run.model_validate_json(document)
    except ValidationError:
        return None
    return run if run.kind is RunKind.GENERATION and run.evaluation_id is None and run.config is not None else None
