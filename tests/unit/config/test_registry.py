"""The registry: every key the contract names, each told in full."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fourfold.config.registry import BadValueError, flattened, nearest, registry
from fourfold.config.scope import Scope
from fourfold.config.settings import Settings

STEPS = ("intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit")
NAMED = [
    *(f"engine.pipeline.{step}.{name}" for step in STEPS
      for name in ("model", "temperature", "max_tokens", "timeout_s", "fallback")),
    *(f"engine.pipeline.audit.{name}" for name in ("min_overall_score", "max_retries", "retry_from", "weights")),
    *(f"engine.pipeline.drift_detection.{name}" for name in ("threshold", "action_on_alert")),
]  # fmt: skip


def test_every_key_of_the_contract_is_there() -> None:
    assert set(NAMED) <= registry().keys()
    for block in ("engine.fingerprint.", "engine.provocation.", "api.webhooks."):
        assert [name for name in registry() if name.startswith(block)]


@pytest.mark.parametrize("name", registry())
def test_a_key_tells_its_type_bounds_default_meaning_and_scopes(name: str) -> None:
    key = registry()[name]
    schema = key.schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(key.default)
    assert key.parsed(key.default) == key.default
    assert key.description.endswith(".")
    assert key.scopes
    assert [scope for scope in Scope if scope in key.scopes] == list(key.scopes)
    assert "type" in schema or "anyOf" in schema or "enum" in schema or "$ref" in schema


def _bounded(schema: dict[str, object], kind: str) -> bool:
    lower = schema.keys() & {"minimum", "exclusiveMinimum"}
    upper = schema.keys() & {"maximum", "exclusiveMaximum"}
    return schema.get("type") != kind or bool(lower and upper)


@pytest.mark.parametrize("name", [name for name, key in registry().items() if key.is_numeric])
def test_numbers_have_bounds_and_refuse_what_lies_outside(name: str) -> None:
    key = registry()[name]
    schema = key.schema()
    for part in (schema, *schema.get("anyOf", ())):
        assert _bounded(part, "number")
        assert _bounded(part, "integer")
    for value in (-1, 10**9, "1", True, float("nan"), float("inf"), [1]):
        with pytest.raises(BadValueError):
            key.parsed(value)


def test_numbers_with_a_dimension_have_a_unit() -> None:
    for suffix, unit in (("_s", "s"), ("max_tokens", "tokens"), ("concurrency", None)):
        units = {key.unit for name, key in registry().items() if name.endswith(suffix)}
        assert units
        assert None not in units
        assert unit is None or units == {unit}


def test_the_flattened_tree_has_every_key_once() -> None:
    assert flattened(Settings()) == {name: key.default for name, key in registry().items()}


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("engine.pipeline.audit.max_retrys", "engine.pipeline.audit.max_retries"),
        ("pipeline.soul_draft.model", "engine.pipeline.soul_draft.model"),
        ("api.webhook.timeout_s", "api.webhooks.timeout_s"),
    ],
)
def test_a_misspelt_key_finds_its_neighbours(wrong: str, meant: str) -> None:
    assert nearest(wrong)[0] == meant


def test_a_name_like_no_other_finds_none() -> None:
    assert nearest("zzzz") == ()


# A workspace may cap its own spending; an org that enforces a cap locks it (decision 62).
SET_BY_A_WORKSPACE = {"api.limits.usd_per_month", "api.limits.usd_per_day", "api.limits.allow_unpriced"}


def test_no_tenant_sets_the_floor_of_safety_or_its_own_limits() -> None:
    assert registry().keys() >= SET_BY_A_WORKSPACE
    for name, key in registry().items():
        if name.startswith("engine.safety."):
            assert key.scopes == (Scope.SYSTEM,)
        if name.startswith("api.limits."):
            assert (Scope.WORKSPACE in key.scopes) is (name in SET_BY_A_WORKSPACE)
            assert Scope.REQUEST not in key.scopes


def test_a_request_may_set_what_belongs_to_its_run_and_nothing_else() -> None:
    requested = {name for name, key in registry().items() if Scope.REQUEST in key.scopes}
    assert {f"engine.pipeline.{step}.model" for step in STEPS} <= requested
    assert all(name.startswith("engine.pipeline.") for name in requested)
    assert "engine.pipeline.drift_detection.threshold" not in requested


@pytest.mark.parametrize("name", registry())
def test_a_value_that_is_taken_fits_the_schema(name: str) -> None:
    """A client that checks against the schema refuses nothing the API would take."""
    key = registry()[name]
    validator = Draft202012Validator(key.schema())
    for value in (None, True, False, -1, 0, 1, 3, 4, 10**9, 0.5, "", "warn", "x" * 500, [], [1], ["x"], {}, {"x": 1}):
        try:
            key.parsed(value)
        except BadValueError:
            continue
        assert validator.is_valid(value), value


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("engine.pipeline.soul_draft.model", "claude-opus-4-7", "anthropic:claude-opus-4-7"),
        ("engine.pipeline.soul_draft.fallback", ["gpt-6.1-sol"], ["openai:gpt-6.1-sol"]),
        ("engine.pipeline.drift_detection.threshold", "auto", "auto"),
        ("engine.pipeline.soul_draft.temperature", None, None),
        ("engine.pipeline.audit.min_overall_score", 4, 4.0),
        (
            "engine.pipeline.audit.weights",
            {"depth": 2},
            {"coherence": 1, "depth": 2, "cultural_fidelity": 1, "voice_distinctiveness": 1, "realism": 1},
        ),
    ],
)
def test_a_value_is_kept_in_one_form(name: str, value: Any, kept: Any) -> None:
    assert registry()[name].parsed(value) == kept
    assert registry()[name].parsed(kept) == kept


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("engine.pipeline.audit.max_retries", 4, "less than or equal to 3"),
        ("engine.pipeline.soul_draft.model", "nobody:x", "no provider called 'nobody'"),
        ("engine.pipeline.drift_detection.threshold", "off", "'auto'"),
        ("engine.provocation.disabled_tests", ["emo.005"], "prove the safety floor"),
        ("engine.pipeline.audit.weights", {"charm": 1}, "not permitted"),
    ],
)
def test_a_value_that_does_not_fit_is_told_why(name: str, value: Any, why: str) -> None:
    with pytest.raises(BadValueError, match=why):
        registry()[name].parsed(value)
