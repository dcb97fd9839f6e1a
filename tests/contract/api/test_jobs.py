"""Background jobs as those see them who wait for them: in a queue, overtaken, cut off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions import wiring
from tests.contract.api.conftest import FULL_KEY, Api

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
CLOCKS = ("functions.wiring.now", "functions.api.following.now")


@pytest.fixture
def persona(api: Api) -> str:
    return str(api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"])


def asked(api: Api, persona: str, what: str = "fingerprint") -> str:
    reply = api.call("POST", f"/v1/personas/{persona}/{what}", FULL_KEY, json={} if what == "test-suite" else None)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["run_id"])


def later(monkeypatch: pytest.MonkeyPatch, passed: timedelta) -> None:
    real = wiring.now
    for clock in CLOCKS:
        monkeypatch.setattr(clock, lambda: real() + passed)
    wiring.workplace.cache_clear()


def events(run_id: str) -> list[str]:
    return [entry.happening.type for entry in wiring.event_store("ws_one", run_id).entries()]


@pytest.mark.parametrize("what", ["fingerprint", "test-suite"])
def test_a_job_that_waits_in_its_queue_is_not_lost_by_looking(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    run_id = asked(api, persona, what)
    with monkeypatch.context() as clocks:
        later(clocks, timedelta(hours=3))
        assert api.call("GET", f"/v1/runs/{run_id}", FULL_KEY).json()["status"] == "running"
        assert api.run(run_id).status == "running"
    wiring.workplace.cache_clear()
    api.do_jobs()
    assert api.run(run_id).status == "completed"


def test_a_job_whose_order_no_queue_holds_any_more_has_failed(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = asked(api, persona)
    later(monkeypatch, timedelta(days=4, minutes=1))
    run = api.call("GET", f"/v1/runs/{run_id}", FULL_KEY).json()
    assert (run["status"], run["error"]["code"]) == ("failed", "job_lost")
    assert events(run_id) == ["job.failed"]
