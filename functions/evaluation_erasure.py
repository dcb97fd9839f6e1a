"""The dependencies of erasing an evaluation with its personas."""

from __future__ import annotations

import os
import time

from fourfold.evaluation.erasing import EvaluationEraser
from fourfold.evaluation.record import Evaluation
from fourfold.personas.deletion import delete_persona
from fourfold.storage.client import dynamodb
from fourfold.storage.evaluations.erasure import DynamoEvaluationErasure
from functions.persona_deletion import persona_deleter
from functions.wiring import event_store


def erasure_store() -> DynamoEvaluationErasure:
    """What is left of evaluations that are being erased."""
    return DynamoEvaluationErasure(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


def evaluation_eraser() -> EvaluationEraser:
    """The dependencies of an erasure."""
    personas = persona_deleter()
    return EvaluationEraser(
        store=erasure_store(),
        delete_persona=lambda workspace_id, persona_id: delete_persona(workspace_id, persona_id, personas),
        clear_log=_clear_log,
        monotonic=time.monotonic,
    )


def _clear_log(evaluation: Evaluation) -> None:
    event_store(evaluation.workspace_id, evaluation.run_id).clear()
