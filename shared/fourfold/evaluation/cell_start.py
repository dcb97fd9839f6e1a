"""Starts a cell of an evaluation: stores its run once, and returns what its execution is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fourfold.evaluation.cells import cell_run
from fourfold.evaluation.models import Side
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.store import EvaluationStore
from fourfold.pipeline.new_run import NewRun, initial_state, log_start
from fourfold.pipeline.run_context import RunContext, identity_of
from fourfold.pipeline.submit import RunRepository, RunStoredError
from fourfold.progress.run import Run


@dataclass(frozen=True)
class CellStarts:
    """Starts cells. `slots` is how many runs the workspace may have in progress."""

    evaluations: EvaluationStore
    repository: RunRepository
    runs: RunContext
    slots: int

    def start(self, evaluation: Evaluation, brief: int, side: Side, stored: Run | None, now: datetime) -> NewRun:
        """Stores the cell's run unless it is `stored`; returns it with the same state as the first time.

        Raises:
            WorkspaceFullError: the workspace has `slots` runs in progress.
            EvaluationOverError: the evaluation has ended, or was deleted.
            LookupError: there is no such brief.
        """
        item = self.evaluations.brief(evaluation.workspace_id, evaluation.id, brief)
        if item is None:
            raise LookupError(f"{evaluation.id} has no brief {brief}")
        start = cell_run(evaluation, item, brief, side, now)
        if stored is None:
            try:
                self.repository.accept(start, None, None, self.slots)
            except RunStoredError:  # by another invocation for this cell, at the same time
                stored = self.runs.store.run(evaluation.workspace_id, start.run.id)
        if stored is not None:
            start = NewRun(start.persona, stored, initial_state(stored, item.text))
        log_start(self.runs.log_of(identity_of(start.run), 0))
        return start
