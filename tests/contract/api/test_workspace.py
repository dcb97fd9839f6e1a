"""A whole workspace: its export holds everything that is stored, its deletion leaves nothing in any table."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fourfold.evaluation.record import EvaluationStatus
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.run_context import RunIdentity
from fourfold.pipeline.state import RunState
from fourfold.storage.evaluations.due import DUE, due_item
from fourfold.storage.months import EVALUATIONS, Months, entry_key
from fourfold.storage.partitions import evaluation_pk
from fourfold.storage.table import Table, key
from fourfold.workspaces.deletion import QUIET
from functions import clock, wiring
from functions.api.evaluations import starting
from functions.api.wiring import key_ring
from functions.api.workspace import service
from functions.configuration import org_of
from tests.contract.api.conftest import FULL_KEY, KEY, OTHER_FULL_KEY, Api, scripted
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.contract.api.things import ONE_OF_EACH, reachable

TABLES = ("personas", "run-events", "api-keys", "idempotency", "config", "outbox", "connections", "webhooks")
# Items that are in no export: what lists, slots and deletions need, and what ends within a day.
INTERNAL = (
    "#PERSONAS#",
    "#RUNS#",
    "#EVALUATIONS#",
    "EVALUATIONS#DUE",
    "#MONTHS",
    "#SLOTS",
    "#SLUG#",
    "#SESSIONS",
    "#BUDGETS",
    "#HOLDS",
    "WSKEYS#",
)
NOT_EXPORTED = {"idempotency", "outbox", "connections"}
EVALUATION = "evl_01kaqf0c5v3y9m2t8z4n6r1w7b"
TEXT = '{"not": "parsed"}'


class Clock:
    """A clock that the test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + self.ahead)


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def left(api: Api, workspace: str) -> dict[str, list[str]]:
    """Table -> its items that name the workspace anywhere."""
    api.machine.settle()
    items = {table: [json.dumps(item, default=str) for item in api.kept.items(table)] for table in TABLES}
    return {table: found for table, texts in items.items() if (found := [text for text in texts if workspace in text])}


def publish(api: Api) -> None:
    """What publish_events does with the events of the first workspace."""
    for item in api.kept.items("outbox"):
        if "ws_one" in item["entry"]["S"]:
            api.tables.put_item(TableName="outbox", Item={**item, "published_at": {"S": "2026-11-27T00:00:00+00:00"}})


def delete(api: Api, confirm: str = "ws_one", key: str = FULL_KEY) -> Any:
    key_ring.cache_clear()  # as after five seconds
    return api.call("DELETE", "/v1/workspace", key, params={"confirm": confirm})


def delete_all(api: Api, moving: Clock) -> list[str]:
    """Repeats the deletion until it is complete; returns what it waited for."""
    reasons: list[str] = []
    while (reply := delete(api)).status_code == 202:
        assert len(reasons) < 20
        assert int(reply.headers["retry-after"]) > 0
        reasons.append(reply.json()["waiting_for"])
        key_ring.cache_clear()
        refused = api.call("GET", "/v1/personas", KEY)
        assert (refused.status_code, refused.json()["code"]) == (403, "workspace_deleting")
        moving.ahead += QUIET
        if reasons[-1] == "events_to_be_published":
            publish(api)
    assert (reply.status_code, reply.json()["status"]) == (200, "deleted")
    return reasons


def exported(api: Api, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next_cursor": None, "has_more": True}
    while page["has_more"]:
        query = {"limit": limit} | ({"cursor": page["next_cursor"]} if page["next_cursor"] else {})
        page = api.read("/v1/workspace/export", **query)
        assert len(page["data"]) <= limit
        found += page["data"]
    return found


def one_of_everything(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each thing, jobs that are done, kept replies, and something of another workspace."""
    reachable(monkeypatch)
    ids = ONE_OF_EACH.in_place(api)
    body = {"name": "x", "scopes": ["personas:read"]}
    api.call("POST", "/v1/keys", FULL_KEY, json=body, headers={"Idempotency-Key": "k"})
    persona = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": "A pilot, 51, who lost a brother"}).json()
    for job in ("fingerprint", "test-suite"):
        assert api.call("POST", f"/v1/personas/{persona['id']}/{job}", FULL_KEY, json={}).status_code == 202
    api.do_jobs()
    api.call("POST", f"/v1/personas/{persona['id']}/chat", FULL_KEY, json={"message": TEXT})
    api.call("POST", f"/v1/personas/{persona['id']}/fork", FULL_KEY, json={})
    assert api.call("POST", "/v1/progress/tickets", FULL_KEY, json={}).status_code < 300
    api.call("DELETE", f"/v1/webhooks/{ids['endpoint_id']}", FULL_KEY)
    assert api.call("POST", "/v1/personas", OTHER_FULL_KEY, json={"intent": "A nurse in Oslo"}).status_code == 201


@pytest.mark.deep(part="operator")
def test_nothing_is_left_of_a_workspace_with_one_of_everything(
    api: Api, monkeypatch: pytest.MonkeyPatch, moving: Clock
) -> None:
    one_of_everything(api, monkeypatch)
    assert set(left(api, "ws_one")) >= set(TABLES) - {"connections"}
    others = left(api, "ws_other")
    assert set(delete_all(api, moving)) == {"more_to_erase", "events_to_be_published"}
    assert left(api, "ws_one") == {}
    assert left(api, "ws_other") == others
    assert delete(api).status_code == api.call("GET", "/v1/personas", KEY).status_code == 401


@pytest.mark.deep(part="operator")
def test_an_export_holds_every_item_once_whatever_the_size_of_its_pages(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_of_everything(api, monkeypatch)
    stored = set()
    for table in set(TABLES) - NOT_EXPORTED:
        for item in api.kept.items(table):
            pk = item["pk"]["S"]
            if "ws_one" in json.dumps(item, default=str) and not any(mark in pk for mark in INTERNAL):
                sk = next(iter(item.get("sk", {"S": ""}).values()))
                stored.add(item["key_id"]["S"] if pk.startswith("KEY#") else f"{pk.removeprefix('WS#ws_one')}/{sk}")
    found = exported(api, 100)
    ids = [each["id"] for each in found]
    assert len(ids) == len(set(ids))
    missing = {each for each in stored if each.strip("#/") not in set(ids)}
    # Pointers to runs, the note of a deleted endpoint, and the item of the workspace itself.
    assert {each for each in missing if "/RUN#" not in each and "/DELETED#" not in each} == {"/"}
    assert TEXT in json.dumps(found).replace("\\", "")
    assert exported(api, 7) == found
    kinds = {each["kind"] for each in found}
    assert kinds >= {"persona", "persona_version", "fingerprint", "suite", "session", "message", "run", "run_event"}
    assert kinds >= {"settings_snapshot", "api_key", "provocation_test", "label_set", "baseline_reply"}
    everything = json.dumps(found)
    assert "whsec_" not in everything
    assert not any(item["pk"]["S"].removeprefix("KEY#") in everything for item in api.kept.items("api-keys"))


def test_a_small_workspace_is_exported_and_deleted(api: Api, moving: Clock) -> None:
    created = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": "A shy founder, 34", "slug": "shy"}).json()
    kinds = [each["kind"] for each in exported(api, 100) if created["id"] in each["id"]]
    assert sorted(kinds) == ["persona", "persona_version"]
    assert exported(api, 2) == exported(api, 100)
    assert delete(api, "ws_other").json()["code"] == "not_confirmed"
    assert api.call("GET", "/v1/personas", KEY).status_code == 200, "a refused deletion begins nothing"
    assert delete_all(api, moving)[:2] == ["more_to_erase", "more_to_erase"]
    assert left(api, "ws_one") == {}
    assert set(left(api, "ws_other")) == {"api-keys"}


def test_a_run_in_progress_is_stopped_and_waited_for(api: Api, moving: Clock) -> None:
    api.machine.fate = "silent"
    receipt = api.call(
        "POST", "/v1/personas", FULL_KEY, json={"intent": "A pilot"}, headers={"Prefer": "wait=0"}
    ).json()
    assert delete(api).json()["waiting_for"] == "more_to_erase"
    moving.ahead += QUIET
    assert delete(api).json()["waiting_for"] == "runs_to_stop"
    log = wiring.event_store("ws_one", receipt["run_id"])
    assert [entry.event.type for entry in log.entries()] == ["pipeline.failed"], "the step at work stops here"
    identity = RunIdentity(
        run_id=receipt["run_id"], persona_id=receipt["persona_id"], workspace_id="ws_one", started_at=clock.now()
    )
    fail_run(identity, problem_from("ABORTED", ""), wiring.run_context())  # what execution_ended does
    delete_all(api, moving)
    assert left(api, "ws_one") == {}


def test_messages_that_arrive_after_the_deletion_end_without_a_dead_letter(api: Api, moving: Clock) -> None:
    persona = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": "A pilot"}).json()
    for job in ("fingerprint", "test-suite"):
        assert api.call("POST", f"/v1/personas/{persona['id']}/{job}", FULL_KEY, json={}).status_code == 202
    moving.ahead += timedelta(minutes=20)
    delete_all(api, moving)
    org_of.cache_clear()
    api.do_jobs()
    assert left(api, "ws_one") == {}


def test_the_event_of_a_deletion_is_handed_to_the_bus_once(api: Api) -> None:
    for _ in range(2):
        assert delete(api).status_code == 202
    entries = [json.loads(item["entry"]["S"]) for item in api.kept.items("outbox")]
    [event] = [entry["Detail"] for entry in entries if entry["DetailType"] == "workspace.deleted"]
    assert event["metadata"]["workspace_id"] == "ws_one"
    assert event["data"] == {"org_id": "org", "requested_by": f"key_{FULL_KEY}"}


@pytest.mark.parametrize(
    "position",
    [
        "x",
        [],
        [9, "", "", ""],
        [0, "per_x", "", ""],
        [1, "../ws_other", "", ""],
        [2, "run_01kaqf0c5v3y9m2t8z4n6r1w7b", "e#RUN#", "x"],
        [True, "", "", ""],
    ],
)
def test_a_cursor_that_no_export_gave_is_refused(api: Api, position: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")
    reply = api.call("GET", "/v1/workspace/export", FULL_KEY, params={"cursor": cursor})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "invalid_cursor")


def test_a_cursor_of_another_workspace_reaches_nothing_of_it(api: Api) -> None:
    api.call("POST", "/v1/personas", FULL_KEY, json={"intent": "A shy founder, 34"})
    first = api.read("/v1/workspace/export", limit=1)
    while first["data"][0]["kind"] != "persona":
        first = api.read("/v1/workspace/export", limit=1, cursor=first["next_cursor"])
    query = {"cursor": first["next_cursor"]}
    foreign = api.call("GET", "/v1/workspace/export", OTHER_FULL_KEY, params=query).json()
    assert foreign["data"] == []


def test_an_evaluation_in_progress_ends_and_leaves_nothing(
    api: Api, moving: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cells start personas while the workspace is deleted: one was under way, and no further one begins."""
    written: list[str] = []

    def steps(state: RunState) -> RunState:
        written.append(state.persona_id)
        if len(written) == 3:  # the deletion begins while the second pair's first persona is written
            assert delete(api).status_code == 202
        return scripted(state)

    machine = EvaluationMachine(steps)
    monkeypatch.setattr(starting, "start_execution", machine.start)
    body = {"b": {"method": "naive"}, "briefs": ["A nurse, 40", "A baker, 50", "A sailor, 60"], "max_usd": 5}
    started = api.call("POST", "/v1/evaluations", FULL_KEY, json=body)
    assert started.status_code == 202, started.text
    evaluation = started.headers["location"].rpartition("/")[2]
    machine.execute(pairs=2)
    assert len(written) == 3
    waiting = delete(api)
    while waiting.json()["waiting_for"] == "more_to_erase":
        waiting = delete(api)
    assert waiting.json()["waiting_for"] == "runs_to_stop"
    machine.execute()
    assert len(written) == 3, "nothing was written after the deletion began"
    ended = wiring.evaluations().find("ws_one", evaluation)
    assert ended is not None
    assert ended.status is EvaluationStatus.CANCELLED
    delete_all(api, moving)
    assert left(api, "ws_one") == {}


def test_a_slice_erases_no_more_evaluations_than_it_has_time_for(
    api: Api, moving: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, months = Table(api.tables, "personas"), Months(Table(api.tables, "personas"))
    ids = [f"evl_01kaqf0c5v3y9m2t8z4n6r1w7{last}" for last in "abcdefgh"]
    for evaluation_id in ids:
        months.register("ws_one", EVALUATIONS, evaluation_id)
        table.put(entry_key("ws_one", EVALUATIONS, evaluation_id))
        table.put({**key(evaluation_pk("ws_one", evaluation_id), "EVALUATION"), "doc": {"S": "{}"}})
    ticks = itertools.count()
    monkeypatch.setattr(service, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
    monkeypatch.setattr(service, "_SLICE_S", 3.0)
    left_over: list[int] = []
    while len(left_over) < len(ids) and (not left_over or left_over[-1]):
        assert delete(api).json()["waiting_for"] == "more_to_erase"
        left_over.append(sum(table.get(entry_key("ws_one", EVALUATIONS, each)) is not None for each in ids))
    assert 2 < len(left_over) < len(ids)
    assert left_over == sorted(set(left_over), reverse=True), "each slice erases some"
    monkeypatch.setattr(service, "_SLICE_S", 1000.0)
    delete_all(api, moving)
    assert left(api, "ws_one") == {}


def test_evaluations_go_with_their_workspace(api: Api, moving: Clock) -> None:
    months = Months(Table(api.tables, "personas"))
    months.register("ws_one", EVALUATIONS, EVALUATION)
    due = f"2027-02-25T12:00:00Z#ws_one#{EVALUATION}"
    for item in (
        {**entry_key("ws_one", EVALUATIONS, EVALUATION), DUE: {"S": due}},
        due_item(due),
        {**key(evaluation_pk("ws_one", EVALUATION), "EVALUATION"), "doc": {"S": "{}"}},
    ):
        api.tables.put_item(TableName="personas", Item=item)
    assert "evaluation" in {each["kind"] for each in exported(api, 100)}
    delete_all(api, moving)
    assert left(api, "ws_one") == {}
