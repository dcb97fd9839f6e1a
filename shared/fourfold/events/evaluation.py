"""Events of evaluations."""

from __future__ import annotations

from typing import ClassVar, Literal

from fourfold.events.envelope import EventData
from fourfold.ids import EvaluationId, RunId
from fourfold.problem import Problem


class EvaluationCompleted(EventData):
    """An evaluation of B against A has ended with a verdict on B. Read it with `GET /v1/evaluations/{evaluation_id}`.

    `stopped` says why it ended early, and is null if it did not; its verdict is then `inconclusive`. `pairs` are the
    briefs whose runs ended on both sides. `cost_usd` counts calls without a known price as nothing.
    """

    detail_type: ClassVar[str] = "evaluation.completed"

    evaluation_id: EvaluationId
    run_id: RunId
    verdict: Literal["better", "worse", "equivalent", "inconclusive"]
    stopped: Literal["budget", "cancelled"] | None
    briefs: int
    pairs: int
    briefs_to_settle: int | None
    cost_usd: float
    duration_ms: int


class EvaluationFailed(EventData):
    """An evaluation has failed; `error` says why."""

    detail_type: ClassVar[str] = "evaluation.failed"

    evaluation_id: EvaluationId
    run_id: RunId
    error: Problem
    cost_usd: float
    duration_ms: int
