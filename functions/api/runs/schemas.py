"""Reply models of the run routes, and the receipt of every route that starts a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from fourfold.persona import TokenUsage
from fourfold.problem import Problem
from fourfold.progress.run import RunKind, RunStatus


class RunReceipt(BaseModel):
    """A run in progress. Read it at `Location`, or follow its events. An evaluation has no persona."""

    run_id: str
    persona_id: str | None
    status: Literal["running", "completed", "failed"]


class RunUsage(BaseModel):
    """Tokens and cost of a run. `cost_usd` is null if a price is unknown."""

    tokens: TokenUsage
    cost_usd: float | None


class RunSummary(BaseModel):
    """A run in a list; `GET /v1/runs/{id}` has its steps. `usage` is null while the run is in progress."""

    id: str
    kind: RunKind
    persona_id: str | None
    evaluation_id: str | None
    status: RunStatus
    error: Problem | None
    usage: RunUsage | None
    started_at: datetime
    completed_at: datetime | None


class RunList(BaseModel):
    """A page of runs, newest first. Send `next_cursor` as `cursor` to get the next page; it is null at the end.

    A page may be shorter than `limit`, or empty, while `has_more` is true.
    """

    data: tuple[RunSummary, ...]
    has_more: bool
    next_cursor: str | None


class RunEvents(BaseModel):
    """The events of a run so far, in order. `has_more`: the run has not ended."""

    data: tuple[dict[str, Any], ...]
    has_more: bool
