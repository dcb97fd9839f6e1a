"""A workspace that demands evaluations changes its pipeline only to settings that one found as good as before."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fourfold.evaluation.measures import DEFAULT_METRICS
from fourfold.evaluation.models import EvaluationReport, Verdict
from fourfold.storage.config.store import DynamoConfigStore
from fourfold.storage.evaluations.store import DynamoEvaluations
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.evaluation_machine import EvaluationMachine

REQUIRED, RETRIES = "engine.pipeline.require_evaluation", "engine.pipeline.audit.max_retries"
VARIANT = {"name": "poor", "texts": {"comfort.money": "The rent is due on Friday, and I am forty short."}}


def _set(api: Api, **values: Any) -> httpx.Response:
    ops = [{"op": "set", "key": key, "value": value} for key, value in values.items()]
    return api.call("PATCH", "/v1/config", FULL_KEY, json={"scope": "workspace", "ops": ops})


def _evaluate(api: Api, machine: EvaluationMachine, config: dict[str, Any], **chosen: Any) -> None:
    body = {"b": {"config": config}, "briefs": ["A shy founder, 34, in Istanbul"], "max_usd": 5, **chosen}
    assert api.call("POST", "/v1/evaluations", FULL_KEY, json=body).status_code == 202
    machine.execute(pairs=0)


def _conclude(machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> None:
    """Ends the newest evaluation with a verdict, which takes more pairs than a test has."""
    real = DynamoEvaluations.finish

    def decided(self: Any, ended: Any, run: Any, report: EvaluationReport, *rest: Any) -> bool:
        return real(self, ended, run, report.model_copy(update={"verdict": verdict}), *rest)

    with monkeypatch.context() as patch:
        patch.setattr(DynamoEvaluations, "finish", decided)
        machine.started[-1]["briefs"] = 0
        machine.execute()


def test_a_change_needs_an_evaluation_of_exactly_these_settings(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    retries, variant = {RETRIES: 0}, {"engine.pipeline.variant": VARIANT}
    assert _set(api, **retries).status_code == 200
    assert _set(api, **{REQUIRED: True, RETRIES: 3}).status_code == 409, "the demand holds for its own commit"
    assert _set(api, **{REQUIRED: True}).status_code == 200
    assert _set(api, **{"engine.pipeline.drift_detection.threshold": 0.4}).status_code == 200, "it makes no persona"
    refused = _set(api, **variant)
    assert (refused.status_code, refused.json()["code"]) == (409, "evaluation_required")
    assert "engine.pipeline.variant" in refused.json()["detail"]
    for verdict in ("worse", "inconclusive", "equivalent"):
        assert _set(api, **variant).status_code == 409
        _evaluate(api, machine, variant)
        assert _set(api, **variant).status_code == 409, "it is running"
        _conclude(machine, monkeypatch, verdict)
    assert _set(api, **variant, **{RETRIES: 1}).status_code == 409, "these were not evaluated together"
    assert _set(api, **variant).status_code == 200
    assert _set(api, **{"engine.pipeline.variant": {**VARIANT, "name": "other"}}).status_code == 409
    assert _set(api, **{REQUIRED: False, RETRIES: 1}).status_code == 200
    assert api.read(f"/v1/config/{REQUIRED}/explain")["source"] == "workspace"


@pytest.mark.parametrize(
    ("chosen", "allowed"),
    [
        ({"margin": 5}, 409),
        ({"margin": 0.21}, 409),
        ({"metrics": ["wall_ms"]}, 409),
        ({"metrics": ["overall", "claims_kept", "violations", "passed"]}, 409),
        ({"margin": 0.1, "metrics": [*DEFAULT_METRICS, "wall_ms"]}, 200),
    ],
)
def test_weaker_measures_or_a_wider_margin_than_the_defaults_allow_nothing(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, Any], allowed: int
) -> None:
    change = {"engine.pipeline.variant": VARIANT}
    assert _set(api, **{REQUIRED: True}).status_code == 200
    _evaluate(api, machine, change, **chosen)
    _conclude(machine, monkeypatch, "equivalent")
    assert _set(api, **change).status_code == allowed


def _set_until(api: Api, key: str, value: Any) -> httpx.Response:
    op = {"op": "set", "key": key, "value": value, "expires_at": "2099-01-01T00:00:00Z"}
    return api.call("PATCH", "/v1/config", FULL_KEY, json={"scope": "workspace", "ops": [op]})


def test_a_value_that_ends_in_the_present_settings_needs_no_second_evaluation(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _set(api, **{REQUIRED: True}).status_code == 200
    _evaluate(api, machine, {"engine.pipeline.variant": VARIANT})
    _conclude(machine, monkeypatch, "equivalent")
    assert _set_until(api, "engine.pipeline.variant", VARIANT).status_code == 200
    why = api.read("/v1/config/engine.pipeline.variant/explain")["why"]
    assert "It expires at 2099-01-01T00:00:00+00:00; then the default applies." in why
    assert f"{REQUIRED} is true" in why
    _evaluate(api, machine, {RETRIES: 1})
    _conclude(machine, monkeypatch, "equivalent")
    assert "2099-01-01" in _set(api, **{RETRIES: 1}).json()["detail"], "without the variant it was not evaluated"
    assert _set(api, **{REQUIRED: False}).status_code == 200
    assert _set(api, **{RETRIES: 1}).status_code == 200
    assert _set(api, **{REQUIRED: True}).status_code == 200, "it changes nothing that ends"


def test_a_value_that_ends_in_other_settings_needs_an_evaluation_of_these_too(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _set(api, **{RETRIES: 0}).status_code == 200
    assert _set(api, **{REQUIRED: True}).status_code == 200
    _evaluate(api, machine, {RETRIES: 1})
    _conclude(machine, monkeypatch, "equivalent")
    refused = _set_until(api, RETRIES, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "evaluation_required")
    assert "2099-01-01" in refused.json()["detail"], "then it would be the default, 3, and not 0 again"
    _evaluate(api, machine, {RETRIES: 3}, a={"config": {RETRIES: 1}})
    _conclude(machine, monkeypatch, "equivalent")
    assert _set_until(api, RETRIES, 1).status_code == 200


def test_a_refusal_is_not_kept_for_the_key_of_the_request(api: Api) -> None:
    def apply() -> httpx.Response:
        sent = {"json": {"scope": "workspace"}, "headers": {"Idempotency-Key": "once"}}
        return api.call("POST", "/v1/config/presets/anthropic/apply", FULL_KEY, **sent)

    assert _set(api, **{REQUIRED: True}).status_code == 200
    assert apply().json()["code"] == "evaluation_required"
    assert _set(api, **{REQUIRED: False}).status_code == 200
    assert apply().status_code == 200


@pytest.mark.parametrize("scope", ["org", "system"])
def test_a_demand_that_is_made_during_a_commit_above_holds_for_it(
    api: Api, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    """The workspace demands evaluations after the commit has read its settings and before it is stored."""
    real, demands = DynamoConfigStore.write, [True]

    def overtaken(store: DynamoConfigStore, *given: Any) -> None:
        if demands:
            demands.clear()
            assert _set(api, **{REQUIRED: True}).status_code == 200
        real(store, *given)

    monkeypatch.setattr(DynamoConfigStore, "write", overtaken)
    commit = {"scope": scope, "ops": [{"op": "set", "key": RETRIES, "value": 1}]}
    assert api.call("PATCH", "/v1/config", FULL_KEY, json=commit).json()["code"] == "evaluation_required"
    assert api.read(f"/v1/config/{RETRIES}/explain")["source"] == "default"
