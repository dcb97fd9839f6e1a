"""The shortcuts of the tests' DynamoDB answer and count as moto does over the wire."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models.dynamo_type import DynamoType

from tests.moto_items import use_cheap_items
from tests.tables import CREDENTIALS, create, tables_in_moto

KEY: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "1"}}
VALUE: dict[str, Any] = {
    "M": {
        "text": {"S": "naïve 🦊"},
        "numbers": {"L": [{"N": "1"}, {"N": "-2.50"}, {"BOOL": True}, {"NULL": True}]},
        "bytes": {"B": b"\x00\xff"},
        "sets": {"M": {"s": {"SS": ["b", "é"]}, "n": {"NS": ["1", "22"]}, "b": {"BS": [b"\x01"]}}},
    }
}
ITEM: dict[str, Any] = {**KEY, "value": VALUE}
ABSENT = {"ConditionExpression": "attribute_not_exists(pk)"}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "put": ("put_item", {"TableName": "t", "Item": ITEM, "ReturnValues": "ALL_OLD"}),
    "put on a condition": ("put_item", {"TableName": "t", "Item": ITEM, **ABSENT}),
    "condition with the item": (
        "put_item",
        {"TableName": "t", "Item": ITEM, **ABSENT, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
    ),
    "get": ("get_item", {"TableName": "t", "Key": KEY, "ConsistentRead": True}),
    "get nothing": ("get_item", {"TableName": "t", "Key": {**KEY, "sk": {"S": "2"}}}),
    "no table": ("get_item", {"TableName": "u", "Key": KEY}),
    "update": (
        "update_item",
        {
            "TableName": "t",
            "Key": KEY,
            "UpdateExpression": "SET #n = :n ADD hits :n",
            "ExpressionAttributeNames": {"#n": "n"},
            "ExpressionAttributeValues": {":n": {"N": "1"}},
            "ReturnValues": "ALL_NEW",
        },
    ),
    "query": (
        "query",
        {
            "TableName": "t",
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "a"}},
            "Limit": 1,
        },
    ),
    "scan": ("scan", {"TableName": "t"}),
    "batch of reads": ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY]}}}),
    "transaction": ("transact_write_items", {"TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}]}),
    "cancelled transaction": (
        "transact_write_items",
        {
            "TransactItems": [
                {"Put": {"TableName": "t", "Item": {**ITEM, "sk": {"S": "2"}}}},
                {"Put": {"TableName": "t", "Item": ITEM, **ABSENT}},
            ]
        },
    ),
    "wrong expression": ("scan", {"TableName": "t", "FilterExpression": "nonsense ="}),
    "batch of writes": ("batch_write_item", {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY}}]}}),
    "delete": ("delete_item", {"TableName": "t", "Key": KEY, "ReturnValues": "ALL_OLD"}),
}


def answers(client: Any) -> dict[str, Any]:
    """What each call returns or raises, one after the other, without what is of its transport."""
    return {name: answer(client, *call) for name, call in CALLS.items()}


def answer(client: Any, method: str, arguments: dict[str, Any]) -> Any:
    try:
        response = getattr(client, method)(**arguments)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return type(error).__name__, status, str(error), {**error.response, "ResponseMetadata": None}
    return {**response, "ResponseMetadata": response["ResponseMetadata"]["HTTPStatusCode"]}


def test_a_direct_call_is_answered_as_a_sent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("dynamodb")
        create(client, "t", "S")
        sent = answers(client)
    with tables_in_moto({"t": "S"}) as tables:
        called = answers(tables.client)
    assert called == sent


def test_values_are_sized_and_converted_as_by_moto() -> None:
    value = DynamoType(VALUE)
    size, converted = value.size(), value.to_regular_json()
    with pytest.MonkeyPatch.context() as patch:
        use_cheap_items(patch)
        assert (value.size(), value.to_regular_json()) == (size, converted)


def test_tables_are_put_back_as_they_were() -> None:
    with tables_in_moto({"t": "S"}) as tables:
        tables.client.put_item(TableName="t", Item=ITEM)
        held, before = tables.held(), tables.client.scan(TableName="t")["Items"]
        tables.client.delete_item(TableName="t", Key=KEY)
        tables.put_back(held)
        assert tables.client.scan(TableName="t")["Items"] == before == [ITEM]
