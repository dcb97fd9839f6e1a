"""Webhook endpoints and deliveries in the Webhooks table.

Endpoints    pk `WS#<workspace>`   sk `ENDPOINT#<id>`
Deliveries   pk `ENDPOINT#<id>`    sk `DELIVERY#<id>`, whose ids sort by when their event occurred; kept for 30 days
             after they were last begun. Times that conditions compare are numbers: seconds since 1970.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.ids import min_delivery_id
from fourfold.storage.outbox import outbox_put
from fourfold.webhooks.delivery import Attempt, DeadReason, Delivery, DeliveryStatus
from fourfold.webhooks.endpoint import DisabledReason, Endpoint, SigningSecret

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RETENTION = timedelta(days=30)
ATTEMPTS_KEPT = 50

_PENDING = {":pending": {"S": DeliveryStatus.PENDING.value}}
_NAMES = {"#status": "status"}


@dataclass(frozen=True)
class DeliveryPage:
    """One page of a list, newest event first. `last` is the id to go on after, None at the end."""

    deliveries: Sequence[Delivery]
    last: str | None


class DynamoWebhooks:
    """Implements `fourfold.webhooks.store.WebhookStore`, and what the API needs beside it."""

    def __init__(self, client: DynamoDBClient, table: str, outbox_table: str | None = None) -> None:
        """`outbox_table` is where the event of a disabled endpoint goes; only who disables needs it."""
        self._client = client
        self._table = table
        self._outbox_table = outbox_table

    # Endpoints

    def create(self, endpoint: Endpoint) -> None:
        """Stores a fresh endpoint."""
        self._client.put_item(TableName=self._table, Item=_endpoint_item(endpoint))

    def endpoint(self, workspace_id: str, endpoint_id: str) -> Endpoint | None:
        """The endpoint, strongly consistent, or None."""
        key = _endpoint_key(workspace_id, endpoint_id)
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else _endpoint(item)

    def endpoints(self, workspace_id: str) -> list[Endpoint]:
        """All of a workspace's, newest first, strongly consistent."""
        condition = {
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {":pk": {"S": f"WS#{workspace_id}"}, ":prefix": {"S": "ENDPOINT#"}},
        }
        return [_endpoint(item) for item in self._queried(condition, newest_first=True)]

    def save(self, endpoint: Endpoint) -> bool:
        """Stores a changed endpoint in place of the version it was made from; False if that is stored no longer.

        How it has been answering is the dispatcher's to say: it is forgotten if `endpoint` knows of no failure.
        """
        item = _endpoint_item(endpoint)
        values = {":" + name: item[name] for name in ("doc", "enabled", "updated_at", "brisk")}
        sets = ["doc = :doc", "enabled = :enabled", "updated_at = :updated_at", "brisk = :brisk", "version = :next"]
        removed = [name for name in ("disabled_reason", "failing_since") if name not in item]
        if "disabled_reason" in item:
            sets.append("disabled_reason = :reason")
            values[":reason"] = item["disabled_reason"]
        return self._update(
            _endpoint_key(endpoint.workspace_id, endpoint.id),
            f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removed)}" if removed else ""),
            "version = :version",
            {**values, ":version": item["version"], ":next": {"N": str(endpoint.version + 1)}},
        )

    def delete(self, workspace_id: str, endpoint_id: str) -> bool:
        """Removes the endpoint; False if it was not there. Its deliveries expire by themselves."""
        reply = self._client.delete_item(
            TableName=self._table, Key=_endpoint_key(workspace_id, endpoint_id), ReturnValues="ALL_OLD"
        )
        return bool(reply.get("Attributes"))

    def record_health(self, endpoint: Endpoint, *, healthy: bool, failing_since: datetime | None) -> None:
        """How the endpoint answers now; nothing if it is gone."""
        values: dict[str, Any] = {":brisk": {"BOOL": healthy}}
        change = "SET brisk = :brisk"
        if failing_since is None:
            change += " REMOVE failing_since"
        else:
            change += ", failing_since = if_not_exists(failing_since, :since)"
            values[":since"] = {"S": failing_since.isoformat()}
        self._update(_endpoint_key(endpoint.workspace_id, endpoint.id), change, "attribute_exists(pk)", values)

    def disable(self, endpoint: Endpoint, reason: DisabledReason, now: datetime, entry: Mapping[str, Any]) -> bool:
        """Disables an enabled endpoint and puts the event `entry` into the outbox, both or neither; says whether."""
        if self._outbox_table is None:
            raise ValueError("disabling an endpoint needs the outbox's table")
        update: Any = {
            "TableName": self._table,
            "Key": _endpoint_key(endpoint.workspace_id, endpoint.id),
            "UpdateExpression": "SET enabled = :off, disabled_reason = :reason, updated_at = :now ADD version :one",
            "ConditionExpression": "enabled = :on",
            "ExpressionAttributeValues": {
                ":off": {"BOOL": False},
                ":on": {"BOOL": True},
                ":reason": {"S": reason},
                ":now": {"S": now.isoformat()},
                ":one": {"N": "1"},
            },
        }
        try:
            self._client.transact_write_items(
                TransactItems=[{"Update": update}, {"Put": outbox_put(self._outbox_table, dict(entry))}]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionCanceledException":
                return False  # somebody else is disabling it, or has
            raise
        return True

    # Deliveries

    def add(self, delivery: Delivery) -> bool:
        """Stores a delivery unless it is there; says whether it was stored."""
        try:
            self._client.put_item(
                TableName=self._table, Item=_delivery_item(delivery), ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def delivery(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """The delivery, strongly consistent, or None."""
        key = _delivery_key(endpoint_id, delivery_id)
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else _delivery(item)

    def deliveries(
        self, endpoint_id: str, limit: int, after: str | None = None, status: DeliveryStatus | None = None
    ) -> DeliveryPage:
        """Up to `limit` deliveries of an endpoint, newest event first, those before delivery `after`."""
        condition: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk AND sk < :before",
            "ExpressionAttributeValues": {
                ":pk": {"S": f"ENDPOINT#{endpoint_id}"},
                ":before": {"S": "DELIVERY$" if after is None else f"DELIVERY#{after}"},  # $ follows # in ASCII
            },
        }
        if status is not None:
            condition["FilterExpression"] = "#status = :status"
            condition["ExpressionAttributeNames"] = _NAMES
            condition["ExpressionAttributeValues"][":status"] = {"S": status.value}
        found: list[Delivery] = []
        for item in self._queried(condition, newest_first=True):
            if len(found) == limit:
                return DeliveryPage(found, found[-1].id)
            found.append(_delivery(item))
        return DeliveryPage(found, None)

    def dead_since(self, endpoint_id: str, since: datetime) -> Iterator[str]:
        """Ids of the dead deliveries of events that occurred at `since` or later, oldest first."""
        condition = {
            "KeyConditionExpression": "pk = :pk AND sk >= :first",
            "FilterExpression": "#status = :dead",
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {
                ":pk": {"S": f"ENDPOINT#{endpoint_id}"},
                ":first": {"S": f"DELIVERY#{min_delivery_id(since)}"},
                ":dead": {"S": DeliveryStatus.DEAD.value},
            },
        }
        for item in self._queried(condition, newest_first=False):
            yield item["sk"]["S"].removeprefix("DELIVERY#")

    def claim(self, endpoint_id: str, delivery_id: str, now: datetime, until: datetime) -> Delivery | None:
        """The delivery, busy until `until`; None unless it is pending, due and not busy."""
        try:
            reply = self._client.update_item(
                TableName=self._table,
                Key=_delivery_key(endpoint_id, delivery_id),
                UpdateExpression="SET busy_until = :until",
                ConditionExpression="#status = :pending AND due_at <= :now"
                " AND (attribute_not_exists(busy_until) OR busy_until <= :now)",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={**_PENDING, ":now": _number(now), ":until": _number(until)},
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return None
            raise
        return _delivery(reply["Attributes"])

    def record(
        self, delivery: Delivery, attempt: Attempt, *, due_at: datetime | None = None, dead: DeadReason | None = None
    ) -> None:
        """Ends a claimed delivery's attempt: delivered, or due again at `due_at`, or dead.

        Nothing, if the claim ran out and is another worker's now.
        """
        status = DeliveryStatus.DELIVERED
        if due_at is not None:
            status = DeliveryStatus.PENDING
        elif dead is not None:
            status = DeliveryStatus.DEAD
        attempts = (*delivery.attempts, attempt)[-ATTEMPTS_KEPT:]
        change = "SET #status = :status, attempts = :attempts, tries = :tries, due_at = :due"
        values: dict[str, Any] = {
            ":status": {"S": status.value},
            ":attempts": _attempts(attempts),
            ":tries": {"N": str(delivery.tries + 1)},
            ":due": _number(due_at or delivery.due_at),
            ":claim": _number(delivery.busy_until or delivery.due_at),
        }
        if dead is not None:
            change += ", dead_reason = :dead"
            values[":dead"] = {"S": dead}
        key = _delivery_key(delivery.endpoint_id, delivery.id)
        self._update(key, f"{change} REMOVE busy_until", "busy_until = :claim", values, _NAMES)

    def mark_dead(self, endpoint_id: str, delivery_id: str, reason: DeadReason, now: datetime) -> bool:
        """Makes a pending delivery that nobody attempts dead; says whether it did."""
        return self._update(
            _delivery_key(endpoint_id, delivery_id),
            "SET #status = :dead, dead_reason = :reason REMOVE busy_until",
            "#status = :pending AND (attribute_not_exists(busy_until) OR busy_until <= :now)",
            {
                **_PENDING,
                ":dead": {"S": DeliveryStatus.DEAD.value},
                ":reason": {"S": reason},
                ":now": _number(now),
            },
            _NAMES,
        )

    def requeue(self, endpoint_id: str, delivery_id: str, now: datetime, *, even_if_alive: bool = False) -> bool:
        """Begins a dead delivery again, due now; says whether it did.

        `even_if_alive`: also one that was delivered or waits for its next attempt, but none that is being attempted.
        """
        statuses = list(DeliveryStatus) if even_if_alive else [DeliveryStatus.DEAD]
        allowed = {f":{status.value}": {"S": status.value} for status in statuses}
        return self._update(
            _delivery_key(endpoint_id, delivery_id),
            "SET #status = :pending, tries = :none, due_at = :now, expires_at = :expires REMOVE dead_reason",
            f"#status IN ({', '.join(allowed)}) AND (attribute_not_exists(busy_until) OR busy_until <= :now)",
            {**_PENDING, **allowed, ":none": {"N": "0"}, ":now": _number(now), ":expires": _whole(now + RETENTION)},
            _NAMES,
        )

    # DynamoDB

    def _update(
        self,
        key: dict[str, Any],
        change: str,
        condition: str,
        values: dict[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                **({"ExpressionAttributeNames": names} if names else {}),  # type: ignore[arg-type]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _queried(self, condition: Mapping[str, Any], *, newest_first: bool) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            reply = self._client.query(
                TableName=self._table, ScanIndexForward=not newest_first, ConsistentRead=True, **condition, **start
            )
            yield from reply["Items"]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}


def _endpoint_key(workspace_id: str, endpoint_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"WS#{workspace_id}"}, "sk": {"S": f"ENDPOINT#{endpoint_id}"}}


def _endpoint_item(endpoint: Endpoint) -> dict[str, Any]:
    doc = {
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "secrets": [held.model_dump(mode="json") for held in endpoint.secrets],
        "created_at": endpoint.created_at.isoformat(),
    }
    item: dict[str, Any] = {
        **_endpoint_key(endpoint.workspace_id, endpoint.id),
        "doc": {"S": json.dumps(doc, ensure_ascii=False)},
        "enabled": {"BOOL": endpoint.enabled},
        "brisk": {"BOOL": endpoint.healthy},
        "version": {"N": str(endpoint.version)},
        "updated_at": {"S": endpoint.updated_at.isoformat()},
    }
    if endpoint.disabled_reason is not None:
        item["disabled_reason"] = {"S": endpoint.disabled_reason}
    if endpoint.failing_since is not None:
        item["failing_since"] = {"S": endpoint.failing_since.isoformat()}
    return item


def _endpoint(item: Mapping[str, Any]) -> Endpoint:
    doc = json.loads(item["doc"]["S"])
    return Endpoint(
        id=item["sk"]["S"].removeprefix("ENDPOINT#"),
        workspace_id=item["pk"]["S"].removeprefix("WS#"),
        url=doc["url"],
        events=tuple(doc["events"]),
        description=doc["description"],
        secrets=tuple(SigningSecret.model_validate(held) for held in doc["secrets"]),
        enabled=item["enabled"]["BOOL"],
        disabled_reason=item["disabled_reason"]["S"] if "disabled_reason" in item else None,
        failing_since=item["failing_since"]["S"] if "failing_since" in item else None,
        healthy=item["brisk"]["BOOL"],
        version=int(item["version"]["N"]),
        created_at=doc["created_at"],
        updated_at=item["updated_at"]["S"],
    )


def _delivery_key(endpoint_id: str, delivery_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"ENDPOINT#{endpoint_id}"}, "sk": {"S": f"DELIVERY#{delivery_id}"}}


def _delivery_item(delivery: Delivery) -> dict[str, Any]:
    return {
        **_delivery_key(delivery.endpoint_id, delivery.id),
        "workspace_id": {"S": delivery.workspace_id},
        "event_id": {"S": delivery.event_id},
        "event_type": {"S": delivery.event_type},
        "body": {"S": delivery.body},
        "status": {"S": delivery.status.value},
        "tries": {"N": str(delivery.tries)},
        "attempts": _attempts(delivery.attempts),
        "due_at": _number(delivery.due_at),
        "created_at": {"S": delivery.created_at.isoformat()},
        "expires_at": _whole(delivery.created_at + RETENTION),
    }


def _delivery(item: Mapping[str, Any]) -> Delivery:
    return Delivery(
        id=item["sk"]["S"].removeprefix("DELIVERY#"),
        endpoint_id=item["pk"]["S"].removeprefix("ENDPOINT#"),
        workspace_id=item["workspace_id"]["S"],
        event_id=item["event_id"]["S"],
        event_type=item["event_type"]["S"],
        body=item["body"]["S"],
        status=DeliveryStatus(item["status"]["S"]),
        dead_reason=item["dead_reason"]["S"] if "dead_reason" in item else None,
        tries=int(item["tries"]["N"]),
        attempts=tuple(Attempt.model_validate_json(made["S"]) for made in item["attempts"]["L"]),
        due_at=_moment(item["due_at"]),
        busy_until=_moment(item["busy_until"]) if "busy_until" in item else None,
        created_at=item["created_at"]["S"],
    )


def _attempts(attempts: Sequence[Attempt]) -> dict[str, Any]:
    return {"L": [{"S": attempt.model_dump_json()} for attempt in attempts]}


def _number(moment: datetime) -> dict[str, str]:
    return {"N": repr(moment.timestamp())}


def _whole(moment: datetime) -> dict[str, str]:
    return {"N": str(int(moment.timestamp()))}


def _moment(number: Mapping[str, str]) -> datetime:
    return datetime.fromtimestamp(float(number["N"]), UTC)
