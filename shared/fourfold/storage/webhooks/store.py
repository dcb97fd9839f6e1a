"""Webhook endpoints and deliveries: what is stored, listed and changed. `items` has the layout."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from fourfold.ids import min_delivery_id
from fourfold.storage.layout import OutdatedStoreError
from fourfold.storage.outbox import outbox_puts
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import PRESENT, delete, put, transact, update
from fourfold.storage.webhooks.items import (
    DELIVERY,
    RETENTION,
    SHARDS,
    attempt_list,
    deleted_endpoint_item,
    deliveries_pk,
    delivery_item,
    delivery_key,
    delivery_of,
    endpoint_item,
    endpoint_key,
    endpoint_of,
    endpoints_pk,
    number,
    whole,
)
from fourfold.webhooks.delivery import Attempt, DeadReason, Delivery, DeliveryStatus
from fourfold.webhooks.endpoint import DisabledReason, Endpoint

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ATTEMPTS_KEPT = 50
# Of a filtered list, so many deliveries are looked at for one page: a short page still says where to continue.
MOST_EXAMINED = 1000
_AT_ONCE = 100

_PENDING = {":pending": {"S": DeliveryStatus.PENDING.value}}
_STATUS = {"names": {"#status": "status"}}
_FREE = "(attribute_not_exists(busy_until) OR busy_until <= :now)"


@dataclass(frozen=True)
class DeliveryPage:
    """One page of a list, newest event first. `last` is the id to continue after, None at the end."""

    deliveries: Sequence[Delivery]
    last: str | None


class DynamoWebhooks:
    """Implements `fourfold.webhooks.store.WebhookStore`, and what the API needs beside it."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str | None = None) -> None:
        """`outbox` is the table for the event of a disabled endpoint; only callers that disable need it."""
        self._client = client
        self._table = Table(client, table)
        self._outbox = outbox

    # Endpoints

    def create(self, endpoint: Endpoint) -> None:
        """Stores a new endpoint."""
        self._table.put(endpoint_item(endpoint))

    def endpoint(self, workspace_id: str, endpoint_id: str) -> Endpoint | None:
        """The endpoint, strongly consistent, or None."""
        item = self._table.get(endpoint_key(workspace_id, endpoint_id))
        return None if item is None else endpoint_of(item)

    def endpoints(self, workspace_id: str) -> list[Endpoint]:
        """All endpoints of a workspace, newest first, strongly consistent."""
        items = self._table.query(endpoints_pk(workspace_id), "ENDPOINT#", newest_first=True)
        return [endpoint_of(item) for item in items]

    def save(self, endpoint: Endpoint) -> bool:
        """Stores a changed endpoint over the version it was made from; False if that is no longer the stored one.

        The dispatcher's record of failures is kept, unless `endpoint` has none.
        """
        item = endpoint_item(endpoint)
        values = {":" + name: item[name] for name in ("doc", "enabled", "updated_at", "brisk", "version")}
        sets = ["doc = :doc", "enabled = :enabled", "updated_at = :updated_at", "brisk = :brisk", "version = :next"]
        removed = [name for name in ("disabled_reason", "failing_since") if name not in item]
        if "disabled_reason" in item:
            sets.append("disabled_reason = :reason")
            values[":reason"] = item["disabled_reason"]
        changed = self._table.update(
            endpoint_key(endpoint.workspace_id, endpoint.id),
            f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removed)}" if removed else ""),
            "version = :version",
            values={**values, ":next": {"N": str(endpoint.version + 1)}},
        )
        return changed is not None

    def delete(self, workspace_id: str, endpoint_id: str) -> bool:
        """Deletes the endpoint; False if it was absent. Its deliveries expire; a note of it is kept for as long."""
        table = self._table.name
        note = deleted_endpoint_item(workspace_id, endpoint_id, datetime.now(UTC))
        removed = delete(table, endpoint_key(workspace_id, endpoint_id), PRESENT)
        return not transact(self._client, {"endpoint": [removed, put(table, note)]})

    def record_health(self, endpoint: Endpoint, *, healthy: bool, failing_since: datetime | None) -> None:
        """Stores how the endpoint answers now; nothing if it is gone."""
        values: dict[str, Any] = {":brisk": {"BOOL": healthy}}
        change = "SET brisk = :brisk"
        if failing_since is None:
            change += " REMOVE failing_since"
        else:
            change += ", failing_since = if_not_exists(failing_since, :since)"
            values[":since"] = {"S": failing_since.isoformat()}
        where = endpoint_key(endpoint.workspace_id, endpoint.id)
        self._table.update(where, change, "attribute_exists(pk)", values=values)

    def disable(self, endpoint: Endpoint, reason: DisabledReason, now: datetime, entry: Mapping[str, Any]) -> bool:
        """Disables an enabled endpoint and puts the event `entry` into the outbox, both or neither; says whether."""
        if self._outbox is None:
            raise ValueError("disabling an endpoint needs the outbox's table")
        off = update(
            self._table.name,
            endpoint_key(endpoint.workspace_id, endpoint.id),
            "SET enabled = :off, disabled_reason = :reason, updated_at = :now ADD version :one",
            "enabled = :on",
            values={
                ":off": {"BOOL": False},
                ":on": {"BOOL": True},
                ":reason": {"S": reason},
                ":now": {"S": now.isoformat()},
                ":one": {"N": "1"},
            },
        )
        return not transact(self._client, {"endpoint": [off, *outbox_puts(self._outbox, [dict(entry)])]})

    # Deliveries

    def add(self, delivery: Delivery) -> bool:
        """Stores a delivery unless one is stored under its id; says whether it did."""
        return self._table.put(delivery_item(delivery), "attribute_not_exists(pk)")

    def delivery(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """The delivery, strongly consistent, or None.

        Raises:
            OutdatedStoreError: an earlier version stored it.
        """
        item = self._table.get(delivery_key(endpoint_id, delivery_id))
        if item is None:
            self._require_converted(endpoint_id, f"{DELIVERY}{delivery_id}")
            return None
        return delivery_of(item)

    def deliveries(
        self, endpoint_id: str, limit: int, after: str | None = None, status: DeliveryStatus | None = None
    ) -> DeliveryPage:
        """Up to `limit` deliveries of an endpoint, newest event first, those before delivery `after`.

        A page is shorter where MOST_EXAMINED deliveries hold fewer of the status; `last` says whether more follow.

        Raises:
            OutdatedStoreError: an earlier version stored the endpoint's deliveries.
        """
        found: list[Delivery] = []
        examined = None
        for number_, item in enumerate(self._merged(endpoint_id, after, limit)):
            if len(found) == limit or number_ == MOST_EXAMINED:
                return DeliveryPage(found, examined)
            delivery = delivery_of(item)
            examined = delivery.id
            if status in {None, delivery.status}:
                found.append(delivery)
        if examined is None and after is None:
            self._require_converted(endpoint_id, DELIVERY)
        return DeliveryPage(found, None)

    def dead_since(self, endpoint_id: str, since: datetime) -> Iterator[str]:
        """Ids of the dead deliveries of events that occurred at `since` or later, oldest first."""
        first = f"{DELIVERY}{min_delivery_id(since)}"
        partitions = [self._deliveries_from(deliveries_pk(endpoint_id, shard), first) for shard in range(SHARDS)]
        for item in heapq.merge(*partitions, key=_sort_key):
            if item["status"]["S"] == DeliveryStatus.DEAD.value:
                yield item["sk"]["S"].removeprefix(DELIVERY)

    def claim(
        self, endpoint_id: str, delivery_id: str, now: datetime, until: datetime, *, due_by: datetime | None = None
    ) -> Delivery | None:
        """The delivery, busy until `until`; None unless it is pending, due by `due_by` (or `now`) and not busy."""
        claimed = self._table.update(
            delivery_key(endpoint_id, delivery_id),
            "SET busy_until = :until",
            f"#status = :pending AND due_at <= :due AND {_FREE}",
            values={**_PENDING, ":due": number(due_by or now), ":now": number(now), ":until": number(until)},
            **_STATUS,
        )
        return None if claimed is None else delivery_of(claimed)

    def record(
        self, delivery: Delivery, attempt: Attempt, *, due_at: datetime | None = None, dead: DeadReason | None = None
    ) -> None:
        """Ends a claimed delivery's attempt: delivered, or due again at `due_at`, or dead.

        Nothing is stored if the claim ran out and is another worker's now.
        """
        status = DeliveryStatus.DELIVERED
        if due_at is not None:
            status = DeliveryStatus.PENDING
        elif dead is not None:
            status = DeliveryStatus.DEAD
        change = "SET #status = :status, attempts = :attempts, tries = :tries, due_at = :due"
        values: dict[str, Any] = {
            ":status": {"S": status.value},
            ":attempts": attempt_list((*delivery.attempts, attempt)[-ATTEMPTS_KEPT:]),
            ":tries": {"N": str(delivery.tries + 1)},
            ":due": number(due_at or delivery.due_at),
            ":claim": number(delivery.busy_until or delivery.due_at),
        }
        if dead is not None:
            change += ", dead_reason = :dead"
            values[":dead"] = {"S": dead}
        self._table.update(
            delivery_key(delivery.endpoint_id, delivery.id),
            f"{change} REMOVE busy_until",
            "busy_until = :claim",
            values=values,
            **_STATUS,
        )

    def mark_dead(self, endpoint_id: str, delivery_id: str, reason: DeadReason, now: datetime) -> bool:
        """Makes a pending delivery dead that no worker attempts; says whether it did."""
        values = {**_PENDING, ":dead": {"S": DeliveryStatus.DEAD.value}, ":reason": {"S": reason}, ":now": number(now)}
        changed = self._table.update(
            delivery_key(endpoint_id, delivery_id),
            "SET #status = :dead, dead_reason = :reason REMOVE busy_until",
            f"#status = :pending AND {_FREE}",
            values=values,
            **_STATUS,
        )
        return changed is not None

    def requeue(self, endpoint_id: str, delivery_id: str, now: datetime, *, even_if_alive: bool = False) -> bool:
        """Begins a dead delivery again, due now; says whether it did.

        `even_if_alive`: also one that was delivered or waits for its next attempt, but none that is being attempted.
        """
        statuses = list(DeliveryStatus) if even_if_alive else [DeliveryStatus.DEAD]
        allowed = {f":{status.value}": {"S": status.value} for status in statuses}
        values = {
            **_PENDING,
            **allowed,
            ":none": {"N": "0"},
            ":now": number(now),
            ":expires": whole(now + RETENTION),
        }
        changed = self._table.update(
            delivery_key(endpoint_id, delivery_id),
            "SET #status = :pending, tries = :none, due_at = :now, expires_at = :expires REMOVE dead_reason",
            f"#status IN ({', '.join(allowed)}) AND {_FREE}",
            values=values,
            **_STATUS,
        )
        return changed is not None

    def _merged(self, endpoint_id: str, after: str | None, limit: int) -> Iterator[Item]:
        """An endpoint's deliveries from all partitions, newest event first."""
        page = math.ceil((limit + 1) / SHARDS) + 1
        partitions = []
        for shard in range(SHARDS):
            pk = deliveries_pk(endpoint_id, shard)
            start = None if after is None else key(pk, f"{DELIVERY}{after}")
            partitions.append(self._table.query(pk, DELIVERY, start_after=start, newest_first=True, page=page))
        return heapq.merge(*partitions, key=_sort_key, reverse=True)

    def _deliveries_from(self, pk: str, first: str) -> Iterator[Item]:
        before_first = key(pk, first[:-1] + chr(ord(first[-1]) - 1))
        return self._table.query(pk, DELIVERY, start_after=before_first, page=_AT_ONCE)

    def _require_converted(self, endpoint_id: str, prefix: str) -> None:
        """Raises OutdatedStoreError if an earlier version stored deliveries of the endpoint with this prefix."""
        for _ in islice(self._table.query(f"ENDPOINT#{endpoint_id}", prefix, page=1), 1):
            raise OutdatedStoreError


def _sort_key(item: Item) -> str:
    return str(item["sk"]["S"])
