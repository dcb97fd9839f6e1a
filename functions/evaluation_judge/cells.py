"""What the cells of a pair came to: their runs, and the personas that these wrote."""

from __future__ import annotations

from collections.abc import Mapping

from fourfold.errors import FourfoldError
from fourfold.evaluation.cells import persona_id_of, run_id_of
from fourfold.evaluation.first_pairs import is_among_first, is_rejected
from fourfold.evaluation.models import Side
from fourfold.evaluation.record import PAIRS_AT_ONCE, Evaluation
from fourfold.persona import Persona
from fourfold.progress.run import Run, RunStatus
from functions.wiring import persona_store


class RunStillRunningError(FourfoldError):
    """The run of a cell has not ended."""


def ended_run(evaluation: Evaluation, brief: int, side: Side) -> Run | None:
    """Returns the run of a cell, or None.

    Raises:
        RunStillRunningError: it has not ended.
    """
    run = _stored_run(evaluation, brief, side)
    if run is not None and run.status is RunStatus.RUNNING:
        raise RunStillRunningError(run.id)
    return run


def is_side_rejected(evaluation: Evaluation, brief: int, runs: Mapping[Side, Run | None]) -> bool:
    """Whether the requests of a side were rejected in this pair and in all others of the first ones."""
    if not is_among_first(evaluation, brief):
        return False
    return any(
        is_rejected([run]) and is_rejected([_stored_run(evaluation, each, side) for each in range(PAIRS_AT_ONCE)])
        for side, run in runs.items()
    )


def written_persona(evaluation: Evaluation, brief: int, side: Side) -> Persona | None:
    """Returns the persona that a cell wrote, or None."""
    persona = persona_store().persona(evaluation.workspace_id, persona_id_of(evaluation.id, brief, side))
    return persona if persona is not None and persona.has_layers else None


def _stored_run(evaluation: Evaluation, brief: int, side: Side) -> Run | None:
    return persona_store().run(evaluation.workspace_id, run_id_of(evaluation.id, brief, side))
