"""Reports of the provocation suite.

pk persona_pk   sk `SUITE#<run>`          the figures of one run, for good
pk run_pk       sk `RECORDS#<4 digits>`   its tests with what was said, a page of them in an item, compressed
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from fourfold.provocation.report import SuiteFigures, SuiteReport, TestRecord
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.jobs.checkpoints import pages
from fourfold.storage.partitions import persona_pk, run_pk
from fourfold.storage.table import Item, Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

REPORT = "SUITE#"
_RECORDS = "RECORDS#"


class DynamoSuites:
    """Reads and lists what the runs of the suite came to."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._table = Table(client, table)

    def report(self, workspace_id: str, persona_id: str, run_id: str) -> SuiteReport | None:
        """The report of one run, or None."""
        item = self._table.get(report_key(workspace_id, persona_id, run_id))
        if item is None:
            return None
        figures = SuiteFigures.model_validate_json(item["doc"]["S"])
        return SuiteReport.of(figures, self.records(workspace_id, run_id))

    def records(self, workspace_id: str, run_id: str) -> list[TestRecord]:
        """The tests of a run that has ended, those of a failed one as far as it came."""
        found = read_records(self._table, workspace_id, run_id)
        return [TestRecord.model_validate_json(text) for text in found.values()]

    def record(self, workspace_id: str, run_id: str, test_id: str) -> TestRecord | None:
        """One test of a run that has ended, or None."""
        text = read_records(self._table, workspace_id, run_id).get(test_id)
        return None if text is None else TestRecord.model_validate_json(text)

    def reports(
        self, workspace_id: str, persona_id: str, limit: int, before: str | None = None
    ) -> tuple[SuiteFigures, ...]:
        """The figures of up to `limit` runs of a persona, newest first, those of runs before run `before`."""
        pk = persona_pk(workspace_id, persona_id)
        start = None if before is None else report_key(workspace_id, persona_id, before)
        items = self._table.query(pk, REPORT, start_after=start, newest_first=True, page=limit)
        return tuple(SuiteFigures.model_validate_json(item["doc"]["S"]) for item in islice(items, limit))


def report_key(workspace_id: str, persona_id: str, run_id: str) -> Item:
    """The key of a run's figures."""
    return key(persona_pk(workspace_id, persona_id), f"{REPORT}{run_id}")


def read_records(table: Table, workspace_id: str, run_id: str) -> Mapping[str, str]:
    """The records of an ended run: JSON texts by test, or of a fingerprint the replies by scenario."""
    found: dict[str, str] = {}
    for item in table.query(run_pk(workspace_id, run_id), _RECORDS):
        found |= json.loads(unpacked(item["records"]))
    return found


def record_items(workspace_id: str, run_id: str, records: Mapping[str, str]) -> Iterator[Item]:
    """The items that hold the tests of an ended run (their records as JSON text by id)."""
    for number, page in enumerate(pages(records) if records else ()):
        yield {
            **key(run_pk(workspace_id, run_id), f"{_RECORDS}{number:04}"),
            "records": packed(json.dumps(page, ensure_ascii=False)),
        }
