"""When each evaluation is deleted: one list of all workspaces, in the order of time, so that no table is scanned.

pk `EVALUATIONS#DUE`   sk `<time>#<workspace>#<evaluation>`

The only key that workspaces share. An evaluation, which makes at least two personas, writes it three times, and it is
read once an hour; no request of a caller reads it. While an evaluation is being stored it has an entry of two days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from fourfold.evaluation.record import Evaluation
from fourfold.storage.table import Item, Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

DUE_PK: Final = "EVALUATIONS#DUE"
# The attribute of an evaluation's entry in the workspace's list that names its entry here.
DUE: Final = "due"
_PAGE: Final = 100


@dataclass(frozen=True)
class Due:
    """An evaluation that is to be deleted, and its entry in the list."""

    workspace_id: str
    evaluation_id: str
    entry: str


class DueEvaluations:
    """The list of when evaluations are deleted."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._table = Table(client, table)

    def until(self, now: datetime) -> Iterator[Due]:
        """Yields the evaluations that are due at `now`, those that wait longest first."""
        for item in self._table.query(DUE_PK, page=_PAGE):
            at, workspace_id, evaluation_id = item["sk"]["S"].split("#")
            if at > _moment(now):
                return
            yield Due(workspace_id, evaluation_id, item["sk"]["S"])


def due_entry(evaluation: Evaluation, at: datetime) -> str:
    """The sort key of an evaluation's entry."""
    return f"{_moment(at)}#{evaluation.workspace_id}#{evaluation.id}"


def is_due_by(evaluation: Evaluation, due: Due) -> bool:
    """Whether this is the entry by which the evaluation is deleted, and not one from when it was being stored."""
    return evaluation.delete_after is not None and due.entry == due_entry(evaluation, evaluation.delete_after)


def due_item(entry: str) -> Item:
    """The item of an entry, which is its key."""
    return key(DUE_PK, entry)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
