"""What the routes of runs answer with, and what a route that starts a run does."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class RunReceipt(BaseModel):
    """A run that goes on without the caller: look at `Location`, or follow its events."""

    run_id: str
    persona_id: str
    status: Literal["running", "completed", "failed"]


class RunEvents(BaseModel):
    """The events of a run so far, in order. `has_more`: the run is not over."""

    data: tuple[dict[str, Any], ...]
    has_more: bool
