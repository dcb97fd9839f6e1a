"""Bridge: what the last stop left without an execution is reported as failed, each to the machine it belongs to."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.services import dynamodb, stepfunctions

from infra.local.bridges.unstarted_runs import Machines, fail_unstarted_runs

ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:"
MACHINES = Machines(f"{ARN}personas", f"{ARN}evaluations")


def _item(run_id: str, kind: str, **fields: str | None) -> dict[str, Any]:
    run = {"id": run_id, "workspace_id": "ws_one", "persona_id": None, "started_at": "2026-11-27T09:00:00Z", **fields}
    return {"kind": {"S": kind}, "doc": {"S": json.dumps(run)}}


def test_a_run_and_an_evaluation_without_execution_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [
        _item("run_lost", "generation", persona_id="per_1"),
        _item("run_worked_on", "generation", persona_id="per_2"),
        _item("run_job", "fingerprint", persona_id="per_3"),
        _item("run_cell", "generation", persona_id="per_4", evaluation_id="evl_1"),
        _item("run_evaluation", "evaluation", evaluation_id="evl_1"),
        _item("run_evaluated", "evaluation", evaluation_id="evl_2"),
        {"doc": {"S": json.dumps({"id": "evl_1", "status": "running"})}},
    ]
    table = {"items": SimpleNamespace(unfinished=lambda _status: items)}
    working = [{"name": name, "status": "RUNNING"} for name in ("run_worked_on", "run_evaluated")]
    reported: list[dict[str, Any]] = []
    monkeypatch.setattr(dynamodb, "_tables", SimpleNamespace(get_scoped=lambda *_: table))
    monkeypatch.setattr(stepfunctions, "_executions", SimpleNamespace(all_values=lambda: working))
    monkeypatch.setattr(stepfunctions, "_emit_execution_status_event", reported.append)
    assert fail_unstarted_runs("personas", MACHINES) == ["run_lost", "run_evaluation"]
    assert [one["stateMachineArn"] for one in reported] == [MACHINES.pipeline, MACHINES.evaluation]
    assert {one["status"] for one in reported} == {"FAILED"}
    run, evaluation = (json.loads(one["input"]) for one in reported)
    assert (run["state"]["run_id"], run["state"]["persona_id"]) == ("run_lost", "per_1")
    assert evaluation == {"workspace_id": "ws_one", "evaluation_id": "evl_1"}
