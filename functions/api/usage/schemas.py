"""Reply models of usage."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fourfold.persona import TokenUsage

GroupBy = Literal["day", "model", "step", "key", "kind"]


class UsageFigures(BaseModel):
    """What model calls came to.

    `failures` are calls without a usable answer; they may cost money too. `cached_share` is the part of the input
    tokens that was read from a provider's cache, null without input. `cost_usd` leaves out `unpriced_calls`, whose
    price is not known.
    """

    calls: int
    failures: int
    tokens: TokenUsage
    cached_share: float | None
    cost_usd: float
    unpriced_calls: int


class UsageGroup(UsageFigures):
    """The figures of one day, model, step, API key or kind of work.

    `group` is the day, `provider:model`, the step, the key's id, or the kind: `generation`, `audit`, `fingerprint`,
    `provocation`, `chat` or `parse`. The step of a chat or a job is its kind; that of an evaluation's replies to
    scenarios is `reply`. `none` is work that no key asked for, `other` all groups beyond the 500 that cost most.
    """

    group: str


class UsageReport(BaseModel):
    """The usage of a workspace from one UTC day to another, both included.

    `data` has every day of the range in order, or the groups with the highest cost first.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[date, Field(alias="from")]
    to: date
    group_by: GroupBy
    data: tuple[UsageGroup, ...]
    total: UsageFigures
