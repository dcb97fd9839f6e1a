"""What a request reserves of the budgets that limit it. Without a cap nothing is estimated, read or written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

from fourfold.estimates.estimate import Estimate
from fourfold.http.problems import ProblemError
from fourfold.ids import new_request_id
from fourfold.llm.port import ModelCall
from fourfold.spending.budget import (
    PRICE_UNKNOWN,
    RUN_HELD,
    BudgetExceededError,
    Cap,
    Reservation,
    reservation,
    workspace_caps,
)
from fourfold.spending.spent import nano_usd, spent_on
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller
from functions.clock import now
from functions.wiring import budgets

# A reply or a parsed brief of a process that ended holds nothing for longer.
_REPLY_HELD: Final = timedelta(minutes=6)


def caps_of(caller: AdmittedCaller) -> tuple[Cap, ...]:
    """The caps that limit the caller: the workspace's and the API key's own."""
    own = () if caller.usd_per_month is None else (Cap("month", caller.usd_per_month, caller.key_id),)
    return (*workspace_caps(caller.settings.api.limits), *own)


def asked_of_budget(
    caller: AdmittedCaller, estimate: Callable[[], Estimate], held: timedelta = RUN_HELD
) -> Reservation | None:
    """Returns what the work holds, by the high end of its estimate; None if no cap limits the caller.

    Raises:
        ProblemError: 402, the price of a model is not known, and the settings do not allow that.
    """
    caps = caps_of(caller)
    if not caps:
        return None
    usd = estimate().usd.high
    if usd is None and not caller.settings.api.limits.allow_unpriced:
        raise ProblemError(PRICE_UNKNOWN)
    return reservation(caps, usd or 0.0, now(), held)


async def run_reservation(caller: AdmittedCaller, estimate: Callable[[], Estimate]) -> Reservation | None:
    """Returns what a run holds, which is stored with the run. Raises as `asked_of_budget`."""
    if not caps_of(caller):
        return None
    return await wiring.in_thread(lambda: asked_of_budget(caller, estimate))


async def require_budget(caller: AdmittedCaller, estimate: Callable[[], Estimate], times: int = 1) -> None:
    """Checks that work has room now, so many `times`; it is reserved when the work starts.

    Raises:
        ProblemError: 402, a budget has too little left, or a price is not known.
    """
    if not caps_of(caller):
        return

    def check() -> None:
        asked = asked_of_budget(caller, estimate)
        if asked is not None:
            budgets().require_room(caller.workspace_id, replace(asked, nano_usd=times * asked.nano_usd))

    try:
        await wiring.in_thread(check)
    except BudgetExceededError as error:
        raise ProblemError(error.problem) from None


class Spending:
    """What work of one request came to: `calls` are added by the work."""

    def __init__(self) -> None:
        self.calls: list[ModelCall] = []


@contextmanager
def reserved(caller: AdmittedCaller, estimate: Callable[[], Estimate]) -> Iterator[Spending]:
    """Holds a part of the budgets while the body works, then settles its `calls`. It blocks.

    Raises:
        ProblemError: 402, a budget has too little left, or a price is not known.
    """
    spending, asked = Spending(), asked_of_budget(caller, estimate, _REPLY_HELD)
    if asked is None:
        yield spending
        return
    work_id = new_request_id()
    try:
        budgets().reserve(caller.workspace_id, work_id, asked)
    except BudgetExceededError as error:
        raise ProblemError(error.problem) from None
    try:
        yield spending
    finally:
        cost = nano_usd(spent_on("reply", None, spending.calls))
        budgets().settle(caller.workspace_id, work_id, cost)
