"""The documents of usage."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fourfold.persona import TokenUsage

GroupBy = Literal["day", "model", "step", "key", "kind"]


class UsageFigures(BaseModel):
    """What model calls came to; fields are as in the API."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    calls: int
    failures: int
    tokens: TokenUsage
    cached_share: float | None
    cost_usd: float
    unpriced_calls: int


class UsageGroup(UsageFigures):
    """The figures of one day, model, step, API key or kind of work."""

    group: str


class UsageReport(BaseModel):
    """The usage of a workspace from one UTC day to another, both included."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    from_: Annotated[date, Field(alias="from")]
    to: date
    group_by: str
    data: tuple[UsageGroup, ...]
    total: UsageFigures
