"""Bridge: items of tables with a time to live are deleted after it, some at a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.bridges.store.database import Database
from infra.local.bridges.store.expiry import GRACE_S, ITEMS_AT_A_TIME, Expiry
from infra.local.deploy import expiring_tables
from tests.unit.local.store.engines import bridged, call
from tests.unit.local.store.operations import Shape

NOW = 2_000_000_000
GONE, KEPT = NOW - GRACE_S - 1, NOW - GRACE_S + 1
EVENTS, NAMES, OTHERS = (
    Shape(name, "S", "S", indexed=name == "events", streamed=True) for name in ("events", "names", "others")
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[Any, Database]]:
    module, database = bridged(tmp_path / "engine.sqlite3")
    for shape in (EVENTS, NAMES, OTHERS):
        call(module, "CreateTable", shape.create())
    yield module, database
    database.close()


def put(module: Any, table: str, *items: dict[str, Any]) -> None:
    for number, item in enumerate(items):
        key = {"pk": {"S": f"p{number % 3}"}, "sk": {"S": f"{number:06}"}, "grade": {"N": "1"}}
        assert call(module, "PutItem", {"TableName": table, "Item": {**key, **item}})[0] == 200


def kept(module: Any, table: str) -> list[str]:
    items = call(module, "Scan", {"TableName": table})[1]["Items"]
    return sorted(item["sk"]["S"] for item in items)


def swept(expiry: Expiry, times: int) -> list[int]:
    return [expiry.sweep() for _ in range(times)]


def test_an_item_goes_a_day_after_its_time_and_others_stay(engine: tuple[Any, Database]) -> None:
    module, database = engine
    times = [{"N": str(GONE)}, {"N": str(KEPT)}, {"S": str(GONE)}, {"N": "0.5"}]
    put(module, "events", *({"expires_at": each} for each in times), {"status": {"S": "running"}})
    put(module, "names", {"expiration": {"N": str(GONE)}, "expires_at": {"N": str(KEPT)}})
    put(module, "others", {"expires_at": {"N": str(GONE)}})
    streamed = len(module.stream_live_records("events"))
    expiry = Expiry(database, module, {"events": "expires_at", "names": "expiration"}, clock=lambda: NOW)
    swept(expiry, 3)
    assert kept(module, "events") == ["000001", "000002", "000004"]
    assert kept(module, "names") == []
    assert kept(module, "others") == ["000000"], "a table without a time to live"
    assert call(module, "DescribeTable", {"TableName": "events"})[1]["Table"]["ItemCount"] == 3
    by_grade = {
        "TableName": "events", "IndexName": "own_grade", "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "p0"}},
    }  # fmt: skip
    assert call(module, "Query", by_grade)[1]["Items"] == [], "nothing is left in an index"
    assert len(module.stream_live_records("events")) == streamed


def test_a_sweep_looks_at_some_items_and_the_next_ones_at_the_others(engine: tuple[Any, Database]) -> None:
    module, database = engine
    many = ITEMS_AT_A_TIME * 2 + 10
    put(module, "events", *({"expires_at": {"N": str(GONE if number % 2 else KEPT)}} for number in range(many)))
    expiry = Expiry(database, module, {"events": "expires_at"}, clock=lambda: NOW)
    first, *others = swept(expiry, 3)
    assert 0 < first <= ITEMS_AT_A_TIME
    assert first + sum(others) == many // 2
    put(module, "events", {"expires_at": {"N": str(GONE)}})
    assert sum(swept(expiry, 3)) == 1, "it begins again at the end"


def test_a_sweep_holds_requests_for_less_than_a_save_may(engine: tuple[Any, Database]) -> None:
    module, database = engine
    filler = {"S": "x" * 1_000}
    put(module, "events", *({"expires_at": {"N": str(GONE)}, "filler": filler} for _ in range(ITEMS_AT_A_TIME)))
    began = time.process_time()
    assert Expiry(database, module, {"events": "expires_at"}, clock=lambda: NOW).sweep() == ITEMS_AT_A_TIME
    assert time.process_time() - began < 1


def test_a_full_disk_and_a_table_that_is_gone_wait_for_a_later_sweep(
    engine: tuple[Any, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, database = engine
    put(module, "events", {"expires_at": {"N": str(GONE)}})
    expiry = Expiry(database, module, {"dropped": "expires_at", "events": "expires_at"}, clock=lambda: NOW)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_remove_item", _full)
        swept(expiry, 2)
    assert kept(module, "events") == ["000000"]
    assert sum(swept(expiry, 2)) == 1


def _full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


class Cloudformation:
    """Answers like CloudFormation with two stacks."""

    TEMPLATES = {  # noqa: RUF012 - a constant of the test
        "data": {
            "Events": {"Properties": {"TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True}}},
            "Off": {"Properties": {"TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": False}}},
            "Personas": {"Properties": {}},
        },
        "service": {"Topic": {}},
    }

    def describe_stacks(self) -> Any:
        return {"Stacks": [{"StackName": name} for name in self.TEMPLATES]}

    def get_template(self, StackName: str) -> Any:  # noqa: N803 - boto's names
        return {"TemplateBody": {"Resources": self.TEMPLATES[StackName]}}

    def describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> Any:  # noqa: N803
        return {"StackResourceDetail": {"PhysicalResourceId": f"{StackName}-{LogicalResourceId}-1"}}


def test_the_template_says_which_tables_expire() -> None:
    assert expiring_tables(Cloudformation()) == {"data-Events-1": "expires_at"}
