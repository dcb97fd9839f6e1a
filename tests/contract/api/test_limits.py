"""Limits: requests of a key in a minute, runs of a workspace at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from fourfold.config.api import ApiConfig, LimitsConfig
from fourfold.config.settings import Settings
from fourfold.pipeline.staleness import MAX_SILENCE
from functions import clock, wiring
from functions.api.personas import generation
from functions.api.runs import polling as following
from functions.api.wiring import submissions
from tests.contract.api.conftest import KEY, OTHER_KEY, READ_KEY, Api, use_settings

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> LimitsConfig:
    """Five requests a minute, and three runs at once, for everybody."""
    tight = LimitsConfig(requests_per_minute=5, concurrent_generations=3)
    settings = Settings(api=ApiConfig(limits=tight))
    use_settings(monkeypatch, settings)
    return tight


@pytest.fixture
def runs_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """Three runs at once, requests as usual."""
    settings = Settings(api=ApiConfig(limits=LimitsConfig(concurrent_generations=3)))
    use_settings(monkeypatch, settings)
    return 3


def start(api: Api, key: str = KEY, **headers: str) -> httpx.Response:
    return api.call("POST", "/v1/personas", key, json=BRIEF, headers={**ASYNC, **headers})


def test_every_reply_to_a_key_tells_its_limit(api: Api) -> None:
    for path, status in (("/v1/personas", 200), ("/v1/personas/per_1", 404), ("/v1/personas?limit=0", 422)):
        reply = api.call("GET", path)
        assert reply.status_code == status
        assert reply.headers["ratelimit-policy"] == '"requests";q=600;w=60'
        assert reply.headers["ratelimit"].startswith('"requests";r=5')
    assert "ratelimit" not in api.call("GET", "/v1/health").headers


@pytest.mark.usefixtures("limits")
def test_the_sixth_request_of_a_minute_is_refused(api: Api) -> None:
    left = [api.call("GET", "/v1/personas").headers["ratelimit"].split(";")[1] for _ in range(5)]
    assert left == ["r=4", "r=3", "r=2", "r=1", "r=0"]
    for method, path in (("GET", "/v1/personas"), ("POST", "/v1/personas"), ("GET", "/v1/runs/run_1")):
        reply = api.call(method, path, json=BRIEF)
        assert (reply.status_code, reply.json()["code"]) == (429, "rate_limited")
        assert 0 < int(reply.headers["retry-after"]) <= 60
        assert reply.headers["ratelimit"] == f'"requests";r=0;t={reply.headers["retry-after"]}'
    assert api.nothing_happened()
    assert api.call("GET", "/v1/personas", READ_KEY).status_code == 200, "another key has a minute of its own"
    assert api.call("GET", "/v1/health").status_code == 200
    assert api.call("GET", "/v1/openapi.json").status_code == 200


@pytest.mark.usefixtures("limits")
def test_twenty_at_once_share_one_minute(api: Api) -> None:
    async def all_at_once() -> Counter[int]:
        async with api.client() as client:
            replies = await asyncio.gather(*(client.get("/v1/personas") for _ in range(20)))
            return Counter(reply.status_code for reply in replies)

    assert asyncio.run(all_at_once()) == {200: 5, 429: 15}


def test_a_full_workspace_starts_nothing(api: Api, runs_at_once: int) -> None:
    api.machine.fate = "silent"
    assert [start(api).status_code for _ in range(runs_at_once)] == [202] * 3
    before = api.stored("personas"), api.stored("idempotency")
    reply = start(api, **{"Idempotency-Key": "one too many"})
    assert (reply.status_code, reply.json()["code"]) == (429, "too_many_generations")
    assert int(reply.headers["retry-after"]) > 0
    assert "3 concurrent runs" in reply.json()["detail"]
    assert api.stored("personas") == before[0]
    assert not [item for item in api.stored("idempotency") if not item["id"]["S"].startswith("RATE#")]
    assert len(api.machine.started) == 3
    assert start(api, OTHER_KEY).status_code == 202, "another workspace has room"


@pytest.mark.usefixtures("runs_at_once")
def test_a_run_that_is_over_makes_room(api: Api) -> None:
    for _ in range(8):
        assert api.call("POST", "/v1/personas", json=BRIEF).status_code == 201
    api.machine.fate = "failed"
    for _ in range(4):
        assert api.call("POST", "/v1/personas", json=BRIEF).status_code == 502


@pytest.mark.usefixtures("runs_at_once")
def test_a_run_that_was_refused_by_the_pipeline_makes_room(api: Api) -> None:
    api.machine.fate = "refused"
    for _ in range(5):
        assert start(api).status_code == 503


def test_a_full_workspace_still_answers_a_repeated_request(api: Api, runs_at_once: int) -> None:
    api.machine.fate = "silent"
    first = start(api, **{"Idempotency-Key": "mine"})
    for _ in range(runs_at_once - 1):
        start(api)
    assert start(api).status_code == 429
    again = start(api, **{"Idempotency-Key": "mine"})
    assert (again.status_code, again.json()) == (202, first.json())


def test_a_run_nobody_works_on_any_more_makes_room(
    api: Api, runs_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.machine.fate = "silent"
    for _ in range(runs_at_once):
        start(api)
    assert start(api).status_code == 429
    real, later = clock.now, MAX_SILENCE + timedelta(seconds=1)
    submissions.cache_clear()
    wiring.run_context.cache_clear()
    for where in (clock, wiring, generation, following):
        monkeypatch.setattr(where, "now", lambda: real() + later)
    assert start(api).status_code == 202


@pytest.mark.usefixtures("runs_at_once")
def test_twenty_at_once_start_three(api: Api) -> None:
    api.machine.fate = "silent"

    async def all_at_once() -> list[httpx.Response]:
        async with api.client() as client:
            return await asyncio.gather(*(client.post("/v1/personas", json=BRIEF, headers=ASYNC) for _ in range(20)))

    replies = asyncio.run(all_at_once())
    assert Counter(reply.status_code for reply in replies) == {202: 3, 429: 17}
    assert len(api.machine.started) == 3
