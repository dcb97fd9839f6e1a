"""POST and GET /v1/evaluations: from the request to the report."""

from __future__ import annotations

from typing import Any

import pytest

from functions.api.evaluations import starting
from tests.contract.api.conftest import FULL_KEY, Api, scripted
from tests.contract.api.evaluation_machine import EvaluationMachine

BRIEFS = ["A shy founder, 34, in Istanbul", "A ferry pilot, 67, who cannot swim", "A lighthouse keeper, 50, in Cork"]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> EvaluationMachine:
    found = EvaluationMachine(scripted)
    monkeypatch.setattr(starting, "start_execution", found.start)
    return found


def _asked(**changed: Any) -> dict[str, Any]:
    return {"b": {"method": "naive"}, "briefs": BRIEFS, "max_usd": 5, **changed}


def test_an_evaluation_reports_both_sides_of_each_brief(api: Api, machine: EvaluationMachine) -> None:
    started = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(name="six steps against one call"))
    assert started.status_code == 202, started.text
    path = started.headers["location"]
    assert api.read(path)["status"] == "running"
    machine.execute()
    found = api.read(path)
    assert (found["status"], found["stopped"], found["error"]) == ("completed", None, None)
    assert found["report"]["pairs"] == len(BRIEFS)
    assert [row["a"]["status"] for row in found["report"]["rows"]] == ["active"] * 3
    assert all(row["b"]["overall"] is not None for row in found["report"]["rows"])
    assert found["a"]["differs"] == {"engine.pipeline.method": "six_steps"}
    assert api.read("/v1/evaluations")["data"][0]["id"] == found["id"]
    events = api.read(f"/v1/runs/{found['run_id']}/events/list")["data"]
    assert [event["type"] for event in events][-1] == "job.completed"
    assert api.read(f"/v1/runs/{found['run_id']}")["kind"] == "evaluation"
