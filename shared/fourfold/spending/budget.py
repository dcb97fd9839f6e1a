"""Caps of what a workspace or an API key may spend in a day or a month (UTC), and what work reserves of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol

from fourfold.config.api import LimitsConfig
from fourfold.errors import LimitError
from fourfold.problem import Problem, problem
from fourfold.spending.spent import NANO

Period = Literal["day", "month"]
# What a run of the pipeline reserves is free after this time, whatever became of the run.
RUN_HELD: Final = timedelta(hours=1)
_IN_ADVERB: Final = {"day": "today", "month": "this month"}


@dataclass(frozen=True, slots=True)
class Cap:
    """The most USD for a period, of the workspace or, with `key_id`, of one API key."""

    period: Period
    usd: float
    key_id: str | None = None

    def period_of(self, at: datetime) -> str:
        """The period that holds a moment: `2026-11-27` or `2026-11`."""
        return f"{at.astimezone(UTC):{'%Y-%m-%d' if self.period == 'day' else '%Y-%m'}}"

    def renews_at(self, at: datetime) -> datetime:
        """When the period that holds `at` ends."""
        day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self.period == "day":
            return day + timedelta(days=1)
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)

    @property
    def nano_usd(self) -> int:
        """The cap in nano-USD."""
        return round(self.usd * NANO)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What work may cost, held in each of `caps` from `at` until it ends, or `until`."""

    caps: tuple[Cap, ...]
    nano_usd: int
    at: datetime
    until: datetime

    @property
    def usd(self) -> float:
        """The amount in USD, to the millionth."""
        return round(self.nano_usd / NANO, 6)


def workspace_caps(limits: LimitsConfig) -> tuple[Cap, ...]:
    """Returns the caps that a workspace's settings put on it."""
    wanted: tuple[tuple[Period, float | None], ...] = (("month", limits.usd_per_month), ("day", limits.usd_per_day))
    return tuple(Cap(period, usd) for period, usd in wanted if usd is not None)


def reservation(caps: tuple[Cap, ...], usd: float, at: datetime, held: timedelta) -> Reservation:
    """Returns the reservation of an amount, rounded up to a nano-USD."""
    return Reservation(caps, math.ceil(usd * NANO), at, at + held)


class BudgetExceededError(LimitError):
    """What work may cost is more than a cap has left. Nothing was spent."""

    def __init__(self, cap: Cap, left_usd: float, needed_usd: float, at: datetime) -> None:
        super().__init__(cap.period)
        self.cap = cap
        self.left_usd = max(0.0, round(left_usd, 6))
        self.needed_usd = needed_usd
        self.renews_at = cap.renews_at(at)

    @property
    def problem(self) -> Problem:
        """402, with what is left and when the budget renews."""
        whose = "This workspace" if self.cap.key_id is None else "This API key"
        until = f"{self.renews_at:%Y-%m-%dT%H:%M:%SZ}"
        detail = (
            f"{whose} may spend {self.cap.usd:g} USD {_IN_ADVERB[self.cap.period]}; {self.left_usd:g} USD are left, "
            f"and this may cost {self.needed_usd:g} USD. The budget renews at {until}. Wait until then, or raise it."
        )
        answer = problem("budget_exceeded", "The budget is exceeded", 402, detail)
        budget = {
            "scope": "workspace" if self.cap.key_id is None else "key",
            "period": self.cap.period,
            "limit_usd": self.cap.usd,
            "left_usd": self.left_usd,
            "needed_usd": self.needed_usd,
            "renews_at": until,
        }
        return answer.model_copy(update={"budget": budget})


PRICE_UNKNOWN: Final[Problem] = problem(
    "price_unknown",
    "The price of a model is not known",
    402,
    "A budget is set, and a model of this request has no list price. Choose another model, or set "
    "api.limits.allow_unpriced to true: its calls are then not limited.",
)


class Budgets(Protocol):
    """The budgets of all workspaces. `work_id` names the work that reserves, such as a run's id."""

    def reserve(self, workspace_id: str, work_id: str, asked: Reservation) -> None:
        """Holds the amount in every cap, or in none. Work that holds something already keeps it.

        Raises:
            BudgetExceededError: a cap has less left.
        """

    def extend(self, workspace_id: str, work_id: str, further: Reservation) -> None:
        """Holds a further amount for work that has a reservation. Raises as `reserve`."""

    def settle(self, workspace_id: str, work_id: str, nano_usd: int) -> None:
        """Replaces what the work holds by what it cost. Work that holds nothing is settled already."""
