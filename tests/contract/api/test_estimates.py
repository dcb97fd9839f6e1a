"""`dry_run` on what spends: an estimate comes back, and nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest

from fourfold.personas.filters import PersonaFilter
from functions import wiring
from tests.contract.api.conftest import READ_KEY, Api
from tests.contract.api.things import persona_of

BRIEF = {"intent": "A shy founder, 34, in Istanbul", "dry_run": True}


def ranges(estimate: dict[str, Any]) -> bool:
    """Whether every range of an estimate is in order."""
    return all(estimate[name]["low"] <= estimate[name]["high"] for name in ("calls", "tokens", "usd"))


def test_a_generation_is_estimated_and_not_started(api: Api) -> None:
    reply = api.call("POST", "/v1/personas", json={**BRIEF, "stream": True})
    estimate = reply.json()
    assert reply.status_code == 200
    assert estimate["calls"]["low"] == 6
    assert set(estimate["models"]) >= {"intent_parse", "soul_draft", "audit"}
    assert ranges(estimate)
    assert api.machine.started == []
    assert not wiring.persona_search().page("ws_one", PersonaFilter(), 10).personas


def test_the_settings_of_the_request_are_in_the_estimate(api: Api) -> None:
    settings = {"engine.pipeline.method": "single_call"}
    estimate = api.call("POST", "/v1/personas", json={**BRIEF, "config": settings}).json()
    assert set(estimate["models"]) == {"single_call", "audit"}


def test_what_could_not_run_is_refused_as_it_would_be(api: Api) -> None:
    settings = {"engine.pipeline.soul_draft.model": "nobody:gpt"}
    assert api.call("POST", "/v1/personas", json={**BRIEF, "config": settings}).status_code == 422
    assert api.call("POST", "/v1/personas", READ_KEY, json=BRIEF).status_code == 403


@pytest.mark.parametrize(("job", "calls"), [("fingerprint", 50), ("test-suite", 109 + 33)])
def test_a_job_is_estimated_and_not_started(api: Api, job: str, calls: int) -> None:
    persona = persona_of(api)
    ordered = len(api.orders)
    reply = api.call("POST", f"/v1/personas/{persona}/{job}", json={"dry_run": True})
    assert reply.status_code == 200, reply.text
    assert calls <= reply.json()["calls"]["low"] <= calls + 5
    assert ranges(reply.json())
    assert len(api.orders) == ordered
    assert api.call("POST", f"/v1/personas/{persona}/{job}", json={"dry_run": "yes"}).status_code == 422
    bad_key = {"Idempotency-Key": "x" * 256}
    refused = api.call("POST", f"/v1/personas/{persona}/{job}", json={"dry_run": True}, headers=bad_key)
    assert refused.json()["code"] == "invalid_idempotency_key"


def test_a_selection_is_estimated(api: Api) -> None:
    persona = persona_of(api)
    body = {"ids": ["role.002"], "dry_run": True}
    estimate = api.call("POST", f"/v1/personas/{persona}/test-suite", json=body).json()
    assert estimate["calls"] == {"low": 3, "high": 3}
    nothing = api.call("POST", f"/v1/personas/{persona}/test-suite", json={**body, "ids": ["role.999"]})
    assert nothing.status_code == 422
