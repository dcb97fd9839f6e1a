"""What model calls came to, by what they were made for, by API key and by model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import Field

from fourfold.llm.port import ModelCall
from fourfold.persona import TokenUsage
from fourfold.progress.run import Run, tokens_and_cost

NANO: Final = 1_000_000_000
NO_TOKENS: Final = TokenUsage()


class CallSum(ModelCall):
    """Several calls of one model as one record: `calls` of them, of which `failures` gave no usable answer.

    A job keeps it of items whose answers it no longer needs.
    """

    calls: int = Field(ge=1)
    failures: int = Field(default=0, ge=0)


@dataclass(frozen=True, slots=True)
class Account:
    """What calls are counted under: the kind of work, its step, the id of the API key (None: no key), the model.

    The step of a chat or a background job is its kind.
    """

    kind: str
    step: str
    key_id: str | None
    model: str


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls, failed ones, their tokens and nano-USD. `unpriced` calls have no known price and add no USD."""

    calls: int = 0
    failures: int = 0
    tokens: TokenUsage = NO_TOKENS
    nano_usd: int = 0
    unpriced: int = 0

    @property
    def usd(self) -> float:
        """The known cost in USD, to the millionth."""
        return round(self.nano_usd / NANO, 6)

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.calls + other.calls,
            self.failures + other.failures,
            self.tokens + other.tokens,
            self.nano_usd + other.nano_usd,
            self.unpriced + other.unpriced,
        )


Accounts = Mapping[Account, Spent]
NOTHING_SPENT: Final[Accounts] = MappingProxyType({})


def spent_on(
    kind: str, key_id: str | None, calls: Iterable[ModelCall], step: str | None = None
) -> dict[Account, Spent]:
    """Returns what the calls of one step came to, by account."""
    found: dict[Account, Spent] = {}
    for call in calls:
        account = Account(kind, step or kind, key_id, f"{call.provider}:{call.model}")
        found[account] = found.get(account, Spent()) + _spent(call)
    return found


def spent_in_run(run: Run) -> dict[Account, Spent]:
    """Returns what a run of the pipeline came to, from the calls of its attempts."""
    found: dict[Account, Spent] = {}
    for step in (step for attempt in run.attempts for step in attempt.steps):
        found = added(found, spent_on(run.kind.value, run.author, step.calls, step.step.value))
    return found


def added(one: Accounts, other: Accounts) -> dict[Account, Spent]:
    """Returns what both came to, by account."""
    return {account: one.get(account, Spent()) + other.get(account, Spent()) for account in (*one, *other)}


def nano_usd(accounts: Accounts) -> int:
    """Returns the known cost of all accounts, in nano-USD."""
    return sum(spent.nano_usd for spent in accounts.values())


def summed(calls: Iterable[ModelCall]) -> tuple[CallSum, ...]:
    """Returns the calls as one record for each model."""
    by_model: dict[tuple[str, str], list[ModelCall]] = {}
    for call in calls:
        by_model.setdefault((call.provider, call.model), []).append(call)
    return tuple(_sum(provider, model, made) for (provider, model), made in by_model.items())


def _sum(provider: str, model: str, calls: list[ModelCall]) -> CallSum:
    tokens, cost_usd = tokens_and_cost(calls)
    counts = [_spent(call) for call in calls]
    return CallSum(
        provider=provider,
        model=model,
        duration_ms=sum(call.duration_ms for call in calls),
        tokens=tokens,
        cost_usd=cost_usd,
        calls=sum(each.calls for each in counts),
        failures=sum(each.failures for each in counts),
    )


def _spent(call: ModelCall) -> Spent:
    made, failed = (call.calls, call.failures) if isinstance(call, CallSum) else (1, int(call.failure is not None))
    if call.cost_usd is None:
        return Spent(made, failed, call.tokens, 0, made)
    return Spent(made, failed, call.tokens, round(call.cost_usd * NANO), 0)
