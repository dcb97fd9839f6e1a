"""How endpoints and deliveries are stored in the Webhooks table.

Endpoints    pk `WS#<workspace>`           sk `ENDPOINT#<id>`; of a deleted one `DELETED#<id>`, for 30 days
Deliveries   pk `ENDPOINT#<id>#<0 to 7>`   sk `DELIVERY#<id>`, whose ids sort by when their event occurred; kept for 30
             days after they were last begun. Times that conditions compare are numbers: seconds since 1970.

An endpoint's deliveries are spread over eight partitions: one that gets every event would take fifteen writes for each
persona made, and a single key bears a thousand a second.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fourfold.storage.table import Item, key
from fourfold.webhooks.delivery import Attempt, Delivery, DeliveryStatus
from fourfold.webhooks.endpoint import Endpoint, SigningSecret

RETENTION = timedelta(days=30)
SHARDS = 8
DELIVERY = "DELIVERY#"
DELETED = "DELETED#"
ENDPOINT = "ENDPOINT#"
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def endpoints_pk(workspace_id: str) -> str:
    """A workspace's endpoints."""
    return f"WS#{workspace_id}"


def endpoint_key(workspace_id: str, endpoint_id: str) -> Item:
    """The key of an endpoint."""
    return key(endpoints_pk(workspace_id), f"{ENDPOINT}{endpoint_id}")


def deleted_endpoint_item(workspace_id: str, endpoint_id: str, at: datetime) -> Item:
    """What is left of a deleted endpoint, until its last delivery expires: by it they are found."""
    return {**key(endpoints_pk(workspace_id), f"{DELETED}{endpoint_id}"), "expires_at": whole(at + RETENTION)}


def deliveries_pk(endpoint_id: str, shard: int) -> str:
    """One of the partitions of an endpoint's deliveries (0-7)."""
    return f"{ENDPOINT}{endpoint_id}#{shard}"


def delivery_key(endpoint_id: str, delivery_id: str) -> Item:
    """The key of a delivery. The end of its id is a hash, so that deliveries spread evenly."""
    shard = _BASE32.index(delivery_id[-1]) % SHARDS
    return key(deliveries_pk(endpoint_id, shard), f"{DELIVERY}{delivery_id}")


def endpoint_item(endpoint: Endpoint) -> Item:
    """An endpoint as it is stored."""
    doc = {
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "secrets": [held.model_dump(mode="json") for held in endpoint.secrets],
        "created_at": endpoint.created_at.isoformat(),
    }
    item: Item = {
        **endpoint_key(endpoint.workspace_id, endpoint.id),
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


def endpoint_of(item: Mapping[str, Any]) -> Endpoint:
    """The endpoint an item holds."""
    doc = json.loads(item["doc"]["S"])
    return Endpoint(
        id=item["sk"]["S"].removeprefix(ENDPOINT),
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


def delivery_item(delivery: Delivery) -> Item:
    """A delivery as it is first stored."""
    return {
        **delivery_key(delivery.endpoint_id, delivery.id),
        "workspace_id": {"S": delivery.workspace_id},
        "endpoint_id": {"S": delivery.endpoint_id},
        "event_id": {"S": delivery.event_id},
        "event_type": {"S": delivery.event_type},
        "body": {"S": delivery.body},
        "status": {"S": delivery.status.value},
        "tries": {"N": str(delivery.tries)},
        "attempts": attempt_list(delivery.attempts),
        "due_at": number(delivery.due_at),
        "created_at": {"S": delivery.created_at.isoformat()},
        "expires_at": whole(delivery.created_at + RETENTION),
    }


def delivery_of(item: Mapping[str, Any]) -> Delivery:
    """The delivery an item holds."""
    return Delivery(
        id=item["sk"]["S"].removeprefix(DELIVERY),
        endpoint_id=item["endpoint_id"]["S"],
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


def attempt_list(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Attempts as an attribute."""
    return {"L": [{"S": attempt.model_dump_json()} for attempt in attempts]}


def number(moment: datetime) -> dict[str, str]:
    """A time as an attribute: seconds since 1970 with their fraction."""
    return {"N": repr(moment.timestamp())}


def whole(moment: datetime) -> dict[str, str]:
    """A time as DynamoDB's time to live takes it: whole seconds since 1970."""
    return {"N": str(int(moment.timestamp()))}


def _moment(attribute: Mapping[str, str]) -> datetime:
    return datetime.fromtimestamp(float(attribute["N"]), UTC)
