"""Random DynamoDB requests over few keys, so that they meet: writes with conditions, transactions, pages of queries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Request = dict[str, Any]
Operation = tuple[str, Request]

_WORDS = ("", "a", "ab", "b", "aé", "a\U0001f600", "~", "RUN#1", "RUN#2", "RUN#10")
_NUMBERS = ("0", "1", "2", "10", "9", "-1", "-10", "-2.5", "2.5", "0.001", "1000000000000000000000000001", "-0.05")
_BINARIES = ("AA==", "AAE=", "AQ==", "/w==", "//8=")


@dataclass(frozen=True)
class Shape:
    """A table: the types of its keys (`range_kind` None: no sort key) and whether it has indexes."""

    name: str
    hash_kind: str
    range_kind: str | None
    indexed: bool = False
    streamed: bool = False

    def create(self) -> Request:
        """CreateTable's request."""
        kinds = {"pk": self.hash_kind, **({"sk": self.range_kind} if self.range_kind else {})}
        request: Request = {
            "TableName": self.name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": _schema("pk", "sk" if self.range_kind else None),
        }
        if self.indexed:
            kinds |= {"guild": "S", "grade": "N"}
            every = {"ProjectionType": "ALL"}
            request["GlobalSecondaryIndexes"] = [
                {"IndexName": "by_guild", "KeySchema": _schema("guild", "grade"), "Projection": every},
                {
                    "IndexName": "by_grade",
                    "KeySchema": _schema("grade", None),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
            ]
            request["LocalSecondaryIndexes"] = [
                {"IndexName": "own_grade", "KeySchema": _schema("pk", "grade"), "Projection": every}
            ]
        if self.streamed:
            request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        request["AttributeDefinitions"] = [
            {"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items() if kind
        ]
        return request


SHAPES = (
    Shape("words", "S", "S", indexed=True, streamed=True),
    Shape("numbers", "S", "N", streamed=True),
    Shape("binaries", "B", "B"),
    Shape("single", "S", None, indexed=False),
    Shape("ranked", "N", "N", indexed=True),
)


class Operations:
    """An endless series of operations, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same for the same seed

    def __iter__(self) -> Iterator[Operation]:
        makers = {
            self._put: 6, self._update: 5, self._delete: 3, self._get: 3, self._query: 8, self._index_query: 4,
            self._transaction: 3, self._batch: 2, self._read_batch: 1, self._malformed: 1,
        }  # fmt: skip
        while True:
            make = self._random.choices(list(makers), weights=list(makers.values()))[0]
            yield make(self._random.choice(SHAPES))

    def value(self, kind: str) -> dict[str, str]:
        """A key value."""
        return {kind: self._random.choice({"S": _WORDS[1:], "N": _NUMBERS, "B": _BINARIES}[kind])}

    def key(self, shape: Shape) -> Request:
        """A whole key; partitions are few, so that they hold something."""
        hash_values = {"S": ("p", "q"), "N": ("1", "2.5"), "B": ("AA==", "AQ==")}[shape.hash_kind]
        key = {"pk": {shape.hash_kind: self._random.choice(hash_values)}}
        return {**key, "sk": self.value(shape.range_kind)} if shape.range_kind else key

    def _item(self, shape: Shape) -> Request:
        item = {**self.key(shape), "n": {"N": str(self._random.randrange(5))}}
        if self._random.random() < 0.7:
            item["guild"] = {"S": self._random.choice(("o", "ob", "x"))}
        if self._random.random() < 0.7:
            item["grade"] = {"N": self._random.choice(_NUMBERS)}
        if self._random.random() < 0.2:
            item["status"] = {"S": self._random.choice(("running", "pending", "done"))}
        if self._random.random() < 0.1:
            item["much"] = {"S": "x" * self._random.choice((1_000, 200_000, 380_000))}
        if self._random.random() < 0.3:
            item["deep"] = {"M": {"list": {"L": [{"S": "é"}, {"NULL": True}, {"BOOL": False}]}, "set": {"SS": ["a"]}}}
        return item

    def _condition(self) -> Request:
        kind = self._random.randrange(5)
        if kind == 0:
            return {}
        if kind == 1:
            return {"ConditionExpression": "attribute_not_exists(pk)"}
        if kind == 2:
            return {"ConditionExpression": "attribute_exists(pk)"}
        comparison = "n < :limit" if kind == 3 else "#n = :limit OR attribute_not_exists(#n)"
        return {
            "ConditionExpression": comparison,
            "ExpressionAttributeValues": {":limit": {"N": str(self._random.randrange(6))}},
            **({"ExpressionAttributeNames": {"#n": "n"}} if "#n" in comparison else {}),
        }

    def _put(self, shape: Shape) -> Operation:
        old = {"ReturnValues": "ALL_OLD"} if self._random.random() < 0.5 else {}
        more = {"ReturnConsumedCapacity": "INDEXES"} if self._random.random() < 0.3 else {}
        return "PutItem", {"TableName": shape.name, "Item": self._item(shape), **self._condition(), **old, **more}

    def _update(self, shape: Shape) -> Operation:
        request = {"TableName": shape.name, "Key": self.key(shape), **self._condition()}
        expression, values = self._random.choice(
            (
                ("SET n = if_not_exists(n, :zero) + :one", {":zero": {"N": "0"}, ":one": {"N": "1"}}),
                ("ADD n :one SET guild = :o", {":one": {"N": "1"}, ":o": {"S": "o"}}),
                ("REMOVE guild, deep.list[0]", {}),
                ("SET deep.#s = :s", {":s": {"S": "y"}}),
                ("SET grade = :r", {":r": {"N": self._random.choice(_NUMBERS)}}),
                ("SET pk = :one", {":one": {"S": "z"}}),
            )
        )
        request["UpdateExpression"] = expression
        if merged := {**request.get("ExpressionAttributeValues", {}), **values}:
            request["ExpressionAttributeValues"] = merged
        if "#s" in expression:
            request["ExpressionAttributeNames"] = {**request.get("ExpressionAttributeNames", {}), "#s": "set"}
        request["ReturnValues"] = self._random.choice(("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"))
        return "UpdateItem", request

    def _delete(self, shape: Shape) -> Operation:
        request = {"TableName": shape.name, "Key": self.key(shape), "ReturnValues": "ALL_OLD", **self._condition()}
        return "DeleteItem", request

    def _get(self, shape: Shape) -> Operation:
        projected = {"ProjectionExpression": "n, deep.list[1]"} if self._random.random() < 0.3 else {}
        consistent = self._random.random() < 0.5
        return "GetItem", {
            "TableName": shape.name,
            "Key": self.key(shape),
            "ConsistentRead": consistent,
            **projected,
        }

    def _query(self, shape: Shape) -> Operation:
        pk = self.key(shape)["pk"]
        condition, values = "pk = :pk", {":pk": pk}
        if shape.range_kind:
            condition, values = self._range_condition("sk", shape.range_kind, condition, values)
        return "Query", self._paged(
            {
                "TableName": shape.name,
                "KeyConditionExpression": condition,
                "ExpressionAttributeValues": values,
                "ConsistentRead": self._random.random() < 0.5,
            },
            self.key(shape),
        )

    def _index_query(self, shape: Shape) -> Operation:
        index = self._random.choice(("by_guild", "by_grade", "own_grade"))
        start = {**self.key(shape), "grade": {"N": self._random.choice(_NUMBERS)}}
        if index == "by_grade":
            condition, values = "grade = :r", {":r": start["grade"]}
        elif index == "by_guild":
            start["guild"] = {"S": self._random.choice(("o", "ob"))}
            condition, values = self._range_condition("grade", "N", "guild = :o", {":o": start["guild"]})
        else:
            condition, values = self._range_condition("grade", "N", "pk = :pk", {":pk": start["pk"]})
        request = {"TableName": shape.name, "IndexName": index, "KeyConditionExpression": condition}
        return "Query", self._paged({**request, "ExpressionAttributeValues": values}, start)

    def _range_condition(self, name: str, kind: str, condition: str, values: Request) -> tuple[str, Request]:
        low, high = self.value(kind), self.value(kind)
        forms = ["", *(f" AND {name} {sign} :a" for sign in ("=", "<", "<=", ">", ">=")), f" AND :a < {name}"]
        forms += [f" AND {name} BETWEEN :a AND :b", f" AND ({name} >= :a)"]
        if kind != "N":
            forms.append(f" AND begins_with({name}, :a)")
        form = self._random.choice(forms)
        more = {mark: value for mark, value in ((":a", low), (":b", high)) if mark in form}
        return condition + form, {**values, **more}

    def _paged(self, request: Request, start: Request) -> Request:
        if self._random.random() < 0.5:
            request["Limit"] = self._random.randrange(1, 6)
        if self._random.random() < 0.5:
            request["ScanIndexForward"] = self._random.random() < 0.3
        if self._random.random() < 0.4:
            request["ExclusiveStartKey"] = start
        if self._random.random() < 0.3:
            request["FilterExpression"] = "n > :n"
            request["ExpressionAttributeValues"] = {**request["ExpressionAttributeValues"], ":n": {"N": "1"}}
        if self._random.random() < 0.2:
            request["Select"] = "COUNT"
        elif self._random.random() < 0.2:
            request["ProjectionExpression"] = "pk, n"
        return request

    def _transaction(self, _shape: Shape) -> Operation:
        items = []
        for _ in range(self._random.randrange(1, 5)):
            shape = self._random.choice(SHAPES)
            condition = self._condition()
            kind = self._random.randrange(4)
            if kind == 0:
                items.append({"Put": {"TableName": shape.name, "Item": self._item(shape), **condition}})
            elif kind == 1:
                items.append({"Delete": {"TableName": shape.name, "Key": self.key(shape), **condition}})
            elif kind == 2:
                check = {"ConditionExpression": "attribute_exists(pk)"}
                items.append({"ConditionCheck": {"TableName": shape.name, "Key": self.key(shape), **check}})
            else:
                _, update = self._update(shape)
                while "pk" in update["UpdateExpression"]:  # MiniStack lets a transaction change a key
                    _, update = self._update(shape)
                update.pop("ReturnValues")
                items.append({"Update": update})
        return "TransactWriteItems", {"TransactItems": items}

    def _batch(self, shape: Shape) -> Operation:
        requests: list[Request] = [{"PutRequest": {"Item": self._item(shape)}} for _ in range(2)]
        requests.append({"DeleteRequest": {"Key": self.key(shape)}})
        return "BatchWriteItem", {"RequestItems": {shape.name: requests}}

    def _read_batch(self, shape: Shape) -> Operation:
        return "BatchGetItem", {"RequestItems": {shape.name: {"Keys": [self.key(shape), self.key(shape)]}}}

    def _malformed(self, shape: Shape) -> Operation:
        bad: list[Operation] = [
            ("Query", {"TableName": shape.name, "KeyConditionExpression": "pk > :a", "ExpressionAttributeValues": {}}),
            ("Query", {"TableName": shape.name}),
            ("Query", {"TableName": 7}),
            (
                "Query",
                {
                    "TableName": shape.name,
                    "KeyConditionExpression": "pk = :a AND n = :a",
                    "ExpressionAttributeValues": {":a": {"S": "p"}},
                },
            ),
            ("Scan", {"TableName": shape.name, "Limit": 0}),
            ("GetItem", {"TableName": shape.name, "Key": {"pk": {"S": ""}}}),
            ("PutItem", {"TableName": "nowhere", "Item": {}}),
        ]
        return self._random.choice(bad)


def _schema(hash_name: str, range_name: str | None) -> list[dict[str, str]]:
    schema = [{"AttributeName": hash_name, "KeyType": "HASH"}]
    return [*schema, {"AttributeName": range_name, "KeyType": "RANGE"}] if range_name else schema
