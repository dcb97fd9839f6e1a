"""Runs with real adapters on the deployed template: keys, fallback and cost, against a loopback provider server.

The models are not real: each answers what the offline composer makes of the prompt as it came over the wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.local_server import LocalServer
from tests.providers.behaviours import CASES, Fails
from tests.providers.composer import Composer
from tests.providers.server import ProviderServer
from tests.providers.setting import KEY, environment
from tests.providers.wires import Fault, Provider

BRIEF = "A shy founder, 34, in Istanbul"
PARAMETER = "/fourfold/local/anthropic-api-key"
STORED_KEY = "sk-from-the-parameter-store"
# The product's own table of default models.
DEFAULTS = {
    "intent_parse": "claude-sonnet-4-6",
    "soul_draft": "claude-opus-4-7",
    "self_enrich": "claude-sonnet-4-6",
    "mask_build": "claude-sonnet-4-6",
    "surface_ground": "claude-sonnet-4-6",
    "audit": "claude-opus-4-7",
}


@dataclass
class Connected:
    """A stack whose models are a loopback server."""

    stack: LocalServer
    provider: ProviderServer

    def create(self, brief: str = BRIEF, **config: object) -> dict[str, Any]:
        reply = self.stack.call("POST", "/v1/personas", body={"intent": brief, "config": config})
        assert reply.status_code == 201, reply.text
        persona: dict[str, Any] = reply.json()
        return persona

    def events(self, persona: dict[str, Any]) -> list[dict[str, Any]]:
        path = f"/v1/runs/{persona['run_id']}/events"
        listed: list[dict[str, Any]] = self.stack.call("GET", path, headers={"Accept": "application/json"}).json()[
            "data"
        ]
        return listed

    def run(self, persona: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.call("GET", f"/v1/runs/{persona['run_id']}").json()
        return found


@pytest.fixture(scope="module")
def connected(stack: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    """Anthropic before OpenAI. OpenAI's key is in the environment, Anthropic's in the engine's parameter store."""
    with ProviderServer(Composer()) as provider:
        variables = {"FOURFOLD_PROVIDERS": "anthropic,openai", **environment(provider)}
        del variables["ANTHROPIC_API_KEY"]
        server = LocalServer(tmp_path_factory.mktemp("models"), variables)
        server.borrow_assembly(stack)
        server.start()
        server.without_jobs()
        try:
            yield Connected(server, provider)
        finally:
            assert server.stop() == 0, server.said()


def keep_key(connected: Connected) -> None:
    connected.stack.aws("ssm").put_parameter(Name=PARAMETER, Value=STORED_KEY, Type="SecureString", Overwrite=True)


def test_without_its_key_a_provider_is_skipped_and_the_record_says_so(connected: Connected) -> None:
    persona = connected.create()
    assert {name.split(":")[0] for name in persona["providers"]} == {"openai"}
    assert persona["audit"]["judge"] == "openai:gpt-6.1-sol", "who judged, not who was meant to"
    fallbacks = [event for event in connected.events(persona) if event["type"] == "step.fallback"]
    assert {event["failure"] for event in fallbacks} == {"authentication"}
    calls = connected.run(persona)["attempts"][0]["steps"][0]["calls"]
    assert [(call["provider"], call["failure"]) for call in calls] == [
        ("anthropic", "authentication"),
        ("anthropic", "authentication"),
        ("openai", None),
    ]


def test_with_a_key_alone_the_products_default_models_write(connected: Connected) -> None:
    keep_key(connected)
    before = len(connected.provider.requests)
    persona = connected.create()
    requests = connected.provider.requests[before:]
    steps = connected.run(persona)["attempts"][0]["steps"]
    assert {step["step"]: step["model"] for step in steps} == DEFAULTS
    assert persona["providers"] == ["anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6"]
    assert persona["audit"]["judge"] == "anthropic:claude-opus-4-7"
    assert (persona["status"], persona["surface"]["age"]) == ("active", 34)
    assert [request.headers["authorization"] for request in requests] == [f"Bearer {STORED_KEY}"] * len(requests)
    assert len(requests) == sum(len(step["calls"]) for step in steps)


def test_cost_is_on_the_step_the_run_and_the_persona(connected: Connected) -> None:
    keep_key(connected)
    persona = connected.create()
    run = connected.run(persona)
    steps = run["attempts"][0]["steps"]
    by_calls = sum(call["cost_usd"] for step in steps for call in step["calls"])
    assert by_calls > 0
    assert run["usage"]["cost_usd"] == persona["usage"]["cost_usd"] == pytest.approx(by_calls, abs=1e-5)
    assert set(persona["usage"]["by_step"]) == set(DEFAULTS)
    assert not persona["usage"]["tokens"]["estimated"]


def test_a_refusing_model_is_asked_again_and_then_replaced(connected: Connected) -> None:
    keep_key(connected)
    connected.provider.play(*(CASES["refusal"]() for _ in range(2)))
    persona = connected.create()
    events = connected.events(persona)
    told = [(event["type"], event.get("failure")) for event in events if event["type"].startswith("step.re")]
    assert told[0] == ("step.repaired", None)
    [fallback] = [event for event in events if event["type"] == "step.fallback"]
    assert (fallback["from_model"], fallback["to_model"], fallback["failure"]) == (
        "anthropic:claude-sonnet-4-6",
        "anthropic:claude-opus-4-7",
        "refused",
    )
    calls = connected.run(persona)["attempts"][0]["steps"][0]["calls"]
    assert [call["failure"] for call in calls] == ["refused", "refused", None]
    assert all(call["cost_usd"] > 0 for call in calls), "a refusal is billed"


def test_when_no_model_answers_the_run_fails_and_its_cost_is_kept(connected: Connected) -> None:
    keep_key(connected)
    connected.provider.play(CASES["refusal"](), CASES["refusal"](), *(CASES["bad_request"]() for _ in range(2)))
    reply = connected.stack.call("POST", "/v1/personas", body={"intent": BRIEF})
    assert (reply.status_code, reply.json()["code"]) == (502, "model_refused")
    run = connected.stack.call("GET", reply.json()["instance"]).json()
    [step] = run["attempts"][0]["steps"]
    assert step["failure"] == "refused"
    assert [call["failure"] for call in step["calls"]] == ["refused", "refused", "bad_request", "bad_request"]
    assert run["usage"]["cost_usd"] > 0
    persona = connected.stack.call("GET", f"/v1/personas/{run['persona_id']}").json()
    assert (persona["status"], persona["usage"]["cost_usd"]) == ("failed", run["usage"]["cost_usd"])


def test_a_request_may_choose_the_model_of_a_step(connected: Connected) -> None:
    keep_key(connected)
    persona = connected.create(**{"engine.pipeline.soul_draft.model": "openai:gpt-6.1-sol"})
    steps = connected.run(persona)["attempts"][0]["steps"]
    assert {step["step"]: step["provider"] for step in steps}["soul_draft"] == "openai"


def test_a_commit_changes_the_model_and_the_temperature_of_the_next_run(connected: Connected) -> None:
    keep_key(connected)
    step = "engine.pipeline.soul_draft"
    chosen = {f"{step}.model": "anthropic:claude-sonnet-4-6", f"{step}.temperature": 0.4}
    ops = [{"op": "set", "key": key, "value": value} for key, value in chosen.items()]
    changed = connected.stack.call("PATCH", "/v1/config", body={"ops": ops, "reason": "cheaper souls"})
    assert (changed.status_code, changed.json()["warnings"]) == (200, [])
    before = len(connected.provider.requests)
    try:
        run = connected.run(connected.create())
    finally:
        undo = [{"op": "unset", "key": key} for key in chosen]
        connected.stack.call("PATCH", "/v1/config", body={"ops": undo})
    models = {step["step"]: step["model"] for step in run["attempts"][0]["steps"]}
    assert models == {**DEFAULTS, "soul_draft": "claude-sonnet-4-6"}
    sent = [request.body.get("temperature") for request in connected.provider.requests[before:]]
    assert sent.count(0.4) == 1
    assert set(sent) == {0.4, None}
    assert run["config_revision"] == changed.json()["revision"]


def test_the_single_call_writes_all_layers_and_is_audited_alike(connected: Connected) -> None:
    keep_key(connected)
    persona = connected.create(**{"engine.pipeline.method": "single_call"})
    assert set(persona["usage"]["by_step"]) == {"single_call", "audit"}
    assert all(persona[layer] for layer in ("soul", "self", "mask", "surface", "audit"))
    assert len(connected.run(persona)["attempts"]) == 1


def test_no_key_and_no_brief_is_in_a_log(connected: Connected) -> None:
    keep_key(connected)
    brief = "A tinsmith of Zzyzx who counts gulls"
    echo = Fault(400, "invalid_request_error", f"{brief} / {STORED_KEY} / {KEY}")
    connected.create(brief)
    connected.provider.play(*(Fails(dict.fromkeys(Provider, echo)) for _ in range(4)))
    reply = connected.stack.call("POST", "/v1/personas", body={"intent": brief})
    assert (reply.status_code, reply.json()["code"]) == (502, "model_bad_request")
    home = connected.stack.home.root
    written = b"".join(path.read_bytes() for path in (home / "engine.log", home / "api.log", connected.stack.output))
    for secret in (STORED_KEY, KEY, "Zzyzx"):
        assert secret.encode() not in written
        assert secret not in reply.text
