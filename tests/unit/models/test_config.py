"""Names, presets and request settings: what a run may be told to use, and what is refused before it costs anything."""

from __future__ import annotations

import pytest
from pydantic import JsonValue, ValidationError

from fourfold.config.effective import EffectiveSettings
from fourfold.config.engine import EngineConfig, StepConfig
from fourfold.config.entries import ScopeState, chain_of
from fourfold.config.presets import default_config
from fourfold.config.registry import flattened
from fourfold.config.request import REQUEST_KEYS, BadSettingsError, with_settings
from fourfold.config.scope import UNCOMMITTED
from fourfold.config.settings import Settings
from fourfold.llm.model_names import full_name, greatest_temperature

SOUL = "engine.pipeline.soul_draft"
ANTHROPIC = default_config(["anthropic"])
_SETTINGS = Settings(engine=ANTHROPIC)
BASE = EffectiveSettings(_SETTINGS, tuple(map(ScopeState, chain_of("org", "ws"))), flattened(_SETTINGS), UNCOMMITTED)


def test_a_bare_known_name_finds_its_provider() -> None:
    assert full_name("claude-opus-4-7") == "anthropic:claude-opus-4-7"
    assert StepConfig.model_validate({"model": "gpt-6.1-sol"}).model == "openai:gpt-6.1-sol"


@pytest.mark.parametrize("name", ["compatible:llama3.1:8b", "bedrock:eu.anthropic.claude-sonnet-4-6", "openai:gpt-9"])
def test_a_model_nobody_listed_is_taken_as_named(name: str) -> None:
    assert full_name(name) == name


@pytest.mark.parametrize("name", ["gpt-9", "opnai:gpt-6.1-sol", "offline:composer-2", "google:a..b"])
def test_a_name_that_leads_nowhere_is_refused_with_what_would_do(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"write provider:model|built in: anthropic|is called offline:composer-1|two dots"
    ):
        full_name(name)


@pytest.mark.parametrize(
    ("name", "greatest"),
    [
        ("anthropic:claude-opus-4-7", 0),
        ("anthropic:claude-sonnet-4-6", 1),
        ("bedrock:global.anthropic.claude-sonnet-4-6", 1),
        ("bedrock:eu.anthropic.claude-opus-4-7-v1:0", 0),
        ("bedrock:meta.llama4", None),
        ("openai:gpt-6.1-sol", 0),
        ("openai:gpt-9", None),
        ("compatible:llama3.1:8b", 2),
        ("google:gemini-3.8-flash", 2),
    ],
)
def test_what_temperature_a_model_takes(name: str, greatest: float | None) -> None:
    assert greatest_temperature(name) == greatest


def test_the_default_models_are_the_products() -> None:
    pipeline = ANTHROPIC.pipeline
    strong, fast = "anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6"
    assert (pipeline.soul_draft.model, pipeline.audit.model) == (strong, strong)
    for step in ("intent_parse", "self_enrich", "mask_build", "surface_ground", "single_call"):
        assert getattr(pipeline, step).model == fast
        assert getattr(pipeline, step).fallback == (strong,)


def test_further_providers_stand_by_in_their_order_and_offline_never_does() -> None:
    chain = default_config(["openai", "google", "anthropic"]).pipeline.soul_draft.chain
    own = ("openai:gpt-6.1-sol", "openai:gpt-6.1-terra")
    assert chain == (*own, "google:gemini-3.8-flash", "anthropic:claude-opus-4-7")
    assert default_config([]) == EngineConfig()


def test_the_second_provider_confirms_where_there_are_two() -> None:
    audit = default_config(["anthropic", "openai"]).pipeline.audit
    assert audit.for_confirmation().chain[:2] == ("openai:gpt-6.1-sol", "anthropic:claude-opus-4-7")
    alone = default_config(["anthropic"]).pipeline.audit
    assert alone.confirm == "after_retry"
    assert alone.for_confirmation().chain == alone.chain


def test_the_room_an_answer_has_is_that_of_the_model_which_needs_most() -> None:
    """A fallback that thinks within its limit would be cut off at the first model's."""
    assert default_config(["anthropic"]).pipeline.soul_draft.max_tokens == 2048
    assert default_config(["anthropic", "openai"]).pipeline.soul_draft.max_tokens == 8192


@pytest.mark.parametrize("providers", [["anthropic", "offline"], ["offline", "openai"], ["foo"], ["compatible"]])
def test_a_list_that_cannot_be_is_refused(providers: list[str]) -> None:
    with pytest.raises(ValueError, match=r"stands alone|is no preset"):
        default_config(providers)


def test_a_compatible_server_does_everything_with_its_one_model() -> None:
    pipeline = default_config(["compatible:llama3.1:8b"]).pipeline
    assert pipeline.soul_draft.chain == pipeline.audit.chain == ("compatible:llama3.1:8b",)


def test_a_temperature_for_a_model_that_takes_none_is_an_error() -> None:
    with pytest.raises(ValidationError, match="claude-opus-4-7 takes no temperature"):
        StepConfig.model_validate({"model": "claude-opus-4-7", "temperature": 0.7})
    with pytest.raises(ValidationError, match="claude-sonnet-4-6 takes a temperature of at most 1"):
        StepConfig.model_validate({"model": "claude-sonnet-4-6", "temperature": 1.3})
    for model, temperature in (("claude-sonnet-4-6", 1.0), ("gpt-4.1", 1.3), ("openai:gpt-9", 1.9)):
        assert StepConfig.model_validate({"model": model, "temperature": temperature}).temperature == temperature


def test_settings_of_a_request_lie_over_the_deployments() -> None:
    changed = with_settings(
        BASE,
        {f"{SOUL}.model": "claude-sonnet-4-6", f"{SOUL}.temperature": 1, "engine.pipeline.audit.max_retries": 0},
        ["anthropic"],
    )
    assert changed.pipeline.soul_draft.model == "anthropic:claude-sonnet-4-6"
    assert (changed.pipeline.soul_draft.temperature, changed.pipeline.audit.max_retries) == (1.0, 0)
    assert changed.pipeline.mask_build == ANTHROPIC.pipeline.mask_build
    assert changed.hash() != ANTHROPIC.hash()


@pytest.mark.parametrize(
    ("settings", "key", "code", "says"),
    [
        ({"engine.pipeline.soul.model": "x"}, "engine.pipeline.soul.model", "unknown_key", "No such key"),
        ({"engine.pipeline.audit.weights": {}}, "engine.pipeline.audit.weights", "not_settable", "PATCH /v1/config"),
        ({f"{SOUL}.temperature": 0.5}, f"{SOUL}.temperature", "invalid_setting", "takes no temperature"),
        ({f"{SOUL}.max_tokens": 10}, f"{SOUL}.max_tokens", "invalid_setting", "greater than or equal to 256"),
        ({f"{SOUL}.max_tokens": "2048"}, f"{SOUL}.max_tokens", "invalid_setting", "valid integer"),
        ({f"{SOUL}.model": "gpt-9"}, f"{SOUL}.model", "invalid_setting", "write provider:model"),
        ({f"{SOUL}.model": "openai:gpt-9"}, f"{SOUL}.model", "provider_not_configured", "openai"),
        (
            {f"{SOUL}.fallback": ["google:g", "openai:o"]},
            f"{SOUL}.fallback",
            "provider_not_configured",
            "google, openai",
        ),
        ({"engine.pipeline.audit.confirm": "sometimes"}, "engine.pipeline.audit.confirm", "invalid_setting", "always"),
        (
            {"engine.pipeline.audit.confirm_model": "openai:gpt-6.1-sol"},
            "engine.pipeline.audit.confirm_model",
            "provider_not_configured",
            "openai",
        ),
        ({"engine.pipeline.method": "magic"}, "engine.pipeline.method", "invalid_setting", "single_call"),
    ],
)
def test_what_cannot_be_taken_is_named(settings: dict[str, JsonValue], key: str, code: str, says: str) -> None:
    with pytest.raises(BadSettingsError) as caught:
        with_settings(BASE, settings, ["anthropic"])
    [fault] = caught.value.faults
    assert (fault.key, fault.code) == (key, code)
    assert says in fault.detail


def test_the_offline_model_is_asked_for_like_any_other() -> None:
    asked = {f"{SOUL}.model": "offline:composer-1"}
    changed = with_settings(BASE, asked, ["anthropic", "offline"])
    assert changed.pipeline.soul_draft.model == "offline:composer-1"
    with pytest.raises(BadSettingsError) as caught:
        with_settings(BASE, {**asked, f"{SOUL}.fallback": ["openai:o", "offline:composer-1"]}, ["anthropic"])
    assert [fault.detail for fault in caught.value.faults] == [
        "The offline composer is not part of this deployment.",
        "No credentials here for openai, and the offline composer is not part of this deployment.",
    ]


def test_every_key_a_request_may_set_exists() -> None:
    tree = EngineConfig().model_dump()
    for key in REQUEST_KEYS:
        node = tree
        for name in key.split(".")[1:]:
            assert name in node, key
            node = node[name]
