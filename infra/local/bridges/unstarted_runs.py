"""Bridge: a run whose execution was not started, because the stop came between two writes, would never end.

`resumed_starts` starts those of new personas; this is for what is left.

The API stores a run and then starts its execution. Executions that were started are continued after a stop
(`infra.local.bridges.store.workflow`); for a run that has none, the event is published that AWS publishes when an
execution fails, so that the template's own rule, queue and function mark the run, or the evaluation, failed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.local.engine import ACCOUNT, REGION

RESTART_ERROR = "States.ServiceRestart"
RESTART_CAUSE = "The local server stopped before the run's execution was started."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Machines:
    """The ARNs of the state machines: of a persona's runs, and of evaluations."""

    pipeline: str
    evaluation: str


def fail_unstarted_runs(personas_table: str, machines: Machines) -> list[str]:
    """Publishes a failure for every generation and evaluation that is stored as running and has no execution.

    Called before requests are taken, and after what was running continues: a run is stored as ended before its
    execution has ended. Publishing one twice does no harm: the function that marks a run failed checks first whether
    it is still running. Returns the names of the executions, which are those of the runs.
    """
    from ministack.services import stepfunctions

    executions = stepfunctions._executions.all_values()  # noqa: SLF001 - ListExecutions has no filter by name
    running = {one["name"] for one in executions if one["status"] == "RUNNING"}
    names = []
    for execution in _executions_of_running_runs(personas_table, machines):
        if execution["name"] not in running:
            names.append(execution["name"])
            # Not PutEvents: it refuses the source aws.states to everybody, as AWS does.
            stepfunctions._emit_execution_status_event(execution)  # noqa: SLF001
    if names:
        logger.info("failed %d runs that the last stop left without an execution", len(names))
    return names


def running_documents(personas_table: str) -> list[str]:
    """What is stored as running: runs, jobs and evaluations."""
    return [item["doc"]["S"] for item in _running_items(personas_table) if "doc" in item]


def known_executions() -> set[str]:
    """The names of the executions that the engine has, of whatever status."""
    from ministack.services import stepfunctions

    return {one["name"] for one in stepfunctions._executions.all_values()}  # noqa: SLF001 - as above


def _running_items(personas_table: str) -> list[dict[str, Any]]:
    from ministack.services import dynamodb

    personas = dynamodb._tables.get_scoped(ACCOUNT, REGION, personas_table)["items"]  # noqa: SLF001
    items: list[dict[str, Any]] = personas.unfinished("running")
    return items


def _executions_of_running_runs(personas_table: str, machines: Machines) -> Iterator[dict[str, Any]]:
    for item in _running_items(personas_table):
        document = json.loads(item["doc"]["S"]) if "doc" in item else {}
        if not str(document.get("id")).startswith("run_"):
            continue
        # A job has another kind, and its message is still in its queue.
        kind = item.get("kind", {}).get("S", "generation")
        if kind == "evaluation":
            given = {name: document[name] for name in ("workspace_id", "evaluation_id")}
            yield _execution_of(document, machines.evaluation, given)
        elif kind == "generation" and not document.get("evaluation_id"):  # an evaluation starts the runs it stored
            names = ("persona_id", "workspace_id", "started_at")
            state = {"run_id": document["id"], **{name: document[name] for name in names}}
            yield _execution_of(document, machines.pipeline, {"state": state})


def _execution_of(run: dict[str, Any], state_machine_arn: str, given: dict[str, Any]) -> dict[str, Any]:
    machine = state_machine_arn.rpartition(":")[2]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {
        "executionArn": f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{machine}:{run['id']}",
        "stateMachineArn": state_machine_arn,
        "name": run["id"],
        "status": "FAILED",
        "startDate": run["started_at"],
        "stopDate": now,
        "input": json.dumps(given),
        "error": RESTART_ERROR,
        "cause": RESTART_CAUSE,
    }
