"""Evaluations are deleted by age, with their personas: nothing is left, and nothing else is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fourfold.evaluation.cells import persona_id_of
from fourfold.personas.deletion import delete_persona
from fourfold.pipeline.store import ConcurrentChangeError
from fourfold.storage.evaluations.due import due_entry, due_item
from fourfold.storage.table import Table
from functions import evaluation_ending, wiring
from functions.api.evaluations import deleting
from functions.evaluation_expiry import handler as expiry
from functions.evaluation_start.handler import handler as start_cell
from tests.contract.api.config_calls import Settings, put
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.invocation import Invocation

BRIEFS = ["A shy founder, 34, in Istanbul", "A ferry pilot, 67, who cannot swim"]
DAYS = "api.retention.evaluation_days"
DELETES = "functions.evaluation_erasure.delete_persona"


def _evaluated(api: Api, machine: EvaluationMachine, **changed: Any) -> str:
    """The path of an evaluation that has ended."""
    body = {"b": {"method": "naive"}, "briefs": BRIEFS, "max_usd": 5, **changed}
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=body).headers["location"]
    machine.execute()
    return str(path)


def _expire(monkeypatch: pytest.MonkeyPatch, after: timedelta) -> int:
    """What the hourly invocation deletes, so long after now."""
    monkeypatch.setattr(expiry, "now", lambda: datetime.now(UTC) + after)
    return expiry.handler({}, Invocation())["deleted"]


def test_an_old_evaluation_goes_with_all_it_made_and_a_young_one_stays(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": BRIEFS[0]}).json()["id"]
    before = {(item["pk"]["S"], item["sk"]["S"]) for item in api.stored("personas")}
    path = _evaluated(api, machine)
    found = api.read(path)
    age = datetime.fromisoformat(found["delete_after"]) - datetime.fromisoformat(found["created_at"])
    assert age == timedelta(days=90)
    assert _expire(monkeypatch, timedelta(days=89)) == 0
    assert api.read(path)["status"] == "completed"
    assert _expire(monkeypatch, timedelta(days=91)) == 1
    assert api.call("GET", path, FULL_KEY).status_code == 404
    left = {(item["pk"]["S"], item["sk"]["S"]) for item in api.stored("personas")} - before
    assert {pk for pk, _ in left if "USAGE" not in pk} <= {"WS#ws_one#MONTHS"}, "what it cost, and the list's month"
    assert [item for item in api.stored("run-events") if found["run_id"] in item["pk"]["S"]] == []
    assert api.read(f"/v1/personas/{kept}")["id"] == kept
    assert _expire(monkeypatch, timedelta(days=91)) == 0


@pytest.mark.parametrize("pairs", [None, 1])
def test_a_lost_evaluation_that_is_never_read_is_failed_and_goes_by_age(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch, pairs: int | None
) -> None:
    """Its execution was never started (`pairs` is None), or died after so many pairs with a cell's run in progress."""
    Settings(api).done(put("api.limits.usd_per_month", 9))
    before = {(item["pk"]["S"], item["sk"]["S"]) for item in api.stored("personas")}
    body = {"b": {"method": "naive"}, "briefs": BRIEFS, "max_usd": 5}
    made = api.call("POST", "/v1/evaluations", FULL_KEY, json=body).json()
    if pairs is not None:
        machine.execute(pairs=pairs)
        cell = {name: machine.started[-1][name] for name in ("workspace_id", "evaluation_id", "slots")}
        assert start_cell({**cell, "brief": pairs, "side": "a"}, None)["started"]
    assert _expire(monkeypatch, timedelta(days=89)) == 0
    later = datetime.now(UTC) + timedelta(days=91)
    for name in ("now", "silence_now"):
        monkeypatch.setattr(evaluation_ending, name, lambda: later)
    assert _expire(monkeypatch, timedelta(days=91)) == 1
    assert api.call("GET", f"/v1/evaluations/{made['evaluation_id']}", FULL_KEY).status_code == 404
    assert api.read("/v1/runs")["data"] == []
    left = {(item["pk"]["S"], item["sk"]["S"]) for item in api.stored("personas")} - before
    assert {pk for pk, _ in left} <= {"WS#ws_one#MONTHS"}
    assert [item for item in api.kept.items("personas") if item["pk"]["S"].endswith("#HOLDS")] == []
    assert [item for item in api.stored("run-events") if made["run_id"] in item["pk"]["S"]] == []
    failed = [item["entry"]["S"] for item in api.stored("outbox") if "evaluation.failed" in item["entry"]["S"]]
    assert len(failed) == 1
    assert made["evaluation_id"] in failed[0]


def test_the_briefs_of_an_evaluation_that_was_not_stored_whole_go_within_days(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any) -> None:
        raise ConnectionResetError

    body = {"b": {"method": "naive"}, "briefs": BRIEFS, "max_usd": 5}
    with monkeypatch.context() as crash:
        crash.setattr("fourfold.storage.evaluations.store.transact", dies)
        assert api.call("POST", "/v1/evaluations", FULL_KEY, json=body).status_code == 500
    [page] = [item for item in api.stored("personas") if item["sk"]["S"].startswith("BRIEFS#")]
    whole = _evaluated(api, machine)
    assert _expire(monkeypatch, timedelta(days=3)) == 0
    assert page["pk"] not in [item["pk"] for item in api.stored("personas")]
    assert api.read(whole)["report"]["pairs"] == len(BRIEFS)
    assert len([item for item in api.stored("personas") if item["pk"]["S"] == "EVALUATIONS#DUE"]) == 1


def test_a_contended_budget_is_a_503_that_may_be_repeated(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    Settings(api).done(put("api.limits.usd_per_month", 9))
    body = {"b": {"method": "naive"}, "briefs": BRIEFS, "max_usd": 5}
    once = {"Idempotency-Key": "once"}
    with monkeypatch.context() as busy:
        busy.setattr("fourfold.storage.usage.budgets.transact", lambda *_: frozenset({"budget"}))
        refused = api.call("POST", "/v1/evaluations", FULL_KEY, json=body, headers=once)
    assert (refused.status_code, refused.json()["code"]) == (503, "service_unavailable")
    assert not [item for item in api.stored("personas") if "EVALUATION" in item["pk"]["S"]]
    assert api.call("POST", "/v1/evaluations", FULL_KEY, json=body, headers=once).status_code == 202
    assert len(machine.started) == 1


def test_an_entry_of_an_evaluation_that_is_not_its_own_deletes_nothing_of_it(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request was stored by two processes at once, and the slower one died."""
    path = _evaluated(api, machine)
    evaluation = wiring.evaluations().find("ws_one", path.rpartition("/")[2])
    assert evaluation is not None
    Table(api.tables, "personas").put(due_item(due_entry(evaluation, evaluation.created_at + timedelta(days=2))))
    assert _expire(monkeypatch, timedelta(days=3)) == 0
    assert api.read(path)["report"]["pairs"] == len(BRIEFS)
    assert _expire(monkeypatch, timedelta(days=91)) == 1
    assert [item for item in api.stored("personas") if item["pk"]["S"] == "EVALUATIONS#DUE"] == []


def test_a_workspace_says_how_long_its_evaluations_are_kept(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(api)
    settings.done(put(DAYS, 7))
    short = _evaluated(api, machine)
    settings.done(put(DAYS, None))
    kept = _evaluated(api, machine, name="kept")
    assert api.read(kept)["delete_after"] is None
    assert _expire(monkeypatch, timedelta(days=8)) == 1
    assert api.call("GET", short, FULL_KEY).status_code == 404
    assert _expire(monkeypatch, timedelta(days=4000)) == 0
    assert api.read(kept)["report"]["pairs"] == len(BRIEFS)


def test_one_in_progress_and_one_that_cannot_be_deleted_do_not_keep_the_others(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"b": {"method": "naive"}, "briefs": BRIEFS, "max_usd": 5}
    running = api.call("POST", "/v1/evaluations", FULL_KEY, json=body).headers["location"]
    stuck, other = _evaluated(api, machine), _evaluated(api, machine)
    first = persona_id_of(stuck.rpartition("/")[2], 0, "a")

    def refused(workspace_id: str, persona_id: str, deleter: Any) -> object:
        if persona_id == first:
            raise ConcurrentChangeError
        return delete_persona(workspace_id, persona_id, deleter)

    with monkeypatch.context() as busy:
        busy.setattr(DELETES, refused)
        assert _expire(monkeypatch, timedelta(days=91)) == 1
    assert [api.call("GET", path, FULL_KEY).status_code for path in (running, stuck, other)] == [200, 200, 404]
    assert _expire(monkeypatch, timedelta(days=91)) == 1


def test_a_deletion_goes_on_where_the_last_one_ended(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _evaluated(api, machine)
    deleted: list[str] = []

    def counted(workspace_id: str, persona_id: str, deleter: Any) -> object:
        deleted.append(persona_id)
        return delete_persona(workspace_id, persona_id, deleter)

    monkeypatch.setattr(DELETES, counted)
    ticks = iter(range(100))
    clock = SimpleNamespace(monotonic=lambda: float(next(ticks)))
    monkeypatch.setattr("functions.evaluation_erasure.time", clock)
    monkeypatch.setattr(deleting, "_SLICE_S", 1.0)
    first = api.call("DELETE", path, FULL_KEY)
    assert (first.status_code, first.headers["retry-after"]) == (202, "1")
    assert (first.json()["erased_briefs"], first.json()["briefs"]) == (1, 2)
    monkeypatch.setattr(deleting, "_SLICE_S", 50.0)
    assert api.call("DELETE", path, FULL_KEY).status_code == 204
    evaluation_id = path.rpartition("/")[2]
    assert deleted == [persona_id_of(evaluation_id, brief, side) for brief in range(2) for side in ("a", "b")]
    assert [item for item in api.stored("personas") if evaluation_id in str(item)] == []
