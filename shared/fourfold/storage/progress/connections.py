"""Connected clients, their subscriptions, and one-use tickets, in the Connections table.

    pk `CONN#<connection>`               sk `CONN`               whose it is, its slot; `topics`: its subscriptions
    pk `WS#<ws>`                         sk `CONN#<connection>`  a subscriber of the workspace
    pk persona_pk                        sk `CONN#<connection>`  a subscriber of a persona
    pk run_pk                            sk `CONN#<connection>`  a follower of a run (`followers`)
    pk `TICKET#<sha256 of the ticket>`   sk `TICKET`             whose key it represents

API Gateway ends a connection after two hours; everything of it expires a little later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from fourfold.progress.ports import RunKey, Subscriber, Topic
from fourfold.progress.subscriptions import Connection
from fourfold.storage.partitions import persona_pk, run_pk
from fourfold.storage.progress.connection_slots import ConnectionSlots
from fourfold.storage.table import Item, Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

CONNECTION_LIFE = timedelta(hours=2, minutes=10)


class DynamoConnections:
    """Implements `fourfold.progress.subscriptions.SubscriptionRegistry`, and knows whose each connection is."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._table = Table(client, table)
        self._slots = ConnectionSlots(client, table, clock)
        self._clock = clock

    def connect(self, connection: Connection, limit: int) -> bool:
        """Stores a new connection; False: its workspace has `limit` others.

        A connection that is not stored after its slot was taken keeps the slot until it expires.
        """
        workspace_id, life = connection.workspace_id, CONNECTION_LIFE.total_seconds()
        slot = self._slots.take(workspace_id, connection.connection_id, limit, life)
        if slot is None:
            return False
        self._table.put(
            {
                **_connection_key(connection.connection_id),
                "workspace_id": {"S": workspace_id},
                "key_hash": {"S": connection.key_hash},
                "slot": {"N": str(slot)},
                "expires_at": self._expiry(),
            }
        )
        return True

    def find(self, connection_id: str) -> Connection | None:
        """The connection, strongly consistent, or None."""
        item = self._table.get(_connection_key(connection_id))
        if item is None:
            return None
        return Connection(connection_id, item["workspace_id"]["S"], item["key_hash"]["S"])

    def of(self, topic: Topic) -> Sequence[Subscriber]:
        """The topic's subscribers, strongly consistent."""
        return [_subscriber(item) for item in self._table.query(_topic_pk(topic))]

    def put(self, topic: Topic, subscriber: Subscriber) -> None:
        """Makes the connection a subscriber of a persona or the workspace."""
        item: Item = {
            **_topic_key(topic, subscriber.connection_id),
            "key_hash": {"S": subscriber.key_hash},
            "expires_at": self._expiry(),
        }
        if subscriber.after:
            item["after"] = {"S": json.dumps(dict(subscriber.after))}
        self._table.put(item)

    def delete(self, topic: Topic, connection_id: str) -> None:
        """Ends that."""
        self._table.delete(_topic_key(topic, connection_id))

    def add(self, connection: Connection, topic: str, limit: int) -> bool:
        """Counts a subscription (once, however often it is added); False: the connection has `limit` others."""
        counted = self._table.update(
            _connection_key(connection.connection_id),
            "ADD topics :topics",
            "attribute_exists(pk) AND "
            "(attribute_not_exists(topics) OR size(topics) < :most OR contains(topics, :topic))",
            values={
                ":topics": {"SS": [topic]},
                ":topic": {"S": topic},
                ":most": {"N": str(limit)},
            },
        )
        return counted is not None

    def remove(self, connection: Connection, topic: str) -> None:
        """Counts it no longer."""
        self._remove(connection.connection_id, topic)

    def run_ended(self, connection_id: str, run: RunKey) -> None:
        """Ends the connection's subscription to this run."""
        self._remove(connection_id, f"run:{run.run_id}")

    def forget(self, connection_id: str) -> None:
        """Drops the connection, its slot and all its subscriptions."""
        item = self._table.delete(_connection_key(connection_id))
        if item is None:
            return
        if "slot" in item:  # one that an earlier version stored has none
            self._slots.free(item["workspace_id"]["S"], int(item["slot"]["N"]), connection_id)
        for topic in item.get("topics", {"SS": []})["SS"]:
            self._table.delete(member_key(_pk_of(topic, item["workspace_id"]["S"]), connection_id))

    def _remove(self, connection_id: str, topic: str) -> None:
        self._table.update(
            _connection_key(connection_id),
            "DELETE topics :topics",
            "attribute_exists(pk)",
            values={":topics": {"SS": [topic]}},
        )

    def _expiry(self) -> dict[str, str]:
        return expiry(self._clock())


class DynamoTickets:
    """Tickets that let a browser connect once, in place of the key it must not be given. Stored hashed."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._table = Table(client, table)
        self._clock = clock

    def issue(self, ticket: str, key_hash: str, seconds: float) -> None:
        """Makes `ticket` represent a key for some seconds."""
        self._table.put(
            {
                **_ticket_key(ticket),
                "key_hash": {"S": key_hash},
                "expires_at": {"N": str(int(self._clock() + seconds))},
            }
        )

    def redeem(self, ticket: str) -> str | None:
        """The hash of the key it represents, once; None: no such ticket, used, or too old."""
        redeemed = self._table.delete(
            _ticket_key(ticket),
            "attribute_exists(pk) AND expires_at > :now",
            values={":now": {"N": str(int(self._clock()))}},
        )
        return None if redeemed is None else redeemed["key_hash"]["S"]


def member_key(pk: str, connection_id: str) -> Item:
    """The key of a connection's item in a partition."""
    return key(pk, f"CONN#{connection_id}")


def expiry(now: float) -> dict[str, str]:
    """When an item written now may go."""
    return {"N": str(int(now + CONNECTION_LIFE.total_seconds()))}


def _connection_key(connection_id: str) -> Item:
    return key(f"CONN#{connection_id}", "CONN")


def _ticket_key(ticket: str) -> Item:
    return key(f"TICKET#{hashlib.sha256(ticket.encode()).hexdigest()}", "TICKET")


def _topic_pk(topic: Topic) -> str:
    if topic.persona_id is None:
        return f"WS#{topic.workspace_id}"
    return persona_pk(topic.workspace_id, topic.persona_id)


def _topic_key(topic: Topic, connection_id: str) -> Item:
    return member_key(_topic_pk(topic), connection_id)


def _pk_of(topic: str, workspace_id: str) -> str:
    """The partition of a subscription by the name it is counted under."""
    kind, _, which = topic.partition(":")
    if kind == "run":
        return run_pk(workspace_id, which)
    return _topic_pk(Topic(workspace_id, which or None))


def _subscriber(item: Item) -> Subscriber:
    after = json.loads(item["after"]["S"]) if "after" in item else {}
    return Subscriber(item["sk"]["S"].partition("#")[2], item["key_hash"]["S"], after)
