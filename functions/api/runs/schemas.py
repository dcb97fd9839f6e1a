"""Reply models of the run routes, and the receipt of every route that starts a run."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class RunReceipt(BaseModel):
    """A run in progress. Read it at `Location`, or follow its events."""

    run_id: str
    persona_id: str
    status: Literal["running", "completed", "failed"]


class RunEvents(BaseModel):
    """The events of a run so far, in order. `has_more`: the run has not ended."""

    data: tuple[dict[str, Any], ...]
    has_more: bool
