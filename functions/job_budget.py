"""The budget of one background job: reserved when its worker starts, extended as it costs more, settled at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fourfold.jobs.job import JobFailedError
from fourfold.llm.port import ModelCall
from fourfold.progress.run import Run
from fourfold.spending.budget import PRICE_UNKNOWN, Budgets, Cap, reservation
from fourfold.spending.spent import NANO, nano_usd, spent_on
from functions.clock import now

# A worker lives for 15 minutes; its message is then delivered again within minutes.
_HELD: Final = timedelta(minutes=25)
# What a job reserves further when it has cost more than it reserved, as a share of that.
_FURTHER: Final = 0.1


@dataclass
class JobBudget:
    """The caps that limit a job. `reserved_usd` is what this worker knows to be reserved."""

    run: Run
    caps: tuple[Cap, ...]
    allow_unpriced: bool
    budgets: Budgets
    reserved_usd: float = 0.0

    def marked(self) -> Run:
        """Returns the run so that its end settles the budget."""
        return self.run.model_copy(update={"reserved_usd": self.reserved_usd})

    def reserve(self, usd: float | None) -> None:
        """Reserves the estimate.

        Raises:
            JobFailedError: the price of a model is not known, and the settings do not allow that.
            BudgetExceededError: a cap has less left.
        """
        if usd is None and not self.allow_unpriced:
            raise JobFailedError(PRICE_UNKNOWN)
        self.reserved_usd = usd or 0.0
        asked = reservation(self.caps, self.reserved_usd, now(), _HELD)
        self.budgets.reserve(self.run.workspace_id, self.run.id, asked)

    def require(self, paid: Sequence[ModelCall]) -> None:
        """Reserves more once the calls so far have cost more than is reserved.

        Raises:
            BudgetExceededError: a cap has too little left for it.
        """
        spent = nano_usd(spent_on("job", None, paid)) / NANO
        if spent <= self.reserved_usd:
            return
        further = spent - self.reserved_usd + _FURTHER * self.reserved_usd
        self.budgets.extend(self.run.workspace_id, self.run.id, reservation(self.caps, further, now(), _HELD))
        self.reserved_usd += further
