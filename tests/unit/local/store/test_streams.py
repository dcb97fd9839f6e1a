"""Bridge: stream records and the mappings' positions survive a stop, and no record that was read is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.core.responses import AccountRegionScopedDict

from infra.local.bridges.store.database import Database
from infra.local.bridges.store.stream_mappings import StreamMappings
from infra.local.bridges.store.streams import Place, Streams

PLACE: Place = ("000000000000", "us-east-1", "outbox")
SOURCE = "arn:aws:dynamodb:us-east-1:000000000000:table/outbox/stream/2026"


class Lambda(SimpleNamespace):
    """What the mappings use of MiniStack's Lambda; batches are given to the function at once, on this thread."""

    def __init__(self, *mappings: str) -> None:
        super().__init__()
        self._esms = AccountRegionScopedDict()
        for mapping in mappings:
            record = {"UUID": mapping, "EventSourceArn": SOURCE, "FunctionName": mapping, "BatchSize": 2}
            self._esms.set_scoped(*PLACE[:2], mapping, record)
        self._esm_inflight: dict[str, int] = {}
        self._esm_backoff_until = AccountRegionScopedDict()
        self._ESM_BACKOFF_SECONDS = 60
        self.given: dict[str, list[int]] = {mapping: [] for mapping in mappings}
        self.failing: set[str] = set()

    def _dispatch_esm_batch(self, _mapping: str, deliver: Any, *arguments: Any) -> None:
        deliver(*arguments)

    def _apply_filter_criteria(self, records: list[Any], _mapping: Any) -> list[Any]:
        return [record for record in records if record["number"] != 13]

    def _get_func_record_for_qualifier(self, name: str, _qualifier: str | None) -> tuple[Any, Any]:
        return name, {}

    def _execute_function(self, name: str, event: dict[str, Any]) -> dict[str, Any]:
        if name in self.failing:
            return {"error": True}
        self.given[name] += [record["number"] for record in event["Records"]]
        return {}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "engine.sqlite3")
    yield made
    made.close()


def _append(streams: Streams, *numbers: int) -> None:
    for number in numbers:
        streams.append(PLACE, {"number": number})


def _stored(database: Database) -> int:
    row = database.row("SELECT COUNT(*) FROM stream_records")
    assert row is not None
    return int(row[0])


def _poll_all(mappings: StreamMappings) -> None:
    while mappings.poll():
        pass


def test_each_mapping_gets_every_record_once_and_in_order_and_what_both_have_read_goes(database: Database) -> None:
    streams, functions = Streams(database), Lambda("push", "publish")
    mappings = StreamMappings(database, streams, functions)
    for mapping in ("push", "publish"):
        mappings.begin(mapping, SOURCE, "TRIM_HORIZON")
    _append(streams, 1, 2, 3, 13, 4)
    functions.failing = {"publish"}
    _poll_all(mappings)
    assert (functions.given, _stored(database)) == ({"push": [1, 2, 3, 4], "publish": []}, 5)
    functions.failing = set()
    functions._esm_backoff_until.clear()  # noqa: SLF001
    _poll_all(mappings)
    assert functions.given["publish"] == [1, 2, 3, 4]
    assert _stored(database) == 0


def test_after_a_stop_a_mapping_goes_on_where_its_function_was(database: Database) -> None:
    streams, functions = Streams(database), Lambda("push")
    mappings = StreamMappings(database, streams, functions)
    mappings.begin("push", SOURCE, "TRIM_HORIZON")
    _append(streams, 1, 2, 3)
    mappings.poll()

    again = Streams(database)
    functions = Lambda("push")
    mappings = StreamMappings(database, again, functions)
    _poll_all(mappings)
    assert functions.given["push"] == [3]
    _append(again, 4)  # the stream was empty: its positions go on all the same
    assert (again.start(PLACE), again.end(PLACE)) == (3, 4)
    _poll_all(mappings)
    assert functions.given["push"] == [3, 4]


def test_a_mapping_from_the_latest_sees_nothing_older_and_a_deleted_one_is_forgotten(database: Database) -> None:
    streams, functions = Streams(database), Lambda("push")
    mappings = StreamMappings(database, streams, functions)
    _append(streams, 1)
    mappings.begin("push", SOURCE, "LATEST")
    _append(streams, 2)
    _poll_all(mappings)
    assert functions.given["push"] == [2]
    mappings.end(lambda _mapping: None, "push")
    assert streams.position("push") is None


def test_a_change_that_is_not_committed_leaves_no_record(database: Database) -> None:
    streams = Streams(database)
    _append(streams, 1)

    def fail() -> None:
        with database.unit():
            _append(streams, 2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    _append(streams, 3)
    assert [record["number"] for record in streams.since(PLACE, 0, 10)] == [1, 3]
    assert streams.end(PLACE) == 2
