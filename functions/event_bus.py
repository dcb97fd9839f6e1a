"""Publishes entries on the EventBridge bus. PutEvents can fail for single entries; only those are retried."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fourfold.aws import client
from fourfold.made_once import MadeOnce

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

Entry = dict[str, Any]

# PutEvents accepts 10 entries of 1 MB in total; this leaves room for overhead and for the older limit of 256 KB.
_MAX_ENTRIES = 10
_MAX_BYTES = 256_000
PAUSES_S = (0.1, 0.4, 1.6, 3.2)


def publish(entries: Sequence[Entry]) -> list[Entry]:
    """Publishes `entries` (of `fourfold.events.envelope.bus_entry`) on the bus named by FOURFOLD_EVENT_BUS.

    Failed entries are retried for about five seconds.

    Returns:
        The entries that could not be published.
    """
    pending = list(entries)
    for pause in (*PAUSES_S, None):
        pending = [rejected for batch in _batches(pending) for rejected in _put_batch(batch)]
        if not pending or pause is None:
            break
        time.sleep(pause)
    return pending


@MadeOnce
def _bus() -> EventBridgeClient:
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
    return cast("EventBridgeClient", client("events", config))


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Splits entries into batches for one PutEvents call each."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        bytes_ = len(_detail(entry).encode())
        if batch and (len(batch) == _MAX_ENTRIES or size + bytes_ > _MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += bytes_
    if batch:
        yield batch


def _put_batch(batch: Sequence[Entry]) -> list[Entry]:
    """Publishes one batch; returns the entries that failed (all of them if the call failed)."""
    bus = os.environ["FOURFOLD_EVENT_BUS"]
    request_entries: list[PutEventsRequestEntryTypeDef] = [
        {
            "Source": entry["Source"],
            "DetailType": entry["DetailType"],
            "Detail": _detail(entry),
            "EventBusName": bus,
            # EventBridge hands it on to the queues.
            **({"TraceHeader": entry["TraceHeader"]} if "TraceHeader" in entry else {}),
        }
        for entry in batch
    ]
    try:
        results = _bus().put_events(Entries=request_entries)["Entries"]
    except (ClientError, BotoCoreError):
        return list(batch)
    # Results are in the order of the entries; a published entry has an EventId.
    return [entry for entry, result in zip(batch, results, strict=True) if "EventId" not in result]


def _detail(entry: Entry) -> str:
    return json.dumps(entry["Detail"], ensure_ascii=False, separators=(",", ":"))
