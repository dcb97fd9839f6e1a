"""Reads and groups the usage of a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fourfold.http.problems import rejected
from fourfold.problem import FieldError
from fourfold.spending.spent import Account, Spent
from fourfold.storage.usage.counters import TooManyCountersError
from functions.api import wiring
from functions.api.usage.schemas import GroupBy, UsageFigures, UsageGroup, UsageReport

MAX_DAYS: Final = 366
DEFAULT_DAYS: Final = 30
_MOST_GROUPS: Final = 500
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days from `first` to `last`, both included."""

    first: date
    last: date

    def all(self) -> Iterable[date]:
        """Every day, in order."""
        return (self.first + _DAY * number for number in range((self.last - self.first).days + 1))


def days_of(first: date | None, last: date | None, today: date) -> Days:
    """Returns the days that a request asks for: by default the 30 that end today, or that end with `last`.

    Raises:
        ProblemError: 422, the range is empty or longer than MAX_DAYS.
    """
    last = last or max(today, first or today)
    if first is None:
        first = last - _DAY * min(DEFAULT_DAYS - 1, (last - date.min).days)
    if first > last:
        raise rejected([FieldError(pointer="from", code="after_end", detail="Must not be after `to`.")])
    if (last - first).days >= MAX_DAYS:
        detail = f"A range has at most {MAX_DAYS} days. Ask for several."
        raise rejected([FieldError(pointer="from", code="range_too_long", detail=detail)])
    return Days(first, last)


def usage_report(workspace_id: str, days: Days, group_by: GroupBy) -> UsageReport:
    """Returns the usage of the days.

    Raises:
        ProblemError: 422, the range holds too many counters for one reading.
    """
    groups: dict[str, Spent] = {day.isoformat(): Spent() for day in days.all()} if group_by == "day" else {}
    try:
        for day, account, spent in wiring.usage().between(workspace_id, days.first, days.last):
            name = day.isoformat() if group_by == "day" else _group(account, group_by)
            groups[name] = groups.get(name, Spent()) + spent
    except TooManyCountersError:
        detail = "The workspace used too many models and keys in this range for one answer. Ask for fewer days."
        raise rejected([FieldError(pointer="from", code="range_too_long", detail=detail)]) from None
    ordered = groups if group_by == "day" else _dearest(groups)
    return UsageReport(
        from_=days.first,
        to=days.last,
        group_by=group_by,
        data=tuple(UsageGroup(group=name, **dict(_figures(spent))) for name, spent in ordered.items()),
        total=_figures(sum(groups.values(), start=Spent())),
    )


def _group(account: Account, group_by: GroupBy) -> str:
    match group_by:
        case "key":
            return account.key_id or "none"
        case "model":
            return account.model
        case "step":
            return account.step
        case _:
            return account.kind


def _dearest(groups: Mapping[str, Spent]) -> dict[str, Spent]:
    """The groups with the highest cost first; those beyond _MOST_GROUPS as `other`."""
    ordered = sorted(groups.items(), key=lambda each: (-each[1].nano_usd, -each[1].calls, each[0]))
    found = dict(ordered[:_MOST_GROUPS])
    rest = ordered[_MOST_GROUPS:]
    return {**found, "other": sum((spent for _, spent in rest), start=Spent())} if rest else found


def _figures(spent: Spent) -> UsageFigures:
    tokens = spent.tokens
    read = tokens.input_tokens + tokens.cache_read_tokens + tokens.cache_write_tokens
    return UsageFigures(
        calls=spent.calls,
        failures=spent.failures,
        tokens=tokens,
        cached_share=round(tokens.cache_read_tokens / read, 4) if read else None,
        cost_usd=spent.usd,
        unpriced_calls=spent.unpriced,
    )
