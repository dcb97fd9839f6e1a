"""moto's transactions, as the tests change them: cancelled ones leave nothing, and a full table costs no more."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models.table import Table

from tests.tables import Tables, tables_in_moto


@pytest.fixture
def tables() -> Iterator[Tables]:
    with tables_in_moto({"personas": "S", "idempotency": None}) as made:
        for number in range(3):
            made.client.put_item(TableName="personas", Item=item(number))
        made.client.put_item(TableName="idempotency", Item={"id": {"S": "kept"}, "n": {"N": "1"}})
        yield made


def item(number: int) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": str(number)}, "n": {"N": "1"}, "doc": {"M": {"a": {"L": [{"S": "x"}]}}}}


def key(number: int) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": str(number)}}


def changes() -> list[Any]:
    """A new item, two that change (one in its depth), and two that go."""
    values = {":y": {"S": "y"}, ":n": {"N": "1"}}
    deep = {"UpdateExpression": "SET doc.a[0] = :y, n = n + :n", "ExpressionAttributeValues": values}
    return [
        {"Put": {"TableName": "personas", "Item": item(7)}},
        {"Put": {"TableName": "personas", "Item": {**item(0), "n": {"N": "5"}}}},
        {"Update": {"TableName": "personas", "Key": key(1), **deep}},
        {"Delete": {"TableName": "personas", "Key": key(2)}},
        {"Delete": {"TableName": "idempotency", "Key": {"id": {"S": "kept"}}}},
    ]


REFUSED = {"TableName": "personas", "Key": key(9), "ConditionExpression": "attribute_exists(pk)"}


@pytest.mark.parametrize(
    "last",
    [
        {"ConditionCheck": REFUSED},
        {"Delete": {"TableName": "personas", "Key": key(2)}},  # named twice
    ],
    ids=["a condition fails", "an item is named twice"],
)
def test_a_cancelled_transaction_leaves_every_item_as_it_was(tables: Tables, last: Any) -> None:
    before = tables.items("personas"), tables.items("idempotency")
    with pytest.raises(ClientError):
        tables.client.transact_write_items(TransactItems=[*changes(), last])
    after = sorted(tables.items("personas"), key=lambda each: str(each["sk"]["S"]))  # tables have no order
    assert after == before[0]
    assert tables.items("idempotency") == before[1]


def test_a_transaction_is_done_and_copies_no_table(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = list[object]()
    whole = copy.deepcopy

    def noted(thing: Any, memo: Any = None) -> Any:
        copied.append(thing)
        return whole(thing, memo)

    monkeypatch.setattr(copy, "deepcopy", noted)
    tables.client.transact_write_items(TransactItems=changes())
    found = {each["sk"]["S"]: each for each in tables.items("personas")}
    assert found.keys() == {"0", "1", "7"}
    assert (found["0"]["n"], found["1"]["n"]) == ({"N": "5"}, {"N": "2"})
    assert found["1"]["doc"] == {"M": {"a": {"L": [{"S": "y"}]}}}
    assert tables.items("idempotency") == []
    assert copied
    assert not [thing for thing in copied if isinstance(thing, Table)]
