"""Settings of a single request: taken into the run it starts, or refused by name before it starts one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.configuration import config_reader, deployment_defaults
from tests.contract.api.conftest import Api

BRIEF = "A shy founder, 34, in Istanbul"
SOUL_MODEL = "engine.pipeline.soul_draft.model"
SOUL_HEAT = "engine.pipeline.soul_draft.temperature"  # the default model takes none


@pytest.fixture
def anthropic(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A deployment with Anthropic's key. The API itself has none: it is told only that there is one."""
    monkeypatch.setenv("FOURFOLD_PROVIDERS", "anthropic")
    deployment_defaults.cache_clear()
    config_reader.cache_clear()
    yield api
    deployment_defaults.cache_clear()


def create(api: Api, config: Any, **headers: str) -> Any:
    return api.call("POST", "/v1/personas", json={"intent": BRIEF, "config": config}, headers=headers)


def test_a_run_is_pinned_to_the_deployments_models(anthropic: Api) -> None:
    assert anthropic.call("POST", "/v1/personas", json={"intent": BRIEF}).status_code == 201
    [(_, state)] = anthropic.machine.started
    assert state.config.pipeline.soul_draft.model == "anthropic:claude-opus-4-7"
    assert state.config.pipeline.self_enrich.model == "anthropic:claude-sonnet-4-6"
    assert state.config_hash.startswith("cfg_")


def test_a_request_changes_its_own_run_and_no_other(anthropic: Api) -> None:
    assert create(anthropic, {SOUL_MODEL: "claude-sonnet-4-6"}).status_code == 201
    assert create(anthropic, {}).status_code == 201
    (_, changed), (_, plain) = anthropic.machine.started
    assert changed.config.pipeline.soul_draft.model == "anthropic:claude-sonnet-4-6"
    assert plain.config.pipeline.soul_draft.model == "anthropic:claude-opus-4-7"
    assert changed.config_hash != plain.config_hash


@pytest.mark.parametrize(
    ("config", "pointer", "code"),
    [
        (
            {"engine.pipeline.soul_draft.temperature": 0.7},
            "/config/engine.pipeline.soul_draft.temperature",
            "invalid_setting",
        ),
        ({SOUL_MODEL: "openai:gpt-6.1-sol"}, f"/config/{SOUL_MODEL}", "provider_not_configured"),
        ({SOUL_MODEL: None}, f"/config/{SOUL_MODEL}", "invalid_setting"),
        ({"api.webhooks.x/y": 1}, "/config/api.webhooks.x~1y", "unknown_key"),
        ({"x" * 500: 1}, f"/config/{'x' * 120}", "unknown_key"),
        (["a"], "/config", "dict_type"),
        (None, "/config", "dict_type"),
    ],
)
def test_a_setting_that_cannot_be_taken_is_named(anthropic: Api, config: Any, pointer: str, code: str) -> None:
    reply = create(anthropic, config)
    assert reply.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in reply.json()["errors"]] == [(pointer, code)]
    assert anthropic.nothing_happened()


@pytest.fixture
def without_composer(anthropic: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A deployment whose functions do not carry the offline composer."""
    monkeypatch.setattr("fourfold.models.credentials.is_installed", lambda: False)
    return anthropic


@pytest.mark.parametrize("key", ["engine.pipeline.soul_draft.model", "engine.pipeline.soul_draft.fallback"])
def test_the_composer_is_refused_where_it_is_not_deployed(without_composer: Api, key: str) -> None:
    asked = ["offline:composer-1"] if key.endswith("fallback") else "offline:composer-1"
    reply = create(without_composer, {key: asked})
    assert reply.status_code == 422
    [fault] = reply.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (f"/config/{key}", "provider_not_configured")
    assert fault["detail"] == "The offline composer is not part of this deployment."
    assert without_composer.nothing_happened()


def test_the_composer_may_be_asked_for_beside_a_provider_where_it_is_deployed(anthropic: Api) -> None:
    assert create(anthropic, {SOUL_MODEL: "offline:composer-1"}).status_code == 201


def test_settings_are_part_of_what_an_idempotency_key_stands_for(anthropic: Api) -> None:
    key = {"Idempotency-Key": "one"}
    assert create(anthropic, {}, **key).status_code == 201
    assert create(anthropic, {"engine.pipeline.audit.max_retries": 0}, **key).status_code == 422
    assert len(anthropic.machine.started) == 1
