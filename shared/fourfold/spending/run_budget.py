"""The budget of one run: what it reserved when it began, and more of the caps once its calls cost more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from fourfold.llm.port import StoppedError
from fourfold.spending.budget import BudgetExceededError
from fourfold.spending.spent import NANO


class RunOverBudgetError(StoppedError):
    """A cap has too little left for the run's next call. The text is the problem as JSON, and holds nothing private."""


class RunHold(Protocol):
    """What a run holds of the caps that limit it."""

    def raise_to(self, nano_usd: int) -> None:
        """Holds at least this amount in every cap; repeated, it holds no more. A run that has ended holds nothing.

        Raises:
            BudgetExceededError: a cap has less left.
        """


@dataclass
class RunBudget:
    """Implements `CallBudget` for the calls of one step, which are sent one after the other.

    `reserved_usd` is what this step knows to be reserved, `spent_usd` what the run has spent. A call that fits into the
    difference reads and writes nothing.
    """

    hold: RunHold
    reserved_usd: float
    spent_usd: float

    def reserve(self, call: str, usd: float) -> None:  # noqa: ARG002 - a CallBudget
        """Counts the expected cost of a call, and reserves what the run does not hold yet.

        Raises:
            RunOverBudgetError: a cap has less left.
        """
        needed = self.spent_usd + usd
        if needed > self.reserved_usd:
            try:
                self.hold.raise_to(math.ceil(needed * NANO))
            except BudgetExceededError as error:
                raise RunOverBudgetError(error.problem.model_dump_json()) from None
            self.reserved_usd = needed
        self.spent_usd = needed

    def settle(self, call: str, reserved: float, spent: float) -> None:  # noqa: ARG002 - a CallBudget
        """Replaces the expected cost of a call by what it cost."""
        self.spent_usd += spent - reserved
