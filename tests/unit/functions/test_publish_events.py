"""Outbox to bus: every entry once, refused ones by themselves, and none lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fourfold.pipeline.state import RunState
from fourfold.storage.client import dynamodb
from fourfold.storage.outbox import entry_item
from functions import event_bus
from functions.publish_events import handler as publish_events
from tests.unit.functions.conftest import SAMPLES, load

SAMPLE = load(SAMPLES / "publish_events" / "two_entries.json")
IDS = [record["dynamodb"]["Keys"]["pk"]["S"] for record in SAMPLE["Records"]]


class Bus:
    """Stands for EventBridge: takes an entry unless the next answers say otherwise."""

    def __init__(self) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self.refusing: list[set[str]] = []
        """For each coming call, the event ids it refuses."""

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto's name
        refused = self.refusing.pop(0) if self.refusing else set()
        self.calls.append(Entries)
        answers = [{"ErrorCode": "ThrottlingException"} if _id(e) in refused else {"EventId": "x"} for e in Entries]
        return {"FailedEntryCount": len([a for a in answers if "EventId" not in a]), "Entries": answers}

    def put(self) -> list[list[str]]:
        return [[_id(entry) for entry in call] for call in self.calls]


def _id(entry: dict[str, Any]) -> str:
    return str(json.loads(entry["Detail"])["metadata"]["event_id"])


@pytest.fixture
def bus(world: RunState, monkeypatch: pytest.MonkeyPatch) -> Bus:  # noqa: ARG001 - the tables
    stand_in = Bus()
    monkeypatch.setattr(event_bus, "_bus", lambda: stand_in)
    monkeypatch.setattr(event_bus, "PAUSES_S", (0, 0))
    for record in SAMPLE["Records"]:
        entry = json.loads(record["dynamodb"]["NewImage"]["entry"]["S"])
        dynamodb().put_item(TableName="outbox", Item=entry_item(entry))
    return stand_in


def waiting() -> set[str]:
    return {item["pk"]["S"] for item in dynamodb().scan(TableName="outbox")["Items"] if "published_at" not in item}


def test_entries_reach_the_bus_once_however_often_the_stream_tells(bus: Bus) -> None:
    publish_events.handler(SAMPLE, None)
    publish_events.handler(SAMPLE, None)
    assert bus.put() == [IDS]
    assert bus.calls[0][0]["EventBusName"] == "fourfold"
    assert not waiting()


def test_a_refused_entry_is_tried_again_by_itself(bus: Bus) -> None:
    bus.refusing = [{IDS[1]}, {IDS[1]}]
    publish_events.handler(SAMPLE, None)
    assert bus.put() == [IDS, [IDS[1]], [IDS[1]]]
    assert not waiting()


def test_what_the_bus_never_took_waits_for_the_next_delivery(bus: Bus) -> None:
    bus.refusing = [{IDS[0]}] * 3
    with pytest.raises(publish_events.NotPublishedError, match=IDS[0]):
        publish_events.handler(SAMPLE, None)
    assert waiting() == {IDS[0]}
    publish_events.handler(SAMPLE, None)
    assert bus.put()[-1] == [IDS[0]]
    assert not waiting()


def test_an_entry_that_is_gone_is_not_published(bus: Bus) -> None:
    dynamodb().delete_item(TableName="outbox", Key={"pk": {"S": IDS[0]}})
    publish_events.handler(SAMPLE, None)
    assert bus.put() == [[IDS[1]]]


def test_a_call_takes_ten_entries_and_a_quarter_of_a_megabyte(bus: Bus) -> None:
    def entry(number: int, size: int) -> dict[str, Any]:
        return {"Source": "s", "DetailType": "t", "Detail": {"metadata": {"event_id": str(number)}, "x": "é" * size}}

    assert event_bus.publish([entry(number, 1) for number in range(23)]) == []
    assert [len(call) for call in bus.put()] == [10, 10, 3]
    bus.calls.clear()
    event_bus.publish([entry(number, 60_000) for number in range(4)])
    assert [len(call) for call in bus.put()] == [2, 2]
