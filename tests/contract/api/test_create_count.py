"""`count`: several people of one brief, each with a run of its own; one receipt, whole or not at all."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.client import Fourfold
from fourfold.config.api import ApiConfig, LimitsConfig
from fourfold.config.settings import Settings
from fourfold.persona import MAX_SEED
from functions.api import wiring as api_wiring
from tests.contract.api.conftest import FULL_KEY, OTHER_KEY, Api, Live, use_settings

BRIEF = "A shy founder, 34, in Istanbul"


def create(api: Api, key: str = FULL_KEY, *, once: str | None = None, **fields: Any) -> httpx.Response:
    headers = {} if once is None else {"Idempotency-Key": once}
    return api.call("POST", "/v1/personas", key, json={"intent": BRIEF, **fields}, headers=headers)


def seeds(api: Api) -> list[int | None]:
    return [state.seed for _, state in api.machine.started]


def test_each_person_has_a_run_and_one_receipt_lists_them(api: Api) -> None:
    reply = create(api, count=3, language="de", metadata={"ticket": "A-17"}, visibility="private")
    assert reply.status_code == 202
    receipt = reply.json()
    assert len({run["run_id"] for run in receipt["runs"]}) == len(api.machine.started) == 3
    assert [run["seed"] for run in receipt["runs"]] == seeds(api)
    api.machine.settle()
    for run in receipt["runs"]:
        persona = api.read(f"/v1/personas/{run['persona_id']}")
        assert (persona["status"], persona["run_id"], persona["seed"]) == ("active", run["run_id"], run["seed"])
        assert (persona["metadata"], persona["visibility"]) == ({"ticket": "A-17"}, "private")
        stored = api.read(f"/v1/runs/{run['run_id']}")
        assert (stored["batch_id"], stored["distinct_names"]) == (receipt["batch_id"], "workspace")
    assert len(api.read("/v1/personas", limit=10)["data"]) == 3


def test_one_is_as_without_count(api: Api) -> None:
    made = create(api, count=1)
    assert (made.status_code, made.json()["status"]) == (201, "active")
    assert api.run(made.json()["run_id"]).batch_id is None


def test_a_seed_repeats_the_people_and_names_differ_within_the_request(api: Api) -> None:
    first, second = (create(api, count=3, seed=MAX_SEED - 1).json() for _ in range(2))
    assert seeds(api) == [MAX_SEED - 1, MAX_SEED, 0] * 2
    assert {run["run_id"] for run in first["runs"]}.isdisjoint(run["run_id"] for run in second["runs"])
    assert {state.distinct_names for _, state in api.machine.started} == {"batch"}
    assert len({state.batch_id for _, state in api.machine.started}) == 2


def test_without_a_seed_the_same_request_gives_other_people(api: Api) -> None:
    create(api, count=2)
    create(api, count=2)
    assert len(set(seeds(api))) == 4


@pytest.mark.parametrize("fields", [{}, {"seed": 7}])
def test_a_repeated_request_starts_nothing_more(api: Api, fields: dict[str, Any]) -> None:
    first, second = (create(api, once="all", count=4, **fields) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(api.machine.started) == 4


@pytest.mark.parametrize(("first", "second"), [({"count": 2}, {}), ({}, {"count": 2}), ({"count": 2}, {"count": 3})])
def test_a_key_means_one_request(api: Api, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert create(api, once="all", **first).status_code in {201, 202}
    refused = create(api, once="all", **second)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_a_crash_between_two_runs_is_finished_by_the_next_try(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = api_wiring.submissions().runs
    accept, stored = repository.accept, 0

    def crash(*arguments: Any) -> bool:
        nonlocal stored
        stored += 1
        if stored == 3:
            raise RuntimeError("the process dies")
        return accept(*arguments)

    with monkeypatch.context() as broken:
        broken.setattr(repository, "accept", crash)
        assert create(api, once="all", count=4).status_code == 500
    assert api.machine.started == []
    receipt = create(api, once="all", count=4).json()
    assert [name for name, _ in api.machine.started] == [run["run_id"] for run in receipt["runs"]]
    assert len(api.read("/v1/runs", kind="generation")["data"]) == 4


def test_runs_that_could_not_be_started_are_replaced_by_the_next_try(api: Api) -> None:
    api.machine.fate = "refused"
    refused = create(api, once="all", count=2)
    assert (refused.status_code, refused.json()["code"]) == (503, "run_not_started")
    api.machine.fate = "active"
    receipt = create(api, once="all", count=2)
    assert receipt.status_code == 202
    assert {run["status"] for run in receipt.json()["runs"]} == {"running"}
    assert len(api.machine.started) == 2


def test_the_limits_count_every_run_before_anything_is_stored(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = LimitsConfig(concurrent_generations=5, spending_per_minute=8)
    use_settings(monkeypatch, Settings(api=ApiConfig(limits=limits)))
    too_many = create(api, count=6)
    assert [error["pointer"] for error in too_many.json()["errors"]] == ["/count"]
    assert api.nothing_happened()
    api.machine.fate = "silent"
    assert create(api, count=3).status_code == 202
    full = create(api, count=3)
    assert (full.status_code, full.json()["code"]) == (429, "too_many_generations")
    assert len(api.machine.started) == 3
    spent = create(api, count=3)
    assert (spent.status_code, spent.json()["code"]) == (429, "rate_limited")
    assert create(api, count=2).status_code == 202
    assert create(api, OTHER_KEY, count=5).status_code == 202
    assert len(api.machine.started) == 10


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"count": 0}, ["/count"]),
        ({"count": 21}, ["/count"]),
        ({"count": 10**400}, ["/count"]),
        ({"count": "2"}, ["/count"]),
        ({"count": True}, ["/count"]),
        ({"count": 2, "slug": "deniz", "stream": True}, ["/slug", "/stream"]),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_spent(
    api: Api, fields: dict[str, Any], pointers: list[str]
) -> None:
    refused = create(api, **fields)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers
    assert api.nothing_happened()


def test_an_estimate_is_of_all(api: Api) -> None:
    one, all_of_them = (create(api, count=count, dry_run=True).json() for count in (1, 20))
    assert all_of_them["calls"] == {bound: 20 * calls for bound, calls in one["calls"].items()}
    assert all_of_them["tokens"] == {bound: 20 * tokens for bound, tokens in one["tokens"].items()}
    assert api.nothing_happened()


def test_the_client_follows_all_and_the_command_sends_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    with Fourfold() as client:
        receipt = client.create_personas(BRIEF, 2, metadata={"ticket": "A-17"})
        ends = [list(client.follow(run.run_id))[-1] for run in receipt.runs]
    assert [end["type"] for end in ends] == ["pipeline.completed"] * 2
    assert [(end["run_id"], end["persona_id"]) for end in ends] == [
        (run.run_id, run.persona_id) for run in receipt.runs
    ]
    made = CliRunner().invoke(command_line, ["create", BRIEF, "--count", "2", "--estimate", "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["calls"]["low"] == 2 * 6
