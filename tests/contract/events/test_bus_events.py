"""Code, schema and sample of each bus event agree. `make generated` writes the schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.envelope import EventData, bus_entry
from fourfold.events.samples import sample_data
from fourfold.events.schema import detail_schema
from tests.builders import START

BUS = Path(__file__).parents[3] / "events" / "bus"
each_event = pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda event_type: event_type.detail_type)


def sample(event_type: type[EventData]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((BUS / f"{event_type.detail_type}.json").read_text())
    return loaded


@each_event
def test_the_committed_schema_is_the_code_s(event_type: type[EventData]) -> None:
    committed = json.loads((BUS / f"{event_type.detail_type}.schema.json").read_text())
    assert committed == detail_schema(event_type)


@each_event
def test_the_sample_is_an_event_as_eventbridge_delivers_it(event_type: type[EventData]) -> None:
    delivered = sample(event_type)
    assert delivered["source"] == "fourfold"
    assert delivered["detail-type"] == event_type.detail_type
    Draft202012Validator(detail_schema(event_type), format_checker=FormatChecker()).validate(delivered["detail"])


@each_event
def test_the_code_publishes_the_sample_again(event_type: type[EventData]) -> None:
    detail = sample(event_type)["detail"]
    data = event_type.model_validate(detail["data"])
    entry = bus_entry(
        data,
        workspace_id=detail["metadata"]["workspace_id"],
        correlation_id=detail["metadata"]["correlation_id"],
        occurred_at=START,
    )
    assert entry["Detail"] == detail


@each_event
def test_the_sample_that_is_sent_on_request_is_the_same(event_type: type[EventData]) -> None:
    assert sample_data(event_type.detail_type) == sample(event_type)["detail"]["data"]


@each_event
def test_a_consumer_would_notice_a_missing_or_an_unknown_field(event_type: type[EventData]) -> None:
    detail = sample(event_type)["detail"]
    validator = Draft202012Validator(detail_schema(event_type))
    for name in detail["data"]:
        without = {key: value for key, value in detail["data"].items() if key != name}
        assert not validator.is_valid({**detail, "data": without}), name
    assert not validator.is_valid({**detail, "data": {**detail["data"], "surprise": 1}})


def test_every_file_belongs_to_an_event() -> None:
    known = {event_type.detail_type for event_type in EVENT_TYPES}
    assert {path.name.removesuffix(".json").removesuffix(".schema") for path in BUS.iterdir()} == known


def test_the_same_occurrence_has_the_same_id_and_another_has_another() -> None:
    ids = [sample(event_type)["detail"]["metadata"]["event_id"] for event_type in EVENT_TYPES]
    assert len(set(ids)) == len(ids)
