"""Bridge: MiniStack's tables live in SQLite and answer as MiniStack's own do."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.bridges.store.database import Database
from infra.local.bridges.store.pages import query_page
from tests.examples import examples
from tests.unit.local.store.engines import bridged, call, saved, untouched
from tests.unit.local.store.operations import SHAPES, Operations, Shape

OPERATIONS = 800
WORDS = Shape("words", "S", "S", indexed=True, streamed=True)
KEYED = {"TableName": "words", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[Any, Database]]:
    module, database = bridged(tmp_path / "engine.sqlite3")
    call(module, "CreateTable", WORDS.create())
    yield module, database
    database.close()


def _item(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": f"{number:06}"}, "grade": {"N": str(number % 7)}, **more}


def _put(module: Any, *items: dict[str, Any]) -> None:
    for item in items:
        assert call(module, "PutItem", {"TableName": "words", "Item": item})[0] == 200


def _images(module: Any, table: str) -> list[tuple[str, Any]]:
    records = module.stream_live_records(table)
    return [
        (record["eventName"], [record["dynamodb"].get(part) for part in ("Keys", "OldImage", "NewImage")])
        for record in records
    ]


def _scanned(module: Any, table: str, limit: int) -> tuple[list[int], list[str]]:
    """The sizes of the pages, and every item."""
    sizes, items = list[int](), list[str]()
    start: dict[str, Any] = {}
    while True:
        status, page = call(module, "Scan", {"TableName": table, "Limit": limit, **start})
        assert status == 200, page
        sizes.append(page["Count"])
        items += [json.dumps(item, sort_keys=True) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return sizes, items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.random
@pytest.mark.parametrize("seed", range(examples(1, 3)))
def test_every_answer_is_ministack_s_own(tmp_path: Path, seed: int) -> None:
    plain, (stored, database) = untouched(), bridged(tmp_path / "engine.sqlite3")
    for shape in SHAPES:
        call(plain, "CreateTable", shape.create())
        call(stored, "CreateTable", shape.create())
    refused = 0
    for number, (action, request) in enumerate(itertools.islice(Operations(seed), OPERATIONS)):
        expected = call(plain, action, request)
        assert call(stored, action, request) == expected, (number, action, request)
        refused += expected[0] != 200
    assert 0 < refused < OPERATIONS / 2
    for shape in SHAPES:
        assert _images(stored, shape.name) == _images(plain, shape.name)
        sizes, items = _scanned(stored, shape.name, 3)
        their_sizes, their_items = _scanned(plain, shape.name, 3)
        # MiniStack sorts numbers as text in a scan; DynamoDB promises no order.
        assert (sizes, sorted(items)) == (their_sizes, sorted(their_items))
        assert len(set(items)) == len(items)
    database.close()


def test_a_query_reads_its_page_and_no_more(engine: tuple[Any, Database]) -> None:
    """If MiniStack reads the whole partition for a page, it does so with or without this bridge."""
    module, _ = engine
    _put(module, *(_item(number) for number in range(400)))
    items = module._tables["words"]["items"]  # noqa: SLF001
    after = {"ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"S": "000200"}}}
    for request in (KEYED, {**KEYED, "ScanIndexForward": False}, {**KEYED, **after}):
        page = query_page(items, {**request, "Limit": 5})
        assert len(page["p"]) == 5
    by_grade = {
        "IndexName": "own_grade",
        "KeyConditionExpression": "pk = :p AND grade >= :g",
        "ExpressionAttributeValues": {":p": {"S": "p"}, ":g": {"N": "6"}},
    }
    assert len(query_page(items, {**by_grade, "Limit": 5})["p"]) == 5
    large = "x" * 300_000
    _put(module, *(_item(number, much={"S": large}) for number in range(10)))
    assert len(query_page(items, KEYED)["p"]) == 4  # the fourth takes it past 1 MB


def test_items_and_indexes_are_there_when_the_file_is_opened_again(engine: tuple[Any, Database]) -> None:
    module, database = engine
    _put(module, _item(1), _item(2))
    definitions = saved(module)
    assert "000001" not in json.dumps(definitions["tables"].to_dict().__repr__())
    database.close()
    again, reopened = bridged(database.path)
    again.load_persisted_state(definitions)
    assert call(again, "Query", KEYED)[1]["Count"] == 2
    by_grade = {"KeyConditionExpression": "grade = :g", "ExpressionAttributeValues": {":g": {"N": "2"}}}
    assert call(again, "Query", {"TableName": "words", "IndexName": "by_grade", **by_grade})[1]["Count"] == 1
    call(again, "DeleteTable", {"TableName": "words"})
    assert reopened.rows("SELECT * FROM items") == reopened.rows("SELECT * FROM index_entries") == []
    reopened.close()


def test_items_of_an_earlier_version_s_state_are_taken_over_once(tmp_path: Path) -> None:
    plain = untouched()
    call(plain, "CreateTable", WORDS.create())
    _put(plain, _item(1), _item(2))
    state = saved(plain)
    module, database = bridged(tmp_path / "engine.sqlite3")
    module.load_persisted_state(state)
    call(module, "DeleteItem", {"TableName": "words", "Key": {"pk": {"S": "p"}, "sk": {"S": "000001"}}})
    module.load_persisted_state(saved(plain))  # as after a stop before the new definitions were saved
    assert [item["sk"]["S"] for item in call(module, "Query", KEYED)[1]["Items"]] == ["000002"]
    database.close()


def test_an_index_that_comes_later_holds_what_was_there(engine: tuple[Any, Database]) -> None:
    module, _ = engine
    _put(module, _item(1, guild={"S": "o"}), _item(2))
    index = {
        "IndexName": "later",
        "KeySchema": [{"AttributeName": "guild", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    definitions = [{"AttributeName": "guild", "AttributeType": "S"}]
    update = {"TableName": "words", "AttributeDefinitions": definitions}
    assert call(module, "UpdateTable", {**update, "GlobalSecondaryIndexUpdates": [{"Create": index}]})[0] == 200
    later = {"KeyConditionExpression": "guild = :g", "ExpressionAttributeValues": {":g": {"S": "o"}}}
    found = call(module, "Query", {"TableName": "words", "IndexName": "later", **later})[1]
    assert [item["sk"]["S"] for item in found["Items"]] == ["000001"]


def test_a_full_disk_refuses_the_whole_write_and_no_read(engine: tuple[Any, Database]) -> None:
    module, database = engine
    _put(module, _item(1))
    pages = database.row("PRAGMA page_count")
    assert pages is not None
    database.rows(f"PRAGMA max_page_count = {pages[0]}")
    records = len(module.stream_live_records("words"))
    puts = [{"Put": {"TableName": "words", "Item": _item(number, much={"S": "x" * 9_000})}} for number in (2, 3)]

    status, refusal = call(module, "TransactWriteItems", {"TransactItems": puts})

    assert (status, refusal["__type"]) == (507, "InsufficientStorage")
    assert "full" in str(database.failure)
    assert call(module, "Query", KEYED)[1]["Count"] == 1
    assert len(module.stream_live_records("words")) == records
    database.rows("PRAGMA max_page_count = 1000000")
    assert call(module, "TransactWriteItems", {"TransactItems": puts})[0] == 200
    assert database.failure is None
    assert call(module, "Query", KEYED)[1]["Count"] == 3
