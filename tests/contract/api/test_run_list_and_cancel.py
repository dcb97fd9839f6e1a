"""Runs are listed by kind, status and persona, and cancelled: at the next call boundary, with every call counted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.client import Fourfold
from fourfold.jobs.answers import PaidAnswers
from fourfold.llm.port import Completion, ModelRequest
from fourfold.pipeline.complete_run import complete_run
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunCancelledError, RunOverError
from fourfold.storage.runs import listing
from fourfold.voice.fingerprint_job import FingerprintJob
from functions import job_entry, wiring
from tests.builders import ALL_STEPS, ScriptedModel, performed
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api, Live

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
ASYNC = {"Prefer": "respond-async"}


def begin(api: Api) -> dict[str, str]:
    """A run that nothing works on yet."""
    api.machine.fate = "silent"
    receipt: dict[str, str] = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF, headers=ASYNC).json()
    api.machine.fate = "active"
    return receipt


def cancel(api: Api, run_id: str) -> httpx.Response:
    return api.call("POST", f"/v1/runs/{run_id}/cancel", FULL_KEY)


def log(api: Api, run_id: str) -> list[str]:
    return [event["type"] for event in api.read(f"/v1/runs/{run_id}/events/list")["data"]]


@dataclass
class Interrupted(ScriptedModel):
    """Calls `interrupt` while it answers request number `at`, from 1."""

    at: int = 1
    interrupt: Callable[[], object] = field(default=lambda: None)

    def complete(self, request: ModelRequest) -> Completion:
        if len(self.requests) + 1 == self.at:
            self.interrupt()
        return super().complete(request)


def execute(state: RunState, model: ScriptedModel) -> None:
    """Runs the steps as the state machine does."""
    try:
        for step in ALL_STEPS:
            state = performed(step, state, model, wiring.run_log(state, state.log_seq))
    except (RunCancelledError, RunOverError) as error:
        fail_run(identity_of(state), problem_from(type(error).__name__, ""), wiring.run_context())
    else:
        complete_run(state, "active", wiring.run_context())


def test_a_run_is_cancelled_at_the_next_call_and_the_call_in_progress_is_counted(api: Api) -> None:
    for at in range(1, 7):
        run = begin(api)
        _, state = api.machine.started[-1]
        answers: list[httpx.Response] = []
        model = Interrupted(at=at, interrupt=lambda: answers.append(cancel(api, run["run_id"])))  # noqa: B023
        execute(state, model)
        assert answers[0].status_code == 202
        assert answers[0].json()["cancel_requested_at"] is not None
        assert len(model.requests) == at, "no call after the one in progress"
        ended = api.read(f"/v1/runs/{run['run_id']}")
        assert ended["usage"]["cost_usd"] == pytest.approx(0.01 * at)
        persona = api.read(f"/v1/personas/{run['persona_id']}")
        assert (ended["status"], ended["error"]["code"]) == ("failed", "run_cancelled")
        assert (persona["status"], persona["soul"], persona["pending_run_id"]) == ("failed", None, None)
        logged = log(api, run["run_id"])
        scored = ["audit.scored"] if at == len(ALL_STEPS) else []
        assert logged[logged.index("run.cancelling") :] == [
            "run.cancelling",
            "step.completed",
            *scored,
            "pipeline.failed",
        ]
        assert cancel(api, run["run_id"]).json()["code"] == "run_finished"


def test_a_repair_is_not_sent_after_a_cancellation(api: Api) -> None:
    run = begin(api)
    _, state = api.machine.started[-1]
    model = Interrupted(script=["{"], interrupt=lambda: cancel(api, run["run_id"]))
    execute(state, model)
    ended = api.read(f"/v1/runs/{run['run_id']}")
    assert len(model.requests) == 1
    assert (ended["error"]["code"], ended["usage"]["cost_usd"]) == ("run_cancelled", pytest.approx(0.01))
    assert len(ended["attempts"][0]["steps"][0]["calls"]) == 1


def test_a_run_between_two_calls_ends_at_once_and_nothing_brings_it_back(api: Api) -> None:
    run = begin(api)
    _, state = api.machine.started[-1]
    model = ScriptedModel()
    for step in ALL_STEPS[:2]:
        state = performed(step, state, model, wiring.run_log(state, state.log_seq))
    done = cancel(api, run["run_id"])
    assert (done.status_code, done.json()["status"], done.json()["error"]["code"]) == (200, "failed", "run_cancelled")
    assert done.json()["usage"]["cost_usd"] == pytest.approx(0.02)
    execute(state, model)
    assert len(model.requests) == 2
    assert log(api, run["run_id"])[-2:] == ["run.cancelling", "pipeline.failed"]
    events = [json.dumps(item, default=str) for item in api.stored("outbox")]
    assert sum("generation.run.failed" in event and "run_cancelled" in event for event in events) == 1


def test_a_cancelled_regeneration_leaves_the_persona_as_it_was(api: Api) -> None:
    before = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    api.machine.fate = "silent"
    path = f"/v1/personas/{before['id']}/regenerate"
    receipt = api.call("POST", path, FULL_KEY, json={"from": "mask_build"}, headers=ASYNC).json()
    assert cancel(api, receipt["run_id"]).status_code == 200
    after = api.read(f"/v1/personas/{before['id']}")
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


def test_a_request_that_waits_for_a_cancelled_run_gets_the_problem(api: Api) -> None:
    api.machine.fate = "silent"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(api.call, "POST", "/v1/personas", FULL_KEY, json=BRIEF)
        while not api.machine.started:
            time.sleep(0.01)
        assert cancel(api, api.machine.started[0][0]).status_code == 200
        reply = waiting.result(30)
    assert (reply.status_code, reply.json()["code"]) == (409, "run_cancelled")


def test_cancelling_what_has_ended_or_is_not_there_changes_nothing(api: Api) -> None:
    run_id = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["run_id"]
    before = (api.stored("personas"), api.stored("run-events"))
    ended = cancel(api, run_id)
    assert (ended.status_code, ended.json()["code"]) == (409, "run_finished")
    assert "completed" in ended.json()["detail"]
    foreign = api.call("POST", f"/v1/runs/{run_id}/cancel", OTHER_FULL_KEY)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    assert (api.stored("personas"), api.stored("run-events")) == before


def test_a_queued_job_is_cancelled_at_once_and_one_at_work_after_its_calls(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    persona = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    path = f"/v1/personas/{persona['id']}/fingerprint"
    queued = api.call("POST", path, FULL_KEY).json()["run_id"]
    done = cancel(api, queued)
    assert (done.status_code, done.json()["error"]["code"]) == (200, "run_cancelled")
    api.do_jobs()
    assert api.read(f"/v1/runs/{queued}")["status"] == "failed"
    assert api.read(path)["status"] == "failed"

    working = api.call("POST", path, FULL_KEY).json()["run_id"]
    asked, replies = list[str](), list[httpx.Response]()
    perform = FingerprintJob.perform

    def cancel_at_the_tenth(work: Any, key: str, answers: PaidAnswers) -> None:
        asked.append(key)
        if len(asked) == 10:
            replies.append(cancel(api, working))
        perform(work, key, answers)

    monkeypatch.setattr(FingerprintJob, "perform", cancel_at_the_tenth)
    monkeypatch.setattr(job_entry, "_LOOK_EVERY_S", 0.0)
    api.do_jobs()
    assert replies[0].status_code == 202
    ended = api.read(f"/v1/runs/{working}")
    assert (ended["status"], ended["error"]["code"]) == ("failed", "run_cancelled")
    assert 10 <= len(asked) < 50
    assert ended["usage"]["tokens"]["output_tokens"] > 0
    assert log(api, working)[-1] == "job.failed"


def test_runs_are_listed_by_kind_status_and_persona(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    done = [api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json() for _ in range(3)]
    jobs = [api.call("POST", f"/v1/personas/{each['id']}/fingerprint", FULL_KEY).json()["run_id"] for each in done[:2]]
    running = begin(api)
    api.machine.fate = "failed"
    api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF)
    failed = api.machine.started[-1][0]
    generated = [each["run_id"] for each in done]

    def listed(**query: Any) -> list[str]:
        return [run["id"] for page in pages(api, query) for run in page]

    everything = {*generated, *jobs, running["run_id"], failed}
    assert set(listed()) == everything
    assert listed() == sorted(everything, reverse=True)
    assert set(listed(kind="fingerprint")) == set(jobs)
    assert set(listed(status="failed")) == {failed}
    assert set(listed(status="running")) == {*jobs, running["run_id"]}
    assert set(listed(persona_id=done[0]["id"])) == {generated[0], jobs[0]}
    assert listed(persona_id=done[0]["id"], kind="generation", status="completed") == [generated[0]]
    by_id = {run["id"]: run for page in pages(api, {}) for run in page}
    assert by_id[failed]["error"]["code"] == "model_refused"
    assert by_id[running["run_id"]]["usage"] is None
    assert by_id[generated[0]]["usage"]["cost_usd"] == pytest.approx(0.06)
    assert api.call("GET", "/v1/runs", OTHER_FULL_KEY).json()["data"] == []
    monkeypatch.setattr(listing, "MOST_CONSIDERED", 2)
    assert [len(page) for page in pages(api, {"status": "completed", "limit": 100})].count(0) > 0
    assert set(listed(status="completed")) == set(generated)


def pages(api: Api, query: dict[str, Any]) -> list[list[dict[str, Any]]]:
    found, cursor = [], None
    while True:
        page = api.read("/v1/runs", **{"limit": 2, **query}, **({"cursor": cursor} if cursor else {}))
        found.append(page["data"])
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return found


def test_a_wrong_filter_is_refused(api: Api) -> None:
    wrong = [{"kind": "job"}, {"status": "done"}, {"persona_id": "per_x"}, {"state": "failed"}, {"cursor": "x"}]
    for query in wrong:
        refused = api.call("GET", "/v1/runs", FULL_KEY, params=query)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == next(iter(query))


def test_commands_and_client_list_and_cancel(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    first, second = begin(live.api)["run_id"], begin(live.api)["run_id"]
    with Fourfold(api_key=FULL_KEY, base_url=live.url) as client:
        assert [run.id for run in client.runs(status="running", page_size=1)] == [second, first]
        ended = client.cancel_run(first)
        assert ended.error is not None
        assert ended.error.code == "run_cancelled"
    done = CliRunner().invoke(command_line, ["cancel", second])
    assert (done.exit_code, done.stdout.split()[-1]) == (0, "cancelled")
    listed = CliRunner().invoke(command_line, ["runs", "--status", "failed", "--json"])
    assert {run["id"] for run in json.loads(listed.stdout)} == {first, second}
    assert CliRunner().invoke(command_line, ["cancel", second]).exit_code == 1
