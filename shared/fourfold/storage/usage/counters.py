"""Usage counters: what a workspace's model calls came to, by day.

pk usage_pk   sk `<day>#<kind>#<step>#<key>#<model>`   counts, which only grow

A counter is written in the transaction that ends the work, in one of SHARDS partitions chosen at random: ends of
different runs seldom meet at one item, and no partition takes what a whole workspace does. A reading sums all shards.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from fourfold.errors import LimitError
from fourfold.persona import TokenUsage
from fourfold.spending.spent import Account, Accounts, Spent
from fourfold.storage.partitions import usage_pk
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import Write, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SHARDS: Final = 16
# Counters that one reading sums. A day of a workspace with three models has about 200 of them.
MOST_READ: Final = 50_000

_NO_KEY: Final = "-"
# Attribute -> how a count is read from what was spent. Names are short: they are stored with every counter.
_TOKENS: Final = {
    "i": "input_tokens",
    "r": "cache_read_tokens",
    "w": "cache_write_tokens",
    "o": "output_tokens",
    "t": "reasoning_tokens",
}
_CALLS, _FAILURES, _NANO_USD, _UNPRICED, _ESTIMATED = "n", "f", "u", "p", "e"


class TooManyCountersError(LimitError):
    """The days hold more than MOST_READ counters."""


def usage_writes(table: str, workspace_id: str, at: datetime, accounts: Accounts) -> list[Write]:
    """The writes of a transaction that count what was spent, on the UTC day of `at`; one for each account."""
    pk, day = usage_pk(workspace_id, random.randrange(SHARDS)), f"{at.astimezone(UTC):%Y-%m-%d}"  # noqa: S311 - spreads writers
    return [_addition(table, key(pk, _sort_key(day, account)), spent) for account, spent in accounts.items()]


class DynamoUsage:
    """The usage counters of all workspaces."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = Table(client, table)

    def add(self, workspace_id: str, at: datetime, accounts: Accounts) -> None:
        """Counts what was spent on work that no transaction ends. Repeating the request to DynamoDB counts once."""
        writes = usage_writes(self._table.name, workspace_id, at, accounts)
        if writes:
            transact(self._client, {"usage": writes})

    def between(self, workspace_id: str, first: date, last: date) -> Iterator[tuple[date, Account, Spent]]:
        """The counters of the days from `first` to `last`, in no order; several may have the same day and account.

        Raises:
            TooManyCountersError: there are more than MOST_READ.
        """
        left = MOST_READ
        for shard in range(SHARDS):
            pk = usage_pk(workspace_id, shard)
            for item in self._table.query(pk, start_after=key(pk, first.isoformat())):
                day, account = _parsed(item["sk"]["S"])
                if day > last:
                    break
                left -= 1
                if left < 0:
                    raise TooManyCountersError
                yield day, account, _spent_in(item)


def counter_record(item: Item) -> dict[str, object]:
    """Returns a stored counter with full names, for an export."""
    day, account = _parsed(item["sk"]["S"])
    spent = _spent_in(item)
    return {
        "day": day.isoformat(),
        "kind": account.kind,
        "step": account.step,
        "key_id": account.key_id,
        "model": account.model,
        "calls": spent.calls,
        "failures": spent.failures,
        "tokens": spent.tokens.model_dump(),
        "cost_usd": spent.usd,
        "unpriced_calls": spent.unpriced,
    }


def _sort_key(day: str, account: Account) -> str:
    # The model comes last: its name is the caller's and may hold any character.
    return "#".join((day, account.kind, account.step, account.key_id or _NO_KEY, account.model))


def _parsed(sort_key: str) -> tuple[date, Account]:
    day, kind, step, key_id, model = sort_key.split("#", 4)
    return date.fromisoformat(day), Account(kind, step, None if key_id == _NO_KEY else key_id, model)


def _addition(table: str, where: Item, spent: Spent) -> Write:
    counts = {name: count for name, count in _counts_of(spent).items() if count}
    change = "ADD " + ", ".join(f"{name} :{name}" for name in counts)
    values = {f":{name}": {"N": str(count)} for name, count in counts.items()}
    return {
        "Update": {"TableName": table, "Key": where, "UpdateExpression": change, "ExpressionAttributeValues": values}
    }


def _counts_of(spent: Spent) -> dict[str, int]:
    return {
        _CALLS: spent.calls,
        _FAILURES: spent.failures,
        **{name: getattr(spent.tokens, field) for name, field in _TOKENS.items()},
        _NANO_USD: spent.nano_usd,
        _UNPRICED: spent.unpriced,
        _ESTIMATED: int(spent.tokens.estimated),
    }


def _spent_in(item: Mapping[str, Any]) -> Spent:
    def count(name: str) -> int:
        return int(item[name]["N"]) if name in item else 0

    tokens = TokenUsage(**{field: count(name) for name, field in _TOKENS.items()}, estimated=count(_ESTIMATED) > 0)
    return Spent(count(_CALLS), count(_FAILURES), tokens, count(_NANO_USD), count(_UNPRICED))
