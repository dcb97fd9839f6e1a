"""A request reads the settings of a scope, and the tests of its workspace, once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from fourfold.storage.client import dynamodb
from functions.api.provocation_tests.examples import OWN_TEST
from tests.contract.api.config_calls import RETRIES, Settings, put
from tests.contract.api.conftest import FULL_KEY, Api
from tests.dynamo_meter import DynamoMeter

REQUESTS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "view": ("GET", "/v1/config", None),
    "view of the org": ("GET", "/v1/config?scope=org", None),
    "view of a persona": ("GET", "/v1/config?scope=persona&persona_id={persona}", None),
    "explanation": ("GET", f"/v1/config/{RETRIES}/explain", None),
    "commit": ("PATCH", "/v1/config", {"scope": "workspace", "ops": [put(RETRIES, 1)]}),
    "commit to a persona": (
        "PATCH",
        "/v1/config",
        {"scope": "persona", "persona_id": "{persona}", "ops": [put("engine.pipeline.drift_detection.threshold", 0.4)]},
    ),
    "dry run": ("PATCH", "/v1/config", {"scope": "workspace", "ops": [put(RETRIES, 1)], "dry_run": True}),
    "snapshot": ("POST", "/v1/config/snapshots", {"scope": "workspace", "label": "now"}),
    "rollback": ("POST", "/v1/config/snapshots/{snapshot}/rollback", {}),
    "preset": ("POST", "/v1/config/presets/draft/apply", {"scope": "workspace", "reason": "cheap", "dry_run": True}),
}


def with_ids(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: with_ids(each, ids) for name, each in value.items()}
    if isinstance(value, str):
        for name, identifier in ids.items():
            value = value.replace(f"{{{name}}}", identifier)
    return value


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_reads_each_scope_once(api: Api, request_: tuple[str, str, dict[str, Any] | None]) -> None:
    tree = Settings(api)
    persona = api.call("POST", "/v1/personas", json={"intent": "A shy founder"}).json()["id"]
    kept = api.call("POST", "/v1/config/snapshots", FULL_KEY, json={"scope": "workspace", "label": "before"}).json()
    tree.done(put(RETRIES, 2))
    tree.get()
    method, path, body = request_
    ids = {"persona": persona, "snapshot": kept["id"]}
    meter = DynamoMeter(dynamodb(), api.tables)
    try:
        with meter.during() as usage:
            reply = api.call(method, with_ids(path, ids), FULL_KEY, json=with_ids(body, ids))
    finally:
        meter.close()
    assert reply.is_success, reply.text
    heads = [access.key for access in usage.accesses if (access.table, access.operation) == ("config", "BatchGetItem")]
    assert {"SYSTEM", "ORG#org", "WS#ws_one"} <= set(heads)
    assert {key: times for key, times in Counter(heads).items() if times > 1} == {}


@pytest.mark.parametrize(
    ("method", "body"), [("PUT", OWN_TEST), ("GET", None), ("PATCH", {"enabled": False}), ("DELETE", None)]
)
def test_a_request_reads_the_tests_of_its_workspace_once(api: Api, method: str, body: dict[str, Any] | None) -> None:
    path = f"/v1/provocation/tests/{OWN_TEST['id']}"
    assert api.call("PUT", path, FULL_KEY, json=OWN_TEST).is_success
    meter = DynamoMeter(dynamodb(), api.tables)
    try:
        with meter.during() as usage:
            assert api.call(method, path, FULL_KEY, json=body).is_success
    finally:
        meter.close()
    read = [access for access in usage.accesses if access.key == "WS#ws_one#TESTS" and not access.written]
    assert len(read) == 1
