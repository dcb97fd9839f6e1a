"""What the service does when it breaks, what it logs, and how it describes itself."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from fourfold.http import edge
from functions.api.meta.schemas import VERSION
from functions.api.openapi.committed_text import committed_text
from tests.contract.api.conftest import KEY, Api, Live

REPOSITORY = Path(__file__).resolve().parents[3]
BRIEF = {"intent": "the lighthouse keeper's debt"}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the API logs."""
    lines = io.StringIO()
    handler = edge.logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(lines)
    yield lines
    handler.setStream(before or sys.stdout)


def _breaks(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("fourfold.storage.personas.search.DynamoPersonaSearch.page", broken)


def test_a_bug_answers_500_and_says_nothing_of_itself(
    api: Api, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    _breaks(monkeypatch, RuntimeError(BRIEF["intent"]))
    reply = api.call("GET", "/v1/personas")
    assert (reply.status_code, reply.json()["code"]) == (500, "internal_error")
    assert BRIEF["intent"] not in reply.text
    assert reply.headers["request-id"] in logged.getvalue()
    assert "test_service.py" in logged.getvalue(), "the log tells where"
    assert BRIEF["intent"] not in logged.getvalue()


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow"}}, "Query"),
        ConnectTimeoutError(endpoint_url="http://dynamodb.test"),
    ],
)
def test_a_silent_table_is_503(api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    _breaks(monkeypatch, error)
    reply = api.call("GET", "/v1/personas")
    assert (reply.status_code, reply.json()["code"]) == (503, "service_unavailable")
    assert int(reply.headers["retry-after"]) > 0
    assert "dynamodb" not in reply.text


def test_a_change_that_cannot_be_stored_is_507_and_health_is_degraded(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "InsufficientStorage", "Message": "disk"}}, "TransactWriteItems")

    monkeypatch.setattr("fourfold.storage.personas.store.DynamoPersonaStore.start_writes", full_disk)
    reply = api.call("POST", "/v1/personas", json=BRIEF)
    assert (reply.status_code, reply.json()["code"]) == (507, "not_stored")
    monkeypatch.setattr(api.app.state, "storage_failure", lambda: "the disk is full")
    health = api.call("GET", "/v1/health", key=None)
    assert health.status_code == 200
    assert health.json() == {"status": "degraded", "version": VERSION, "reason": "the disk is full"}


def test_logs_are_json_and_hold_neither_brief_nor_key_nor_persona(api: Api, logged: io.StringIO) -> None:
    reply = api.call("POST", "/v1/personas", json=BRIEF, headers={"Idempotency-Key": "a secret of mine"})
    [line] = [json.loads(line) for line in logged.getvalue().splitlines() if '"request"' in line]
    assert line["request_id"] == reply.headers["request-id"]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/personas", 201)
    assert (line["workspace_id"], line["run_id"]) == ("ws_one", reply.json()["run_id"])
    persona = reply.json()
    for secret in (BRIEF["intent"], KEY, "a secret of mine", persona["soul"]["wound"], persona["surface"]["name"]):
        assert secret not in logged.getvalue().replace("key_ffk_one", "")


def test_a_request_id_is_never_taken_from_the_client(api: Api) -> None:
    mine = "req_00000000000000000000000000"
    assert api.call("GET", "/v1/health", headers={"Request-Id": mine}).headers["request-id"] != mine


def test_health(api: Api) -> None:
    assert api.call("GET", "/v1/health", key=None).json() == {"status": "ok", "version": VERSION, "reason": None}


def test_the_committed_description_is_the_apps(api: Api) -> None:
    committed = (REPOSITORY / "docs/openapi.json").read_text(encoding="utf-8")
    assert committed == committed_text(api.app.openapi()), "run: python -m functions.api.openapi.export"


def test_the_description_names_every_route_and_no_other(api: Api) -> None:
    description = api.call("GET", "/v1/openapi.json", key=None).json()
    assert description["openapi"].startswith("3.1")
    assert {(method, path) for path, operations in description["paths"].items() for method in operations} == {
        ("post", "/v1/personas"),
        ("get", "/v1/personas"),
        ("get", "/v1/personas/{persona_id}"),
        ("patch", "/v1/personas/{persona_id}"),
        ("delete", "/v1/personas/{persona_id}"),
        ("get", "/v1/personas/{persona_id}/versions"),
        ("get", "/v1/personas/{persona_id}/constraints"),
        ("post", "/v1/runs/{run_id}/cancel"),
        ("get", "/v1/runs"),
        ("get", "/v1/personas/{persona_id}/lineage"),
        ("get", "/v1/personas/{persona_id}/distinctiveness"),
        ("post", "/v1/personas/{persona_id}/fork"),
        ("post", "/v1/personas/{persona_id}/audit"),
        ("post", "/v1/personas/{persona_id}/versions/{version}/restore"),
        ("get", "/v1/personas/{persona_id}/versions/{version}/diff/{other_version}"),
        ("get", "/v1/personas/{persona_id}/sessions"),
        ("get", "/v1/sessions/{session_id}"),
        ("get", "/v1/sessions/{session_id}/messages"),
        ("patch", "/v1/sessions/{session_id}"),
        ("delete", "/v1/sessions/{session_id}"),
        ("get", "/v1/personas/{persona_id}/versions/{version}"),
        ("post", "/v1/personas/{persona_id}/regenerate"),
        ("get", "/v1/personas/{persona_id}/voice"),
        ("get", "/v1/personas/{persona_id}/voice/system-prompt"),
        ("get", "/v1/personas/{persona_id}/export"),
        ("get", "/v1/personas/{persona_id}/export/markdown"),
        ("get", "/v1/personas/{persona_id}/export/png"),
        ("post", "/v1/personas/{persona_id}/export/png"),
        ("get", "/v1/personas/{persona_id}/test-suite/junit"),
        ("get", "/v1/personas/{persona_id}/test-suite/sarif"),
        ("post", "/v1/personas/import"),
        ("post", "/v1/personas/parse"),
        ("post", "/v1/openai/chat/completions"),
        ("get", "/v1/openai/models"),
        ("get", "/v1/openai/models/{model}"),
        ("get", "/v1/judges"),
        ("get", "/v1/judges/{judge_id}"),
        ("get", "/v1/labels"),
        ("get", "/v1/labels/{set_name}"),
        ("put", "/v1/labels/{set_name}"),
        ("delete", "/v1/labels/{set_name}"),
        ("get", "/v1/personas/{persona_id}/lineage"),
        ("get", "/v1/personas/{persona_id}/versions/{version}/diff/{other_version}"),
        ("post", "/v1/personas/{persona_id}/versions/{version}/restore"),
        ("post", "/v1/personas/{persona_id}/audit"),
        ("post", "/v1/personas/{persona_id}/fork"),
        ("get", "/v1/runs"),
        ("post", "/v1/runs/{run_id}/cancel"),
        ("get", "/v1/runs/{run_id}"),
        ("get", "/v1/runs/{run_id}/events"),
        ("get", "/v1/runs/{run_id}/events/list"),
        ("get", "/v1/config"),
        ("patch", "/v1/config"),
        ("get", "/v1/config/schema"),
        ("get", "/v1/config/revisions"),
        ("get", "/v1/config/diff"),
        ("get", "/v1/config/snapshots"),
        ("post", "/v1/config/snapshots"),
        ("get", "/v1/config/snapshots/{snapshot_id}"),
        ("post", "/v1/config/snapshots/{snapshot_id}/rollback"),
        ("post", "/v1/config/presets/{name}/apply"),
        ("get", "/v1/config/{key}/explain"),
        ("post", "/v1/keys"),
        ("get", "/v1/keys"),
        ("get", "/v1/keys/{key_id}"),
        ("delete", "/v1/keys/{key_id}"),
        ("get", "/v1/progress"),
        ("post", "/v1/progress/tickets"),
        ("post", "/v1/webhooks"),
        ("get", "/v1/webhooks"),
        ("get", "/v1/webhooks/{endpoint_id}"),
        ("patch", "/v1/webhooks/{endpoint_id}"),
        ("delete", "/v1/webhooks/{endpoint_id}"),
        ("post", "/v1/webhooks/{endpoint_id}/rotate"),
        ("post", "/v1/webhooks/{endpoint_id}/ping"),
        ("post", "/v1/webhooks/{endpoint_id}/test"),
        ("post", "/v1/personas/{persona_id}/voice-check"),
        ("get", "/v1/personas/{persona_id}/voice-check"),
        ("get", "/v1/voices"),
        ("get", "/v1/voices/map"),
        ("get", "/v1/usage"),
        ("post", "/v1/evaluations"),
        ("get", "/v1/evaluations"),
        ("get", "/v1/evaluations/{evaluation_id}"),
        ("get", "/v1/evaluations/{evaluation_id}/claims"),
        ("delete", "/v1/evaluations/{evaluation_id}"),
        ("post", "/v1/evaluations/{evaluation_id}/cancel"),
        ("get", "/v1/workspace/export"),
        ("delete", "/v1/workspace"),
        ("get", "/v1/webhooks/{endpoint_id}/deliveries"),
        ("post", "/v1/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay"),
        ("post", "/v1/webhooks/{endpoint_id}/replay"),
        ("get", "/v1/health"),
        ("get", "/v1/personas/{persona_id}/fingerprint"),
        ("post", "/v1/personas/{persona_id}/fingerprint"),
        ("get", "/v1/personas/{persona_id}/fingerprint/plot"),
        ("post", "/v1/personas/{persona_id}/chat"),
        ("post", "/v1/personas/{persona_id}/drift"),
        ("get", "/v1/personas/{persona_id}/test-suite"),
        ("post", "/v1/personas/{persona_id}/test-suite"),
        ("get", "/v1/personas/{persona_id}/test-suite/diff"),
        ("get", "/v1/personas/{persona_id}/test-suite/runs"),
        ("get", "/v1/personas/{persona_id}/test-suite/runs/{run_id}"),
        ("get", "/v1/personas/{persona_id}/test-suite/runs/{run_id}/tests/{test_id}"),
        ("get", "/v1/provocation/tests"),
        ("get", "/v1/provocation/tests/{test_id}"),
        ("put", "/v1/provocation/tests/{test_id}"),
        ("patch", "/v1/provocation/tests/{test_id}"),
        ("delete", "/v1/provocation/tests/{test_id}"),
    }
    assert description["info"]["version"] == VERSION


def test_every_reference_in_the_description_leads_somewhere(api: Api) -> None:
    text = json.dumps(api.app.openapi())
    names = set(re.findall(r"#/components/schemas/([A-Za-z0-9_-]+)", text))
    assert names <= set(api.app.openapi()["components"]["schemas"])


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION


def test_the_docs_page_needs_no_network(api: Api) -> None:
    page = api.call("GET", "/docs", key=None)
    assert "://" not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        asset = api.call("GET", f"/{name}", key=None)
        assert asset.status_code == 200
        assert len(asset.content) > 500
    assert api.call("GET", "/docs/__init__.py", key=None).status_code == 404


def test_head_answers_as_get_without_a_body(api: Api) -> None:
    asked = api.call("GET", "/v1/personas")
    reply = api.call("HEAD", "/v1/personas")
    assert (reply.status_code, reply.content) == (200, b"")
    assert set(asked.headers) == set(reply.headers)
    assert reply.headers["content-length"] == asked.headers["content-length"]
    assert api.call("HEAD", "/v1/personas", key="ffk_none").status_code == 401
    assert api.call("HEAD", "/v1/health", key=None).status_code == 200


def test_head_of_a_stream_ends(live: Live) -> None:
    live.api.machine.fate = "silent"
    with live.client() as client:
        run = client.post("/v1/personas", json=BRIEF, headers={"Prefer": "respond-async"}).json()["run_id"]
        reply = client.head(f"/v1/runs/{run}/events")
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert client.head(f"/v1/runs/{run}").status_code == 200, "the connection is still in use"


def test_a_path_without_get_allows_no_head(api: Api) -> None:
    reply = api.call("HEAD", "/v1/personas/parse")
    assert reply.status_code in {404, 405}
    assert "HEAD" in api.call("PUT", "/v1/personas").headers["allow"].split(", ")
    assert "HEAD" not in api.call("PUT", "/v1/progress/tickets").headers["allow"]


def test_the_root_leads_to_the_documentation(api: Api) -> None:
    reply = api.call("GET", "/", key=None)
    assert (reply.status_code, reply.headers["location"]) == (307, "docs")
    assert api.call("GET", "/docs", key=None).status_code == 200


def test_an_unknown_query_parameter_is_named_with_the_nearest_known_one(api: Api) -> None:
    reply = api.call("GET", "/v1/personas?limits=5&colour=red")
    assert reply.status_code == 422
    first, second = reply.json()["errors"]
    assert (first["pointer"], first["code"], first["nearest"]) == ("limits", "unknown_parameter", ["limit"])
    assert second["pointer"] == "colour"
    assert api.call("POST", "/v1/personas?colour=red", json=BRIEF).status_code == 422
    assert api.nothing_happened(), "a bad request starts nothing"
    assert api.call("GET", "/v1/personas?colour=red", key="ffk_none").status_code == 401
