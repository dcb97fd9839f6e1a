"""Bridge: executions do not survive a restart of MiniStack, and nothing reports their end.

MiniStack marks those it had saved as running FAILED with `States.ServiceRestart`, without the "Execution Status Change"
event that AWS publishes for every other failure; those it had not saved no longer exist. Here the event is published
for both, so that the template's own rule, queue and function mark the runs failed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from infra.local.engine import ACCOUNT, REGION, Client

RESTART_ERROR = "States.ServiceRestart"
RESTART_CAUSE = "The local server stopped during the run."

logger = logging.getLogger(__name__)


def publish_interrupted_executions(
    dynamodb: Client, personas_table: str, state_machine_arn: str, engine_started: datetime
) -> list[str]:
    """Publish the failure of every execution that the last stop interrupted; returns their names.

    `engine_started` is when this start of the engine began. Publishing a failure twice has no effect: the function that
    marks a run failed does so only while its status is `running`.
    """
    from ministack.services import stepfunctions

    names = []
    for execution in [*_failed_by_restart(engine_started), *_lost(dynamodb, personas_table, state_machine_arn)]:
        if execution["name"] not in names:
            names.append(execution["name"])
            # PutEvents refuses the source aws.states, as AWS does.
            stepfunctions._emit_execution_status_event(execution)  # noqa: SLF001
    if names:
        logger.info("published the failure of %d executions that the last stop interrupted", len(names))
    return names


def _failed_by_restart(engine_started: datetime) -> Iterator[dict[str, Any]]:
    from ministack.services import stepfunctions

    for execution in list(stepfunctions._executions.all_values()):  # noqa: SLF001 - ListExecutions lacks the error
        if execution.get("error") == RESTART_ERROR and _moment(execution["stopDate"]) >= engine_started:
            execution["cause"] = RESTART_CAUSE
            yield execution


def _lost(dynamodb: Client, personas_table: str, state_machine_arn: str) -> Iterator[dict[str, Any]]:
    """Executions of runs with the status `running` in the table: at a start none of them is."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=personas_table,
        # Not jobs: their queues deliver them again.
        FilterExpression="sk = :record AND #status = :running AND kind = :generation",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":record": {"S": "RUN"},
            ":running": {"S": "running"},
            ":generation": {"S": "generation"},
        },
    )
    for page in pages:
        for item in page["Items"]:
            yield _execution_of(item, state_machine_arn)


def _execution_of(item: dict[str, Any], state_machine_arn: str) -> dict[str, Any]:
    run = json.loads(item["doc"]["S"])
    state = {"run_id": run["id"], **{name: run[name] for name in ("persona_id", "workspace_id", "started_at")}}
    machine = state_machine_arn.rpartition(":")[2]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {
        "executionArn": f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{machine}:{run['id']}",
        "stateMachineArn": state_machine_arn,
        "name": run["id"],
        "status": "FAILED",
        "startDate": run["started_at"],
        "stopDate": now,
        "input": json.dumps({"state": state}),
        "error": RESTART_ERROR,
        "cause": RESTART_CAUSE,
    }


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
