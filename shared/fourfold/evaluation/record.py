"""The stored record of an evaluation: what is compared, by which judge, for how much, and how it ended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from fourfold.config.engine import AuditConfig
from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.evaluation.measures import DEFAULT_METRICS
from fourfold.evaluation.models import MAX_BRIEFS, Arm, Side
from fourfold.ids import EvaluationId, RunId
from fourfold.persona import Document, Line
from fourfold.problem import Problem

# Pairs that are made at the same time; each makes one persona at a time.
PAIRS_AT_ONCE: Final = 4

StopReason = Literal["budget", "cancelled", "failed"]


class EvaluationStatus(StrEnum):
    """The status of an evaluation. All but `running` are final; every one of them may have a report."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Evaluation(Document):
    """An evaluation of B against A over the same briefs.

    `run_id` is its run, whose events are its progress. `judge` is the one judge of both arms. `repeats` is how often it
    judges each persona, `preferences` whether it also compares the personas of a pair. `brief_set` names a shipped set.
    `scenarios` are those that each persona answers, by name; none if no side replaces the message of one.
    The verdict rests on `metrics`; differences of scores up to `margin` (points of 5) make no difference in practice.
    `max_usd` is what all calls may cost together, `spent_usd` what they did cost; calls without a known price count as
    nothing. `stopped` says why the evaluation ended early. `author` is the id of the API key that asked for it.
    `delete_after` is when the evaluation and its personas are deleted; null: when it is asked for.
    """

    id: EvaluationId
    workspace_id: str
    run_id: RunId
    name: Line | None = None
    status: EvaluationStatus = EvaluationStatus.RUNNING
    a: Arm
    b: Arm
    judge: AuditConfig
    revisions: Revisions = UNCOMMITTED
    briefs: Annotated[int, Field(ge=1, le=MAX_BRIEFS)]
    brief_set: str | None = None
    repeats: Annotated[int, Field(ge=1)] = 1
    preferences: bool = True
    scenarios: tuple[str, ...] = ()
    metrics: Annotated[tuple[str, ...], Field(min_length=1)] = DEFAULT_METRICS
    margin: float
    max_usd: float
    spent_usd: float | None = None
    stopped: StopReason | None = None
    error: Problem | None = None
    author: str | None = None
    created_at: datetime
    completed_at: datetime | None = None
    delete_after: datetime | None = None

    def arm(self, side: Side) -> Arm:
        """Returns the arm of a side."""
        return self.a if side == "a" else self.b
