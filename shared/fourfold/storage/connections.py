"""Connected clients, what they subscribed to, and one-use tickets, in the Connections table.

    pk `CONN#<connection>`               sk `CONN`               whose it is; `topics`: what counts as a subscription
    pk `WS#<ws>`                         sk `CONN#<connection>`  a subscriber of the workspace
    pk `WS#<ws>#PERSONA#<persona>`       sk `CONN#<connection>`  a subscriber of a persona
    pk `WS#<ws>#RUN#<run>`               sk `CONN#<connection>`  a follower of a run (`fourfold.storage.followers`)
    pk `TICKET#<sha256 of the ticket>`   sk `TICKET`             whose key it stands for

API Gateway ends a connection after two hours; everything of it expires a little later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.progress.ports import RunKey, Subscriber, Topic
from fourfold.progress.subscriptions import Connection

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

CONNECTION_LIFE = timedelta(hours=2, minutes=10)


class DynamoConnections:
    """Implements `fourfold.progress.subscriptions.SubscriptionRegistry`, and knows whose each connection is."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def connect(self, connection: Connection) -> None:
        """A client has come."""
        self._client.put_item(
            TableName=self._table,
            Item={
                **_connection_key(connection.connection_id),
                "workspace_id": {"S": connection.workspace_id},
                "key_hash": {"S": connection.key_hash},
                "expires_at": self._expiry(),
            },
        )

    def find(self, connection_id: str) -> Connection | None:
        """The connection, strongly consistent, or None."""
        reply = self._client.get_item(TableName=self._table, Key=_connection_key(connection_id), ConsistentRead=True)
        item = reply.get("Item")
        if item is None:
            return None
        return Connection(connection_id, item["workspace_id"]["S"], item["key_hash"]["S"])

    def of(self, topic: Topic) -> Sequence[Subscriber]:
        """The topic's subscribers, strongly consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _topic_pk(topic)}},
            ConsistentRead=True,
        )
        return [_subscriber(item) for page in pages for item in page["Items"]]

    def put(self, topic: Topic, subscriber: Subscriber) -> None:
        """Makes the connection a subscriber of a persona or the workspace."""
        item: dict[str, Any] = {
            **_topic_key(topic, subscriber.connection_id),
            "key_hash": {"S": subscriber.key_hash},
            "expires_at": self._expiry(),
        }
        if subscriber.after:
            item["after"] = {"S": json.dumps(dict(subscriber.after))}
        self._client.put_item(TableName=self._table, Item=item)

    def delete(self, topic: Topic, connection_id: str) -> None:
        """Ends that."""
        self._client.delete_item(TableName=self._table, Key=_topic_key(topic, connection_id))

    def add(self, connection: Connection, topic: str, limit: int) -> bool:
        """Counts a subscription (once, however often it is added); False: the connection has `most` others."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_connection_key(connection.connection_id),
                UpdateExpression="ADD topics :topics",
                ConditionExpression="attribute_exists(pk) AND "
                "(attribute_not_exists(topics) OR size(topics) < :most OR contains(topics, :topic))",
                ExpressionAttributeValues={
                    ":topics": {"SS": [topic]},
                    ":topic": {"S": topic},
                    ":most": {"N": str(limit)},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def remove(self, connection: Connection, topic: str) -> None:
        """Counts it no more."""
        self._remove(connection.connection_id, topic)

    def run_ended(self, connection_id: str, run: RunKey) -> None:
        """The connection's subscription to this run is over."""
        self._remove(connection_id, f"run:{run.run_id}")

    def forget(self, connection_id: str) -> None:
        """Drops the connection and all its subscriptions."""
        reply = self._client.delete_item(
            TableName=self._table, Key=_connection_key(connection_id), ReturnValues="ALL_OLD"
        )
        item = reply.get("Attributes")
        if not item:
            return
        for topic in item.get("topics", {"SS": []})["SS"]:
            pk = _pk_of(topic, item["workspace_id"]["S"])
            self._client.delete_item(TableName=self._table, Key=member_key(pk, connection_id))

    def _remove(self, connection_id: str, topic: str) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_connection_key(connection_id),
                UpdateExpression="DELETE topics :topics",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":topics": {"SS": [topic]}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _expiry(self) -> dict[str, str]:
        return expiry(self._clock())


class DynamoTickets:
    """Tickets that let a browser connect once, in place of the key it must not be given. Stored hashed."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def issue(self, ticket: str, key_hash: str, seconds: float) -> None:
        """Makes `ticket` stand for a key for some seconds."""
        self._client.put_item(
            TableName=self._table,
            Item={
                **_ticket_key(ticket),
                "key_hash": {"S": key_hash},
                "expires_at": {"N": str(int(self._clock() + seconds))},
            },
        )

    def redeem(self, ticket: str) -> str | None:
        """The hash of the key it stands for, once; None: no such ticket, used, or too old."""
        try:
            reply = self._client.delete_item(
                TableName=self._table,
                Key=_ticket_key(ticket),
                ConditionExpression="attribute_exists(pk) AND expires_at > :now",
                ExpressionAttributeValues={":now": {"N": str(int(self._clock()))}},
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return None
            raise
        return reply["Attributes"]["key_hash"]["S"]


def member_key(pk: str, connection_id: str) -> dict[str, Any]:
    """The key of a connection's item in a partition."""
    return {"pk": {"S": pk}, "sk": {"S": f"CONN#{connection_id}"}}


def run_pk(run: RunKey) -> str:
    """The partition of a run's followers."""
    return f"WS#{run.workspace_id}#RUN#{run.run_id}"


def expiry(now: float) -> dict[str, str]:
    """When an item written now may go."""
    return {"N": str(int(now + CONNECTION_LIFE.total_seconds()))}


def _connection_key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"CONN#{connection_id}"}, "sk": {"S": "CONN"}}


def _ticket_key(ticket: str) -> dict[str, Any]:
    return {"pk": {"S": f"TICKET#{hashlib.sha256(ticket.encode()).hexdigest()}"}, "sk": {"S": "TICKET"}}


def _topic_pk(topic: Topic) -> str:
    workspace = f"WS#{topic.workspace_id}"
    return workspace if topic.persona_id is None else f"{workspace}#PERSONA#{topic.persona_id}"


def _topic_key(topic: Topic, connection_id: str) -> dict[str, Any]:
    return member_key(_topic_pk(topic), connection_id)


def _pk_of(topic: str, workspace_id: str) -> str:
    """The partition of a subscription by the name it is counted under."""
    kind, _, which = topic.partition(":")
    if kind == "run":
        return run_pk(RunKey(workspace_id, which))
    return _topic_pk(Topic(workspace_id, which or None))


def _subscriber(item: dict[str, Any]) -> Subscriber:
    after = json.loads(item["after"]["S"]) if "after" in item else {}
    return Subscriber(item["sk"]["S"].partition("#")[2], item["key_hash"]["S"], after)
