"""Suite reports and a workspace's own tests, in the Personas table.

`OF#<persona>#SUITE#<run>`   the report of one run, for good
`PROVOCATION#TEST#<id>`      a workspace's word on one test
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fourfold.provocation.report import SuiteReport
from fourfold.provocation.workspace_tests import WorkspaceTest
from fourfold.storage.personas import keep_owned

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_TESTS = "PROVOCATION#TEST#"


class DynamoSuites:
    """Implements `fourfold.provocation.suite.SuiteStore`, lists what was kept, and keeps workspaces' tests."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, workspace_id: str, report: SuiteReport) -> None:
        """Keeps the report of a run; the same run's again changes nothing."""
        item = {
            **_key(workspace_id, f"{_reports(report.persona_id)}{report.run_id}"),
            "doc": {"S": report.model_dump_json()},
        }
        keep_owned(self._client, self._table, report.persona_id, item)

    def report(self, workspace_id: str, persona_id: str, run_id: str) -> SuiteReport | None:
        """The report of one run, or None."""
        doc = self._doc(workspace_id, f"{_reports(persona_id)}{run_id}")
        return None if doc is None else SuiteReport.model_validate_json(doc)

    def reports(
        self, workspace_id: str, persona_id: str, limit: int, before: str | None = None
    ) -> tuple[SuiteReport, ...]:
        """Up to `limit` reports of a persona, newest first, those of runs before run `before`."""
        prefix, start = _reports(persona_id), dict[str, Any]()
        if before is not None:
            start = {"ExclusiveStartKey": _key(workspace_id, f"{prefix}{before}")}
        found: list[SuiteReport] = []
        while True:
            reply = self._query(
                workspace_id, prefix, ScanIndexForward=False, Limit=limit - len(found), ConsistentRead=True, **start
            )
            found += [SuiteReport.model_validate_json(item["doc"]["S"]) for item in reply["Items"]]
            if len(found) >= limit or "LastEvaluatedKey" not in reply:
                return tuple(found)
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def tests(self, workspace_id: str) -> dict[str, WorkspaceTest]:
        """All a workspace has said of tests, by id, strongly consistent."""
        found: dict[str, WorkspaceTest] = {}
        start: dict[str, Any] = {}
        while True:
            reply = self._query(workspace_id, _TESTS, ConsistentRead=True, **start)
            for item in reply["Items"]:
                word = WorkspaceTest.model_validate_json(item["doc"]["S"])
                found[word.id] = word
            if "LastEvaluatedKey" not in reply:
                return found
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def put_test(self, workspace_id: str, word: WorkspaceTest) -> None:
        """Keeps a word on a test, in place of an earlier one."""
        item = {**_key(workspace_id, _TESTS + word.id), "doc": {"S": word.model_dump_json()}}
        self._client.put_item(TableName=self._table, Item=item)

    def delete_test(self, workspace_id: str, test_id: str) -> None:
        """Forgets a word on a test; nothing happens if there is none."""
        self._client.delete_item(TableName=self._table, Key=_key(workspace_id, _TESTS + test_id))

    def _query(self, workspace_id: str, prefix: str, **more: Any) -> Any:  # noqa: ANN401 - boto's own
        return self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": f"WS#{workspace_id}"}, ":prefix": {"S": prefix}},
            **more,
        )

    def _doc(self, workspace_id: str, sk: str) -> str | None:
        reply = self._client.get_item(TableName=self._table, Key=_key(workspace_id, sk), ConsistentRead=True)
        item = reply.get("Item")
        return None if item is None else item["doc"]["S"]


def _reports(persona_id: str) -> str:
    return f"OF#{persona_id}#SUITE#"


def _key(workspace_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": f"WS#{workspace_id}"}, "sk": {"S": sk}}
