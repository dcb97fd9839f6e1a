"""The run of an evaluation, whose events are its progress."""

from __future__ import annotations

from fourfold.evaluation.record import Evaluation
from fourfold.progress.run import Run, RunKind, RunStatus


def run_of(evaluation: Evaluation, reserved_usd: float | None = None) -> Run:
    """Returns the run of an evaluation as it begins; `reserved_usd` is what it holds of budgets, None without a cap."""
    return Run(
        id=evaluation.run_id,
        kind=RunKind.EVALUATION,
        persona_id=None,
        workspace_id=evaluation.workspace_id,
        status=RunStatus.RUNNING,
        config_hash=evaluation.a.config_hash,
        config_revision=evaluation.revisions.workspace,
        config_revisions=evaluation.revisions,
        started_at=evaluation.created_at,
        author=evaluation.author,
        evaluation_id=evaluation.id,
        reserved_usd=reserved_usd,
    )
