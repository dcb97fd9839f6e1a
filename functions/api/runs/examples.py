"""OpenAPI examples of the run routes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fourfold.persona import TokenUsage
from fourfold.progress.run import Run, RunKind, RunStatus
from functions.api.openapi.example_values import AT, PERSONA_ID, RUN_ID, TOKENS, USAGE, by_schema
from functions.api.runs.schemas import RunEvents, RunList, RunReceipt, RunSummary, RunUsage

_RUN: dict[str, Any] = {
    "id": RUN_ID,
    "persona_id": PERSONA_ID,
    "workspace_id": "ws_acme",
    "status": "completed",
    "attempts": [
        {
            "attempt": 1,
            "overall": 4.1,
            "steps": [
                {
                    "step": "soul_draft",
                    "provider": "anthropic",
                    "model": "claude-opus-4-7",
                    "duration_ms": 9120,
                    "tokens": TOKENS,
                    "cost_usd": 0.018,
                }
            ],
        }
    ],
    "usage": USAGE,
    "config_hash": "cfg_335d413678a45a15",
    "started_at": AT,
    "completed_at": AT + timedelta(seconds=33),
}
_SUMMARY = RunSummary(
    id=RUN_ID,
    kind=RunKind.GENERATION,
    persona_id=PERSONA_ID,
    evaluation_id=None,
    status=RunStatus.COMPLETED,
    error=None,
    usage=RunUsage(tokens=TokenUsage.model_validate(TOKENS), cost_usd=0.018),
    started_at=AT,
    completed_at=AT + timedelta(seconds=33),
)
_EVENT = {
    "seq": 1,
    "type": "run.started",
    "run_id": RUN_ID,
    "persona_id": PERSONA_ID,
    "at": "2026-11-23T09:00:00.000Z",
}


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return by_schema(
        [
            Run.model_validate(_RUN),
            RunReceipt(run_id=RUN_ID, persona_id=PERSONA_ID, status="running"),
            RunList(data=(_SUMMARY,), has_more=False, next_cursor=None),
            RunEvents(data=(_EVENT,), has_more=True),
        ]
    )
