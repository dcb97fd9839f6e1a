"""What a job's run has been answered so far, in the record of the run: gone as soon as the run ends.

`answers` holds the open page (compressed JSON: key -> text), rewritten with each wave; `waves` counts the writes, for
optimistic locking. A page of more than 256 KB is closed: it becomes an item of its own (`ANSWERS#<number>`), and
`pages` counts those. A job of this product's own tests stays within one page.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fourfold.progress.log import RunOverError
from fourfold.progress.run import Run, RunStatus
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.partitions import run_pk
from fourfold.storage.runs.records import record_key
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import Write, delete, put, transact, update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Text of one page. Compressed it is about a quarter; an item takes 400 KB.
PAGE_BYTES = 256 * 1024
_ATTEMPTS = 5
_NAMES = {"#status": "status"}


class DynamoCheckpoints:
    """Implements `fourfold.jobs.store.Checkpoints` for one run."""

    def __init__(self, client: DynamoDBClient, table: str, run: Run) -> None:
        self._client = client
        self._table = Table(client, table)
        self._run = run
        self._open: dict[str, str] = {}
        self._waves = self._pages = 0

    def read(self) -> Mapping[str, str]:
        """Every kept text by its key, strongly consistent."""
        record = self._table.get(record_key(self._run.workspace_id, self._run.id)) or {}
        self._open = _content(record["answers"]) if "answers" in record else {}
        self._waves, self._pages = count(record, "waves"), count(record, "pages")
        found: dict[str, str] = {}
        for item in self._table.get_many(page_keys(self._run, self._pages)):
            found |= _content(item["answers"])
        return found | self._open

    def find(self, key: str) -> str | None:
        """One kept text, strongly consistent, or None."""
        return self.read().get(key)

    def add(self, texts: Mapping[str, str], replaced: Collection[str] = ()) -> None:
        """Keeps texts; those under the keys `replaced` may go. `read` it first.

        Raises:
            RunOverError: the run has ended, or its persona was deleted.
        """
        for _ in range(_ATTEMPTS):
            kept = {key: text for key, text in self._open.items() if key not in replaced} | dict(texts)
            *closed, open_ = pages(kept)
            if self._write(open_, closed):
                self._open, self._waves, self._pages = open_, self._waves + 1, self._pages + len(closed)
                return
            self._require_running()
            self.read()  # another worker of the run has written: its answers count as well
        raise TimeoutError(f"the answers of {self._run.id} are contended")

    def _write(self, open_: Mapping[str, str], closed: list[dict[str, str]]) -> bool:
        where, table = record_key(self._run.workspace_id, self._run.id), self._table.name
        change = "SET answers = :answers, waves = :waves, pages = :pages"
        condition = "#status = :running AND (waves = :seen OR (attribute_not_exists(waves) AND :seen = :none))"
        values = {
            ":running": {"S": RunStatus.RUNNING.value},
            ":seen": _number(self._waves),
            ":none": _number(0),
            ":waves": _number(self._waves + 1),
            ":pages": _number(self._pages + len(closed)),
            ":answers": packed(json.dumps(open_, ensure_ascii=False)),
        }
        if not closed:
            return self._table.update(where, change, condition, values=values, names=_NAMES) is not None
        writes = [
            update(table, where, change, condition, values=values, names=_NAMES),
            *(put(table, page_item(self._run, number, page)) for number, page in enumerate(closed, start=self._pages)),
        ]
        return not transact(self._client, {"answers": writes})

    def _require_running(self) -> None:
        record = self._table.get(record_key(self._run.workspace_id, self._run.id))
        if record is None or record["status"]["S"] != RunStatus.RUNNING.value:
            raise RunOverError


def first_page(texts: Mapping[str, str]) -> dict[str, Any]:
    """The attributes of a new run's record that keep texts from its beginning (less than a page)."""
    return {"answers": packed(json.dumps(dict(texts), ensure_ascii=False)), "waves": _number(1)} if texts else {}


def page_deletions(table: str, run: Run, record: Mapping[str, Any]) -> list[Write]:
    """The writes that delete the closed pages of a run, by its stored record."""
    return [delete(table, page) for page in page_keys(run, count(record, "pages"))]


def page_keys(run: Run, number: int) -> list[Item]:
    """The keys of a run's first `number` closed pages."""
    return [page_key(run, each) for each in range(number)]


def page_item(run: Run, number: int, page: Mapping[str, str]) -> Item:
    """A closed page as it is stored."""
    return {**page_key(run, number), "answers": packed(json.dumps(dict(page), ensure_ascii=False))}


def page_key(run: Run, number: int) -> Item:
    """The key of a closed page."""
    return key(run_pk(run.workspace_id, run.id), f"ANSWERS#{number:04}")


def pages(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The texts in pages of PAGE_BYTES at most, each with one text at least; one empty page for none."""
    page: dict[str, str] = {}
    size = 0
    for name, text in texts.items():
        bytes_ = len(name.encode()) + len(text.encode())
        if page and size + bytes_ > PAGE_BYTES:
            yield page
            page, size = {}, 0
        page[name] = text
        size += bytes_
    yield page


def count(record: Mapping[str, Any], name: str) -> int:
    """A counter in a record, 0 where it is not there."""
    return int(record[name]["N"]) if name in record else 0


def _content(attribute: Mapping[str, Any]) -> dict[str, str]:
    content: dict[str, str] = json.loads(unpacked(attribute))
    return content


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}
