"""Each provider as its users configure it: whatever the product asks a model, it asks there, and nothing offline.

The functions are called in this process. The part `models` of the deep checks does the same on the deployed template.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import import_module

import pytest

from fourfold.config.presets import default_config
from fourfold.models.credentials import PROVIDERS, usable_providers
from fourfold.models.step_checks import STEPS, check_steps
from fourfold.pipeline.state import RunState
from fourfold.steps import SINGLE_CALL_ORDER, STEP_ORDER
from functions.configuration import deployment_defaults
from tests.contract.api.conftest import FULL_KEY, Api
from tests.invocation import Invocation
from tests.providers.server import ProviderServer
from tests.providers.setting import reached_by_all
from tests.providers.whole_product import WholeProduct
from tests.providers.wires import Provider

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
NAIVE = {**BRIEF, "config": {"engine.pipeline.method": "single_call"}}
# Fifty scenarios, and ten of them asked of the plain assistant.
REPLIES_OF_A_FINGERPRINT = 60
SOME_TESTS = {"ids": ["role.002", "jail.003"]}


# The gate tries one here and two in tests/integration/test_models.py: each takes seconds, as does its SDK's import.
PARAMETERS = [
    pytest.param(each, marks=[] if each is Provider.COMPATIBLE else pytest.mark.deep(part="models"))
    for each in Provider
]


@pytest.fixture(params=PARAMETERS)
def provider(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The only provider of the deployment."""
    found: Provider = request.param
    monkeypatch.setenv(PROVIDERS, found.value)
    monkeypatch.setenv("FOURFOLD_COMPATIBLE_MODEL", "llama3.1:8b")
    deployment_defaults.cache_clear()
    yield found
    deployment_defaults.cache_clear()


@pytest.fixture
def server(provider: Provider) -> Iterator[ProviderServer]:  # noqa: ARG001 - the environment comes first
    with ProviderServer(WholeProduct()) as serving, reached_by_all(serving):
        yield serving


def test_every_part_asks_the_configured_provider(provider: Provider, server: ProviderServer, api: Api) -> None:
    api.machine.steps = deployed
    documents: list[str] = []
    counted = 0

    def calls(method: str, path: str, body: object = None) -> int:
        """The calls that one request and its jobs make."""
        nonlocal counted
        reply = api.call(method, path, FULL_KEY, json=body)
        assert reply.is_success, reply.text
        api.machine.settle()
        api.do_jobs()
        documents.append(reply.text)
        made, counted = len(server.requests) - counted, len(server.requests)
        return made

    assert calls("POST", "/v1/personas", BRIEF) >= len(STEP_ORDER)
    persona = f"/v1/personas/{json.loads(documents[0])['id']}"
    assert calls("POST", f"{persona}/fingerprint") == REPLIES_OF_A_FINGERPRINT
    assert calls("POST", f"{persona}/test-suite", SOME_TESTS) >= 2 * len(SOME_TESTS["ids"])
    for job in ("fingerprint", "test-suite"):
        assert calls("GET", f"{persona}/{job}") == 0
        assert json.loads(documents[-1])["status"] == "ready"
    assert calls("POST", f"{persona}/chat", {"message": "Did the tide come in?"}) == 1
    assert calls("POST", f"{persona}/chat", {"message": "And today?", "stream": True}) == 1
    assert "event: completed" in documents[-1]
    assert calls("POST", f"{persona}/drift", {"reply": "It came in twelve times since, I suppose."}) == 0
    assert calls("POST", "/v1/personas/parse", BRIEF) == 1
    assert calls("POST", "/v1/personas", NAIVE) >= len(SINGLE_CALL_ORDER)
    assert calls("GET", "/v1/config?prefix=engine.") == 0
    called = {f"{request.provider}:{request.model}" for request in server.requests}
    assert called <= {each["value"] for each in json.loads(documents[-1])["data"] if each["key"].endswith(".model")}
    assert [check.problem for check in check_steps(default_config(usable_providers(os.environ)))] == [""] * len(STEPS)
    assert {request.provider for request in server.requests} == {provider}
    assert "offline" not in "".join(documents)


def deployed(state: RunState) -> RunState:
    """The run's steps, each by its function."""
    order = SINGLE_CALL_ORDER if state.config.pipeline.method == "single_call" else STEP_ORDER
    for name in order:
        after = import_module(f"functions.{name.value}.handler").handler(state.model_dump(mode="json"), Invocation())
        state = RunState.model_validate(after)
    return state
