"""A workspace that demands evaluations changes its pipeline only to settings that one found as good as before."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fourfold.evaluation.measures import DEFAULT_METRICS
from fourfold.evaluation.models import EvaluationReport, Verdict
from fourfold.storage.evaluations.store import DynamoEvaluations
from functions.api.evaluations import starting
from tests.contract.api.conftest import FULL_KEY, Api, scripted
from tests.contract.api.evaluation_machine import EvaluationMachine

REQUIRED, RETRIES = "engine.pipeline.require_evaluation", "engine.pipeline.audit.max_retries"
VARIANT = {"name": "poor", "texts": {"comfort.money": "The rent is due on Friday, and I am forty short."}}


def _set(api: Api, **values: Any) -> httpx.Response:
    ops = [{"op": "set", "key": key, "value": value} for key, value in values.items()]
    return api.call("PATCH", "/v1/config", FULL_KEY, json={"scope": "workspace", "ops": ops})


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> EvaluationMachine:
    found = EvaluationMachine(scripted)
    monkeypatch.setattr(starting, "start_execution", found.start)
    return found


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
