"""Budgets: what is reserved at once never exceeds a cap, ends settle it once, and what is lost expires."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fourfold.spending.budget import BudgetExceededError, Cap, reservation
from fourfold.spending.run_budget import RunBudget, RunOverBudgetError
from fourfold.spending.spent import NANO
from fourfold.storage.usage.budgets import DynamoBudgets
from fourfold.storage.usage.holds import DynamoHolds, DynamoRunHold
from tests.tables import Tables, tables_in_moto

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MONTH = (Cap("month", 1.0),)
HELD = timedelta(minutes=5)


@pytest.fixture
def tables() -> Iterator[Tables]:
    with tables_in_moto({"personas": "S", "outbox": None}) as tables:
        yield tables


@pytest.fixture
def budgets(tables: Tables) -> DynamoBudgets:
    return DynamoBudgets(tables.client, "personas", "outbox")


def reserve(budgets: DynamoBudgets, work: str, usd: float, at: datetime = NOW, caps: tuple[Cap, ...] = MONTH) -> bool:
    try:
        budgets.reserve("ws_a", work, reservation(caps, usd, at, HELD))
    except BudgetExceededError:
        return False
    return True


def settle(budgets: DynamoBudgets, work: str, usd: float) -> None:
    budgets.settle("ws_a", work, round(usd * NANO))


def counters(tables: Tables) -> dict[str, tuple[float, float]]:
    """Period and owner -> (spent and reserved, spent), in USD to the millionth."""
    items = [item for item in tables.items("personas") if item["pk"]["S"] == "WS#ws_a#BUDGETS"]
    return {item["sk"]["S"]: (usd(item, "c"), usd(item, "s")) for item in items}


def usd(item: dict[str, Any], name: str) -> float:
    return round(int(item.get(name, {"N": "0"})["N"]) / NANO, 6)


def alerts(tables: Tables) -> list[dict[str, Any]]:
    entries = [json.loads(item["entry"]["S"]) for item in tables.items("outbox")]
    found = [entry["Detail"]["data"] for entry in entries if entry["DetailType"] == "budget.alert"]
    return sorted(found, key=lambda each: (each["period_start"], each["percent"]))


def test_fifty_at_once_reserve_no_more_than_the_cap(tables: Tables, budgets: DynamoBudgets) -> None:
    with ThreadPoolExecutor(10) as pool:
        held = list(pool.map(lambda number: reserve(budgets, f"run_{number}", 0.09), range(50)))
    assert sum(held) == 11
    assert counters(tables) == {"2026-11#WORKSPACE": (0.99, 0.0)}
    for number in range(50):
        settle(budgets, f"run_{number}", 0.05)
    assert counters(tables) == {"2026-11#WORKSPACE": (0.55, 0.55)}
    assert [reserve(budgets, f"later_{number}", 0.09) for number in range(6)] == [True] * 5 + [False]


def test_a_refusal_says_what_is_left_and_when_it_renews(budgets: DynamoBudgets) -> None:
    assert reserve(budgets, "one", 0.9)
    with pytest.raises(BudgetExceededError) as refused:
        budgets.reserve("ws_a", "two", reservation((*MONTH, Cap("day", 5.0)), 0.2, NOW, HELD))
    assert refused.value.problem.status == 402
    assert refused.value.problem.budget == {
        "scope": "workspace",
        "period": "month",
        "limit_usd": 1.0,
        "left_usd": 0.1,
        "needed_usd": 0.2,
        "renews_at": "2026-12-01T00:00:00Z",
    }
    assert reserve(budgets, "two", 0.1)


def test_every_cap_holds_or_none(tables: Tables, budgets: DynamoBudgets) -> None:
    caps = (Cap("month", 1.0), Cap("day", 0.5), Cap("month", 0.3, "key_a"))
    assert reserve(budgets, "one", 0.2, caps=caps)
    assert not reserve(budgets, "two", 0.2, caps=caps)
    assert {each for each, _ in counters(tables).values()} == {0.2}
    assert reserve(budgets, "two", 0.2, caps=caps[:2])


def test_what_a_lost_worker_holds_expires_and_late_work_counts_once(tables: Tables, budgets: DynamoBudgets) -> None:
    assert reserve(budgets, "lost", 0.6)
    assert reserve(budgets, "late", 0.4)
    assert not reserve(budgets, "next", 0.5, NOW + timedelta(minutes=1))
    assert reserve(budgets, "next", 0.5, NOW + timedelta(minutes=6))
    for _ in range(2):
        settle(budgets, "late", 0.3)
    assert counters(tables) == {"2026-11#WORKSPACE": (0.8, 0.3)}


def test_a_period_ends_and_work_counts_in_the_one_it_began_in(tables: Tables, budgets: DynamoBudgets) -> None:
    evening = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert reserve(budgets, "one", 1.0, evening)
    assert reserve(budgets, "two", 1.0, evening + timedelta(minutes=2))
    settle(budgets, "one", 0.7)
    assert counters(tables)["2026-11#WORKSPACE"] == (0.7, 0.7)
    assert counters(tables)["2026-12#WORKSPACE"] == (1.0, 0.0)


def test_alerts_are_sent_once_a_period_each(tables: Tables, budgets: DynamoBudgets) -> None:
    for number in range(9):
        assert reserve(budgets, f"run_{number}", 0.1)
        settle(budgets, f"run_{number}", 0.1)
        assert len(alerts(tables)) == int(number >= 7)
    assert not reserve(budgets, "big", 0.2)
    assert not reserve(budgets, "big", 0.2)
    sent = alerts(tables)
    assert [(each["percent"], each["period_start"], each["limit_usd"]) for each in sent] == [
        (80, "2026-11", 1.0),
        (100, "2026-11", 1.0),
    ]
    assert sent[0]["spent_usd"] == pytest.approx(0.8)
    assert not reserve(budgets, "more", 2.0, NOW + timedelta(days=10))
    assert [each["period_start"] for each in alerts(tables)] == ["2026-11", "2026-11", "2026-12", "2026-12"]


def test_work_extends_what_it_holds_within_the_cap(tables: Tables, budgets: DynamoBudgets) -> None:
    assert reserve(budgets, "job", 0.5)
    budgets.extend("ws_a", "job", reservation(MONTH, 0.4, NOW, HELD))
    with pytest.raises(BudgetExceededError):
        budgets.extend("ws_a", "job", reservation(MONTH, 0.2, NOW, HELD))
    settle(budgets, "job", 0.95)
    assert counters(tables) == {"2026-11#WORKSPACE": (0.95, 0.95)}


def run_budget(tables: Tables, run_id: str, spent: float = 0.0, at: datetime = NOW, reserved: float = 0.3) -> RunBudget:
    """The budget of one step of a run that reserved this and has spent that."""
    return RunBudget(DynamoRunHold(DynamoHolds(tables.client, "personas"), "ws_a", run_id, lambda: at), reserved, spent)


def held(tables: Tables) -> dict[str, float]:
    return {
        item["sk"]["S"]: usd(item, "nano") for item in tables.items("personas") if item["pk"]["S"].endswith("HOLDS")
    }


def test_a_run_within_its_reservation_reads_and_writes_nothing(
    tables: Tables, budgets: DynamoBudgets, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reserve(budgets, "run", 0.3)
    budget, sent = run_budget(tables, "run"), []
    monkeypatch.setattr(tables.client, "_make_api_call", lambda name, _: sent.append(name))
    for _ in range(3):
        budget.reserve("call", 0.12)
        budget.settle("call", 0.12, 0.09)
    assert sent == []


def test_a_run_reserves_what_its_next_call_needs_or_is_stopped(tables: Tables, budgets: DynamoBudgets) -> None:
    assert reserve(budgets, "run", 0.3)
    assert reserve(budgets, "other", 0.5)
    budget = run_budget(tables, "run", spent=0.35)
    budget.reserve("call", 0.1)
    budget.settle("call", 0.1, 0.12)
    assert (held(tables)["run"], counters(tables)["2026-11#WORKSPACE"]) == (0.45, (0.95, 0.0))
    with pytest.raises(RunOverBudgetError) as stopped:
        budget.reserve("call", 0.1)
    answer = json.loads(str(stopped.value))
    assert (answer["code"], answer["budget"]["left_usd"], answer["budget"]["needed_usd"]) == (
        "budget_exceeded",
        0.05,
        0.12,
    )
    assert held(tables)["run"] == 0.45
    settle(budgets, "run", 0.47)
    assert counters(tables) == {"2026-11#WORKSPACE": (0.97, 0.47)}


def test_a_step_that_is_repeated_after_a_crash_reserves_its_call_once(tables: Tables, budgets: DynamoBudgets) -> None:
    assert reserve(budgets, "run", 0.3)
    for _ in range(3):  # each finds the state that the step began with
        run_budget(tables, "run", spent=0.28).reserve("call", 0.1)
    assert (held(tables), counters(tables)) == ({"run": 0.38}, {"2026-11#WORKSPACE": (0.38, 0.0)})


def test_a_run_releases_holds_whose_time_is_over_and_takes_its_own_again(
    tables: Tables, budgets: DynamoBudgets
) -> None:
    later = NOW + timedelta(minutes=6)
    assert reserve(budgets, "run", 0.3)
    assert reserve(budgets, "lost", 0.5)
    run_budget(tables, "run", spent=0.7, at=later).reserve("call", 0.2)
    assert (held(tables), counters(tables)["2026-11#WORKSPACE"]) == ({"run": 0.9, "lost": 0.0}, (0.9, 0.0))
    assert not reserve(budgets, "next", 0.2, later + timedelta(minutes=59))  # the raise holds for an hour


def test_a_run_counts_in_the_period_it_began_in_and_an_ended_one_holds_nothing(
    tables: Tables, budgets: DynamoBudgets
) -> None:
    evening = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert reserve(budgets, "run", 0.3, evening)
    budget = run_budget(tables, "run", spent=0.3, at=evening + timedelta(minutes=2))
    budget.reserve("call", 0.6)
    assert counters(tables) == {"2026-11#WORKSPACE": (0.9, 0.0)}
    with pytest.raises(RunOverBudgetError) as stopped:
        budget.reserve("call", 0.2)
    assert json.loads(str(stopped.value))["budget"]["renews_at"] == "2026-12-01T00:00:00Z"
    settle(budgets, "run", 0.9)
    run_budget(tables, "run", spent=0.9).reserve("call", 0.5)
    assert (held(tables), counters(tables)) == ({}, {"2026-11#WORKSPACE": (0.9, 0.9)})
