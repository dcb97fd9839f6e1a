"""docs/asyncapi.json is valid AsyncAPI 3.0, is the code's, and describes what is really sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from fourfold.events.catalog import EVENT_TYPES
from fourfold.problem import ProblemError, problem
from fourfold.progress.asyncapi import document, text
from fourfold.progress.events import RunEvent
from fourfold.progress.messages import Ack, ErrorReply, Pong, parse_command

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
COMMITTED: dict[str, Any] = json.loads((ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))
MESSAGES: dict[str, Any] = COMMITTED["components"]["messages"]
RUN_ID = "run_01kaqf0c5v3y9m2t8z4n6r1w7b"


def payload(message: str) -> Draft202012Validator:
    """What judges the payload of a message, by the document alone."""
    return Draft202012Validator({**MESSAGES[message]["payload"], "components": COMMITTED["components"]})


def test_it_is_valid_by_the_schema_of_asyncapi_itself() -> None:
    official = json.loads((HERE / "asyncapi-3.0.0.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(official).iter_errors(COMMITTED)] == []
    broken = {**COMMITTED, "operations": {"push": {"action": "shout"}}}
    assert not Draft7Validator(official).is_valid(broken)


def test_the_committed_file_is_the_code_s() -> None:
    assert (ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8") == text(), "run `make generated`"


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [one for value in node.values() for one in references(value)]
        return [one for value in node for one in references(value)] if isinstance(node, list) else []

    found = references(COMMITTED)
    assert len(found) > 50
    for reference in found:
        node: Any = COMMITTED
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_kind_of_event_is_in_it() -> None:
    pushed = {reference["$ref"].rpartition("/")[2] for reference in COMMITTED["operations"]["push"]["messages"]}
    assert {MESSAGES[name]["name"] for name in pushed} == {
        model.model_fields["type"].default for model in get_args(RunEvent)
    }
    published = {reference["$ref"].rpartition("/")[2] for reference in COMMITTED["operations"]["publish"]["messages"]}
    assert {MESSAGES[name]["name"] for name in published} == {event.detail_type for event in EVENT_TYPES}


def test_bus_samples_are_as_described() -> None:
    for event in EVENT_TYPES:
        sample = json.loads((ROOT / "events" / "bus" / f"{event.detail_type}.json").read_text(encoding="utf-8"))
        payload(event.__name__).validate(sample["detail"])
        assert not payload(event.__name__).is_valid({"metadata": {}, "data": {}})


def test_replies_are_as_described() -> None:
    refused = problem("not_found", "Not found", 404, "There is nothing of this id for this key.")
    for reply in (Ack(action="subscribe", run_id=RUN_ID), ErrorReply(id="1", problem=refused), Pong()):
        payload(type(reply).__name__).validate(json.loads(reply.text()))
    assert not payload("ErrorReply").is_valid({"type": "error"})


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ("SubscribeRun", {"action": "subscribe", "run_id": RUN_ID, "after": 4, "id": "1"}),
        ("SubscribeRun", {"action": "subscribe", "run_id": RUN_ID, "after": {}}),
        ("SubscribeRun", {"action": "subscribe", "run_id": "run_1"}),
        ("SubscribeWorkspace", {"action": "subscribe", "workspace": True, "after": {RUN_ID: 3}}),
        ("SubscribeWorkspace", {"action": "subscribe", "workspace": True, "after": 3}),
        ("UnsubscribeRun", {"action": "unsubscribe", "run_id": RUN_ID}),
        ("UnsubscribeRun", {"action": "unsubscribe", "run_id": RUN_ID, "after": 3}),
        ("Ping", {"action": "ping"}),
        ("Ping", {"action": "ping", "id": 3}),
    ],
)
def test_a_command_is_taken_just_when_the_document_says_so(message: str, command: dict[str, Any]) -> None:
    try:
        taken = type(parse_command(json.dumps(command))).__name__ == message
    except ProblemError:
        taken = False
    assert payload(message).is_valid(command) == taken


def test_it_is_the_same_at_every_generation() -> None:
    assert json.dumps(document()) == json.dumps(document())
