"""Which runs a workspace and its personas have, by the keys of the Personas table alone: runs of any kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ulid import ULID

from fourfold.progress.ports import RunKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Nothing runs longer: the state machine's own limit.
LONGEST_RUN = timedelta(hours=4)
# Ids are made by many clocks: a run may sort a little before one that was there first.
CLOCKS_DIFFER = timedelta(minutes=1)
_ID_LENGTH = 26


class DynamoRunDirectory:
    """Implements `fourfold.progress.subscriptions.RunDirectory`."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def has_run(self, run: RunKey) -> bool:
        """Whether the workspace has this run."""
        return self._get(run.workspace_id, f"RUN#{run.run_id}", "pk") is not None

    def has_persona(self, workspace_id: str, persona_id: str) -> bool:
        """Whether the workspace has this persona."""
        return self._get(workspace_id, f"PERSONA#{persona_id}", "pk") is not None

    def runs_of_persona(self, workspace_id: str, persona_id: str) -> Iterator[str]:
        """The ids of the persona's runs, background jobs included."""
        persona = self._get(workspace_id, f"PERSONA#{persona_id}", "doc")
        made_by = None if persona is None else json.loads(persona["doc"]["S"])["run_id"]
        if made_by is not None:  # an import has none
            yield str(made_by)
        prefix = f"OF#{persona_id}#RUN#"
        for item in self._query(workspace_id, prefix, prefix + "~", "sk"):
            yield item["sk"]["S"].removeprefix(prefix)

    def runs_to_follow(self, workspace_id: str, since: str | None) -> Iterator[str]:
        """The ids of the runs that are going on, and of all with a greater id than `since`; newest first."""
        oldest = _first_id(self._clock() - LONGEST_RUN.total_seconds())
        newer_than = _earlier(since) if since is not None else None
        lowest = oldest if newer_than is None else min(oldest, newer_than)
        for item in self._query(workspace_id, f"RUN#{lowest}", "RUN#~", "sk, #status"):
            run_id = item["sk"]["S"].removeprefix("RUN#")
            going_on = item["status"]["S"] == "running"
            if run_id != since and (going_on or (newer_than is not None and run_id > newer_than)):
                yield run_id

    def _get(self, workspace_id: str, sk: str, wanted: str) -> dict[str, Any] | None:
        reply = self._client.get_item(
            TableName=self._table,
            Key={"pk": {"S": f"WS#{workspace_id}"}, "sk": {"S": sk}},
            ProjectionExpression=wanted,
            ConsistentRead=True,
        )
        return reply.get("Item")

    def _query(self, workspace_id: str, first: str, last: str, wanted: str) -> Iterator[dict[str, Any]]:
        names: dict[str, Any] = {"ExpressionAttributeNames": {"#status": "status"}} if "#status" in wanted else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": f"WS#{workspace_id}"},
                ":first": {"S": first},
                ":last": {"S": last},
            },
            ProjectionExpression=wanted,
            ScanIndexForward=False,
            ConsistentRead=True,
            **names,
        )
        for page in pages:
            yield from page["Items"]


def _first_id(moment: float) -> str:
    """The lowest id a run can have that began then (Unix time)."""
    return f"run_{str(ULID.from_timestamp(max(moment, 0.0))).lower()[:10]}{'0' * (_ID_LENGTH - 10)}"


def _earlier(run_id: str) -> str:
    """The lowest id of a run that may have begun after this one, whatever its clock."""
    began = ULID.from_str(run_id.removeprefix("run_").upper()).timestamp
    return _first_id(began - CLOCKS_DIFFER.total_seconds())
