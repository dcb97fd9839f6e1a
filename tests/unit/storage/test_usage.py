"""Usage counters: sums over their shards are exact, and a reading has a bound."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from fourfold.persona import TokenUsage
from fourfold.spending.spent import Account, Spent
from fourfold.storage.usage import counters
from fourfold.storage.usage.counters import SHARDS, DynamoUsage, TooManyCountersError
from tests.tables import Tables, tables_in_moto

CHAT = Account("chat", "chat", "key_1", "compatible:qwen/qwen3:8b@q4")
FREE = Account("generation", "soul_draft", None, "offline:composer-1")


@pytest.fixture
def tables() -> Iterator[Tables]:
    with tables_in_moto({"personas": "S"}) as tables:
        yield tables


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def summed(usage: DynamoUsage, first: int, last: int, workspace_id: str = "ws_a") -> dict[Account, Spent]:
    found: dict[Account, Spent] = {}
    for _, account, spent in usage.between(workspace_id, date(2026, 11, first), date(2026, 11, last)):
        found[account] = found.get(account, Spent()) + spent
    return found


def test_many_additions_are_summed_exactly_and_lie_in_few_items(tables: Tables) -> None:
    usage = DynamoUsage(tables.client, "personas")
    one = Spent(1, 0, TokenUsage(input_tokens=7, cache_read_tokens=3, output_tokens=2), 12_345, 0)
    unknown = Spent(2, 1, TokenUsage(output_tokens=1, estimated=True), 0, 2)
    for _ in range(40):
        usage.add("ws_a", at(5), {CHAT: one, FREE: unknown})
    items = tables.items("personas")
    assert len(items) <= 2 * SHARDS
    assert len({item["pk"]["S"] for item in items}) > SHARDS // 2
    found = summed(usage, 5, 5)
    tokens = TokenUsage(input_tokens=280, cache_read_tokens=120, output_tokens=80)
    assert found[CHAT] == Spent(40, 0, tokens, 493_800)
    assert found[FREE] == Spent(80, 40, TokenUsage(output_tokens=40, estimated=True), 0, 80)


def test_a_range_has_its_days_and_no_other_workspace(tables: Tables) -> None:
    usage = DynamoUsage(tables.client, "personas")
    for day in (4, 5, 6, 7):
        usage.add("ws_a", at(day), {CHAT: Spent(calls=day)})
    usage.add("ws_b", at(5), {CHAT: Spent(calls=100)})
    assert summed(usage, 5, 6)[CHAT].calls == 11
    assert summed(usage, 8, 9) == {}
    usage.add("ws_a", datetime.fromisoformat("2026-11-08T01:30:00+03:00"), {CHAT: Spent(calls=1)})
    assert summed(usage, 7, 7)[CHAT].calls == 8


def test_a_reading_stops_at_its_bound(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = DynamoUsage(tables.client, "personas")
    monkeypatch.setattr(counters, "MOST_READ", 3)
    usage.add("ws_a", at(5), {Account("chat", "chat", "k", f"compatible:{number}"): Spent(1) for number in range(4)})
    with pytest.raises(TooManyCountersError):
        summed(usage, 1, 9)
