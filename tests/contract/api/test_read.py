"""Lists, runs, lost runs, and briefs that come back as they went in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fourfold.config.api import ApiConfig, LimitsConfig
from fourfold.config.settings import Settings
from fourfold.persona import INTENT_MAX_CHARACTERS
from functions import clock, wiring
from tests.builders import ALL_STEPS, ScriptedModel, performed
from tests.contract.api.conftest import OTHER_KEY, Api, use_settings
from tests.examples import examples

ASYNC = {"Prefer": "respond-async"}
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\r")
LEGIBLE = st.text(LETTERS, min_size=1, max_size=60).map(lambda text: text + "x")


def _make(api: Api, count: int) -> list[str]:
    api.machine.fate = "silent"
    return [
        api.call("POST", "/v1/personas", json={"intent": f"number {n}"}, headers=ASYNC).json()["persona_id"]
        for n in range(count)
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 100])
def test_pages_hold_everything_once_newest_first(api: Api, limit: int) -> None:
    made, seen, pages = _make(api, 5), [], 0
    page = api.call("GET", "/v1/personas", params={"limit": limit}).json()
    while True:
        pages += 1
        assert len(page["data"]) <= limit
        seen += [persona["id"] for persona in page["data"]]
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            break
        page = api.call("GET", "/v1/personas", params={"limit": limit, "cursor": page["next_cursor"]}).json()
    assert seen == made[::-1]
    assert pages == max(1, -(-5 // limit)), "no empty last page"


def test_a_page_made_while_new_ones_come_in_stays_where_it_was(api: Api) -> None:
    made = _make(api, 3)
    cursor = api.call("GET", "/v1/personas", params={"limit": 1}).json()["next_cursor"]
    _make(api, 2)
    rest = api.call("GET", "/v1/personas", params={"cursor": cursor}).json()
    assert [persona["id"] for persona in rest["data"]] == [made[1], made[0]]


def test_a_foreign_cursor_opens_no_foreign_workspace(api: Api) -> None:
    _make(api, 2)
    cursor = api.call("GET", "/v1/personas", params={"limit": 1}).json()["next_cursor"]
    assert api.call("GET", "/v1/personas", key=OTHER_KEY, params={"cursor": cursor}).json()["data"] == []


def test_a_run_tells_what_it_did(api: Api) -> None:
    persona = api.call("POST", "/v1/personas", json={"intent": "x"}).json()
    run = api.call("GET", f"/v1/runs/{persona['run_id']}").json()
    assert (run["status"], run["persona_id"], run["error"]) == ("completed", persona["id"], None)
    [attempt] = run["attempts"]
    assert [step["step"] for step in attempt["steps"]] == list(run["usage"]["by_step"])
    assert run["usage"] == persona["usage"]


def test_a_running_run_shows_its_steps_so_far(api: Api) -> None:
    _make(api, 1)
    [(run_id, state)] = api.machine.started
    performed(ALL_STEPS[0], state, ScriptedModel(), wiring.run_log(state, state.log_seq))
    run = api.call("GET", f"/v1/runs/{run_id}").json()
    assert run["status"] == "running"
    assert [step["step"] for step in run["attempts"][0]["steps"]] == ["intent_parse"]


@pytest.mark.parametrize("read", ["/v1/runs/{run}", "/v1/personas/{persona}", "/v1/personas", "/v1/runs/{run}/events"])
def test_a_lost_run_has_failed_for_whoever_looks(api: Api, monkeypatch: pytest.MonkeyPatch, read: str) -> None:
    [persona_id] = _make(api, 1)
    [(run_id, _)] = api.machine.started
    real = clock.now
    for module in ("functions.clock.now", "functions.wiring.now", "functions.api.runs.polling.now"):
        monkeypatch.setattr(module, lambda: real() + timedelta(minutes=33))
    wiring.run_context.cache_clear()
    assert api.call("GET", read.format(run=run_id, persona=persona_id)).status_code == 200
    run = api.run(run_id)
    assert (run.status, run.error and run.error.code) == ("failed", "run_interrupted")
    assert api.call("GET", f"/v1/personas/{persona_id}").json()["status"] == "failed"
    assert "pipeline.failed" in api.call("GET", f"/v1/runs/{run_id}/events").text


@pytest.mark.parametrize("read", ["/v1/runs/{run}", "/v1/personas/{persona}", "/v1/personas"])
def test_a_run_is_not_lost_because_the_machine_s_clock_was_set_or_it_slept(
    api: Api, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    [persona_id] = _make(api, 1)
    [(run_id, _)] = api.machine.started
    real, passed = clock.now, timedelta()
    monkeypatch.setattr(clock, "_further_clocks", ())
    clock.judge_silence_by(lambda: real() + passed)
    for module in ("functions.clock.now", "functions.wiring.now", "functions.api.runs.polling.now"):
        monkeypatch.setattr(module, lambda: real() + timedelta(hours=9))
    wiring.run_context.cache_clear()
    for passed, status in ((timedelta(), "running"), (timedelta(minutes=33), "failed")):  # noqa: B007 - the clock reads it
        assert api.call("GET", read.format(run=run_id, persona=persona_id)).status_code == 200
        assert api.run(run_id).status == status


@pytest.mark.random
def test_any_legible_brief_is_kept_byte_for_byte(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.machine.fate = "silent"
    roomy = Settings(api=ApiConfig(limits=LimitsConfig(requests_per_minute=100_000, concurrent_generations=1000)))
    use_settings(monkeypatch, roomy)

    @settings(max_examples=examples(6, 600), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(LEGIBLE)
    def kept(intent: str) -> None:
        api.kept.put_back()  # no run ends here: the list of those in progress, which each request reads, would grow
        reply = api.call("POST", "/v1/personas", json={"intent": intent}, headers=ASYNC)
        assert reply.status_code == 202
        persona = api.call("GET", f"/v1/personas/{reply.json()['persona_id']}")
        assert persona.json()["intent"].encode() == intent.encode()
        assert api.machine.started[-1][1].intent.encode() == intent.encode()

    kept()


@pytest.mark.parametrize("character", ["x", "é", "e\u0301", "界", "🦊", "\u200f"])
def test_the_longest_brief_in_any_script_is_taken(api: Api, character: str) -> None:
    intent = ("y" + character * INTENT_MAX_CHARACTERS)[:INTENT_MAX_CHARACTERS]
    assert api.call("POST", "/v1/personas", json={"intent": intent}).json()["intent"] == intent
