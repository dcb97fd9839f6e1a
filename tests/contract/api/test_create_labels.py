"""What a caller attaches to a new persona: its slug, visibility and metadata, and what events say of them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.client import Fourfold
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api, Live

BRIEF = "A shy founder, 34, in Istanbul"
LABELS: dict[str, Any] = {
    "slug": "deniz",
    "visibility": "private",
    "metadata": {"ticket": "A-17", "team": "night shift"},
}


def create(api: Api, *, key: str = FULL_KEY, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
    return api.call("POST", "/v1/personas", key, json={"intent": BRIEF, **fields}, headers=headers)


def events(api: Api) -> dict[str, dict[str, Any]]:
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    details = {entry["DetailType"]: entry["Detail"] for entry in entries}
    return {kind: detail if isinstance(detail, dict) else json.loads(detail) for kind, detail in details.items()}


def test_a_persona_has_its_labels_from_the_start_and_its_events_carry_them(api: Api) -> None:
    made = create(api, **LABELS)
    assert made.status_code == 201
    persona = made.json()
    assert {name: persona[name] for name in LABELS} == LABELS
    assert persona["version"] == 1
    found = api.call("GET", "/v1/personas", FULL_KEY, params={"slug": "deniz", "metadata.ticket": "A-17"})
    assert [each["id"] for each in found.json()["data"]] == [persona["id"]]
    api.call("PATCH", f"/v1/personas/{persona['id']}", FULL_KEY, json={"metadata": {"ticket": "B"}})
    api.call("DELETE", f"/v1/personas/{persona['id']}", FULL_KEY)
    told = {kind: detail["data"]["metadata"] for kind, detail in events(api).items()}
    before = {"generation.run.started", "generation.run.completed", "persona.created"}
    assert told == {kind: LABELS["metadata"] if kind in before else {"ticket": "B"} for kind in told}
    assert set(told) == before | {"persona.updated", "persona.deleted"}
    api.machine.fate = "failed"
    create(api, metadata={"ticket": "C"})
    assert events(api)["generation.run.failed"]["data"]["metadata"] == {"ticket": "C"}


def test_a_slug_that_is_taken_is_refused_before_anything_is_stored_or_spent(api: Api) -> None:
    first = create(api, **LABELS, headers={"Idempotency-Key": "once"}).json()
    before = (api.stored("personas"), api.stored("run-events"), len(api.machine.started))
    taken = create(api, slug="deniz")
    assert (taken.status_code, taken.json()["code"], taken.json()["errors"][0]["pointer"]) == (
        409,
        "slug_taken",
        "/slug",
    )
    assert (api.stored("personas"), api.stored("run-events"), len(api.machine.started)) == before
    again = create(api, **LABELS, headers={"Idempotency-Key": "once"})
    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert create(api, key=OTHER_FULL_KEY, slug="deniz").status_code == 201
    assert api.call("DELETE", f"/v1/personas/{first['id']}", FULL_KEY).status_code == 204
    assert create(api, slug="deniz").status_code == 201


def test_a_run_that_never_started_leaves_its_slug_to_the_repeated_request(api: Api) -> None:
    api.machine.fate = "refused"
    keyed = {"Idempotency-Key": "once"}
    assert create(api, slug="deniz", headers=keyed).json()["code"] == "run_not_started"
    api.machine.fate = "active"
    made = create(api, slug="deniz", headers=keyed)
    assert (made.status_code, made.json()["slug"]) == (201, "deniz")
    found = api.call("GET", "/v1/personas", FULL_KEY, params={"slug": "deniz"}).json()["data"]
    assert [each["id"] for each in found] == [made.json()["id"]]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"slug": "Not A Slug"}, "/slug"),
        ({"visibility": "org"}, "/visibility"),
        ({"metadata": {"a b": "x"}}, "/metadata"),
        ({"metadata": {"a": "x" * 501}}, "/metadata/a"),
        ({"metadata": {"a": "\u202e"}}, "/metadata/a"),
        ({"metadata": {str(number): "x" for number in range(17)}}, "/metadata"),
        ({"metadata": ["x"]}, "/metadata"),
    ],
)
def test_bad_labels_are_named_and_nothing_happens(api: Api, fields: dict[str, Any], pointer: str) -> None:
    refused = create(api, **fields)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)
    assert api.nothing_happened()


def test_commands_and_client_attach_them_too(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    done = CliRunner().invoke(command_line, ["create", BRIEF, "--slug", "deniz", "-m", "ticket=A-17", "--json"])
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert (made["slug"], made["metadata"]) == ("deniz", {"ticket": "A-17"})
    with Fourfold(api_key=FULL_KEY, base_url=live.url) as client:
        other = client.create_persona(BRIEF, visibility="public", metadata={"ticket": "B"})
        assert (other.visibility.value, other.metadata) == ("public", {"ticket": "B"})
