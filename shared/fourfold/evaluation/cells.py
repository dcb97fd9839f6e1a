"""A cell of an evaluation: the run in which one arm makes a persona of one brief. Its ids follow from its place."""

from __future__ import annotations

import hashlib
from datetime import datetime

from fourfold.config.engine import RunSettings
from fourfold.evaluation.models import BriefItem, Side
from fourfold.evaluation.record import Evaluation
from fourfold.ids import cell_id
from fourfold.persona import MAX_SEED
from fourfold.pipeline.new_run import NewRun, PersonaChoices, initial_state, new_run


def run_id_of(evaluation_id: str, brief: int, side: Side) -> str:
    """Returns the id of a cell's run: a cell that is started twice is one run."""
    return cell_id("run", evaluation_id, brief, side)


def persona_id_of(evaluation_id: str, brief: int, side: Side) -> str:
    """Returns the id of a cell's persona."""
    return cell_id("per", evaluation_id, brief, side)


def cell_run(evaluation: Evaluation, item: BriefItem, brief: int, side: Side, now: datetime) -> NewRun:
    """Returns the run of a cell. Nothing is stored yet. Both arms vary a brief by the same seed."""
    settings = RunSettings(evaluation.arm(side).config, evaluation.revisions)
    start = new_run(item.text, evaluation.workspace_id, settings, now, choices=PersonaChoices(seed=_seed(item.text)))
    ids = {
        "run_id": run_id_of(evaluation.id, brief, side),
        "persona_id": persona_id_of(evaluation.id, brief, side),
    }
    run = start.run.model_copy(
        update={
            "id": ids["run_id"],
            "persona_id": ids["persona_id"],
            "evaluation_id": evaluation.id,
            "author": evaluation.author,
        }
    )
    persona = start.persona.model_copy(
        update={
            "id": ids["persona_id"],
            "run_id": ids["run_id"],
            "pending_run_id": ids["run_id"],
            "evaluation_id": evaluation.id,
        }
    )
    return NewRun(persona, run, initial_state(run, item.text))


def _seed(brief: str) -> int:
    """A seed that follows from the brief, as the hash of its text does."""
    return int.from_bytes(hashlib.sha256(brief.encode("utf-8", "surrogatepass")).digest()[:8], "big") % (MAX_SEED + 1)
