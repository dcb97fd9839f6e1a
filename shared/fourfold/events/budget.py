"""The event of a budget that is nearly or wholly spent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from fourfold.events.envelope import EventData, bus_entry
from fourfold.ids import KeyId


class BudgetAlert(EventData):
    """A budget has reached 80 or 100 percent; each is published once a period.

    `scope` says whose budget it is, `key_id` which API key's (null: the workspace's). `period_start` is the UTC day or
    month, such as `2026-11-27` or `2026-11`. 100 is also published when work is first refused because too little is
    left. Work in progress is not in `spent_usd`.
    """

    detail_type: ClassVar[str] = "budget.alert"

    scope: Literal["workspace", "key"]
    key_id: KeyId | None
    period: Literal["day", "month"]
    period_start: str
    percent: Literal[80, 100]
    limit_usd: float
    spent_usd: float
    renews_at: datetime


def budget_alert_entry(data: BudgetAlert, workspace_id: str, occurred_at: datetime) -> dict[str, Any]:
    """Returns the bus entry of an alert. Its event id is derived from the budget, the period and the percentage."""
    occurrence = f"budget/{workspace_id}/{data.key_id or ''}/{data.period_start}/{data.percent}"
    return bus_entry(data, workspace_id=workspace_id, correlation_id=occurrence, occurred_at=occurred_at)
