"""Puts entries on the event bus. PutEvents may take some and refuse others; each is tried again by itself."""

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

# PutEvents takes 10 entries of 1 MB together; a quarter of that leaves room for what it adds and for older limits.
_MOST_ENTRIES = 10
_MOST_BYTES = 256_000
PAUSES_S = (0.1, 0.4, 1.6, 3.2)


def publish(entries: Sequence[Entry]) -> list[Entry]:
    """Puts `entries` (of `fourfold.events.envelope.bus_entry`) on the bus named by FOURFOLD_EVENT_BUS.

    An entry the bus does not take is tried again, without those it took, for about five seconds.

    Returns:
        The entries the bus did not take in the end.
    """
    waiting = list(entries)
    for pause in (*PAUSES_S, None):
        waiting = [refused for request in _requests(waiting) for refused in _refused(request)]
        if not waiting or pause is None:
            break
        time.sleep(pause)
    return waiting


@MadeOnce
def _bus() -> EventBridgeClient:
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
    return cast("EventBridgeClient", client("events", config))


def _requests(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in portions of one call."""
    portion: list[Entry] = []
    size = 0
    for entry in entries:
        bytes_ = len(_detail(entry).encode())
        if portion and (len(portion) == _MOST_ENTRIES or size + bytes_ > _MOST_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += bytes_
    if portion:
        yield portion


def _refused(portion: Sequence[Entry]) -> list[Entry]:
    """Puts one portion; those of it that were not taken (all of them, if the call failed)."""
    bus = os.environ["FOURFOLD_EVENT_BUS"]
    wire: list[PutEventsRequestEntryTypeDef] = [
        {
            "Source": entry["Source"],
            "DetailType": entry["DetailType"],
            "Detail": _detail(entry),
            "EventBusName": bus,
        }
        for entry in portion
    ]
    try:
        answers = _bus().put_events(Entries=wire)["Entries"]
    except (ClientError, BotoCoreError):
        return list(portion)
    # Answers stand in the order of the entries; one that was taken has an id.
    return [entry for entry, answer in zip(portion, answers, strict=True) if "EventId" not in answer]


def _detail(entry: Entry) -> str:
    return json.dumps(entry["Detail"], ensure_ascii=False, separators=(",", ":"))
