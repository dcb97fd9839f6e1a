"""No consumer breaks without being told: an event whose schema changes for the worse needs a new `event_version`.

`events/promised/<event>.v<version>.schema.json` is what consumers of that version were told. A new event, or a new
version, gets its file once; a file that is there is changed only to take additions up.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.draft4 import draft4
from fourfold.events.envelope import EventData
from fourfold.events.schema import detail_schema
from tests.contract.events.compatibility import breaking_changes

EVENTS = Path(__file__).parents[3] / "events"
each_event = pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda event_type: event_type.detail_type)


def promised(event_type: type[EventData]) -> Path:
    return EVENTS / "promised" / f"{event_type.detail_type}.v{event_type.event_version}.schema.json"


def sample(event_type: type[EventData]) -> Any:
    return json.loads((EVENTS / "bus" / f"{event_type.detail_type}.json").read_text())["detail"]


@each_event
def test_consumers_of_this_version_can_go_on(event_type: type[EventData]) -> None:
    path = promised(event_type)
    assert path.exists(), f"write what consumers may rely on from now on: cp events/bus/...schema.json {path.name}"
    assert breaking_changes(json.loads(path.read_text()), detail_schema(event_type)) == [], (
        "raise event_version, or take the change back"
    )


def test_every_promise_is_of_an_event_that_is_still_sent() -> None:
    """A version that is no longer sent may go, and with it its file; an event may not."""
    sent = {event_type.detail_type for event_type in EVENT_TYPES}
    assert {path.name.rpartition(".v")[0] for path in (EVENTS / "promised").iterdir()} == sent


def _data(schema: dict[str, Any]) -> Any:
    return schema["$defs"][schema["properties"]["data"]["$ref"].rpartition("/")[2]]


OLD = detail_schema(next(one for one in EVENT_TYPES if one.detail_type == "generation.run.completed"))


def test_additions_and_tighter_ranges_break_nobody() -> None:
    new = copy.deepcopy(OLD)
    data = _data(new)
    data["properties"]["mood"] = {"type": "string"}
    data["required"].append("mood")
    data["properties"]["overall"] = {"type": "integer"}
    data["properties"]["status"]["enum"] = ["active"]
    data["description"] = "Other words."
    assert breaking_changes(OLD, new) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: data["properties"].pop("attempts"), "/data/attempts: is gone"),
        (lambda data: data["properties"].update(tries=data["properties"].pop("attempts")), "/data/attempts: is gone"),
        (lambda data: data["required"].remove("overall"), "/data/overall: is no longer always there"),
        (lambda data: data["properties"]["attempts"].update(type="string"), "/data/attempts: was "),
        (lambda data: data["properties"]["attempts"].update(type="number"), "/data/attempts: was "),
        (lambda data: data["properties"]["run_id"].update(pattern="^r.*$"), "/data/run_id: pattern was "),
        (lambda data: data["properties"]["status"]["enum"].append("odd"), "/data/status: may now be odd"),
        (lambda data: data["properties"]["status"].pop("enum"), "/data/status: may now be anything"),
        (
            lambda data: data["properties"].update(overall={"anyOf": [{"type": "number"}, {"type": "null"}]}),
            "/data/overall: may now be null",
        ),
    ],
)
def test_a_break_is_seen(change: Any, expected: str) -> None:
    new = copy.deepcopy(OLD)
    change(_data(new))
    (found,) = breaking_changes(OLD, new)
    assert found.startswith(expected)


def test_a_bound_may_be_tightened_and_not_loosened() -> None:
    old = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 5}}, "required": ["n"]}
    tight, loose = copy.deepcopy(old), copy.deepcopy(old)
    tight["properties"]["n"].update(minimum=1, maximum=4)  # type: ignore[index]
    loose["properties"]["n"].update(minimum=-1, maximum=6)  # type: ignore[index]
    assert breaking_changes(old, tight) == []
    assert breaking_changes(old, loose) == ["/n: maximum was 5, is 6", "/n: minimum was 0, is -1"]


@each_event
def test_the_registrys_draft_4_says_the_same(event_type: type[EventData]) -> None:
    older = draft4(detail_schema(event_type))
    Draft4Validator.check_schema(older)
    text = json.dumps(older)
    assert not any(f'"{word}"' in text for word in ("$defs", "const", "prefixItems", "examples"))
    newer, detail = Draft202012Validator(detail_schema(event_type)), sample(event_type)
    assert Draft4Validator(older).is_valid(detail)
    for name in detail["data"]:
        for wrong in ({k: v for k, v in detail["data"].items() if k != name}, {**detail["data"], name: object}):
            broken = {**detail, "data": wrong}
            assert Draft4Validator(older).is_valid(broken) == newer.is_valid(broken) is False, name


def test_exclusive_bounds_keep_their_meaning() -> None:
    older = draft4({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
    Draft4Validator.check_schema(older)
    assert [Draft4Validator(older).is_valid(value) for value in (0, 0.5, 1)] == [False, True, False]
