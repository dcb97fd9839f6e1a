"""Bridge: MiniStack keeps a table's stream in memory for a day and forgets it when it stops, and its one poller waits
for each batch's function before it looks at any other source. Here a stream record is stored with the change it
describes and dropped when every mapping has read it, and each mapping has a batch of its own under way.

A mapping's position is stored when its function has taken a batch, so after a stop of any kind it goes on with the
first record its function has not taken. A record may be delivered twice, as those of DynamoDB may.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, request_scope

from infra.local.bridges.ministack_types import Json, Module
from infra.local.bridges.steady_clock import steady_time
from infra.local.bridges.store.database import Database
from infra.local.bridges.store.streams import Place, Record, Streams

_BATCH = 100

logger = logging.getLogger(__name__)

Mapping = Json


class StreamMappings:
    """The event source mappings of MiniStack's module `lambda_svc` that read a table's stream."""

    def __init__(self, database: Database, streams: Streams, lambda_svc: Module) -> None:
        self._database = database
        self._streams = streams
        self._lambda = lambda_svc

    def poll(self) -> bool:
        """Has a batch of every mapping that has one and none under way given to its function; whether any had."""
        found = False
        for place, mapping in self._all():
            mapping_id = mapping["UUID"]
            idle = not self._lambda._esm_inflight.get(mapping_id)
            due = self._lambda._esm_backoff_until.get_scoped(*place[:2], mapping_id, 0) <= steady_time()
            position = self._position(place, mapping)
            if idle and due and mapping.get("Enabled", True) and position < self._streams.end(place):
                with request_scope(*place[:2]):
                    self._lambda._dispatch_esm_batch(mapping_id, self._deliver, place, mapping, position)
                found = True
        return found

    def begin(self, mapping_id: str, source_arn: str, starting: str) -> None:
        """A new mapping begins at the start of its stream, or after its end (LATEST)."""
        if ":dynamodb:" in source_arn and self._streams.position(mapping_id) is None:
            place = (get_account_id(), get_region(), _table_of(source_arn))
            at_start = starting == "TRIM_HORIZON"
            position = self._streams.start(place) if at_start else self._streams.end(place)
            self._streams.move(place, mapping_id, position)

    def end(self, forget: Callable[[str], None], mapping_id: str) -> None:
        """A mapping was deleted."""
        self._streams.forget(mapping_id)
        forget(mapping_id)

    def _deliver(self, place: Place, mapping: Mapping, position: int) -> None:
        records = self._streams.since(place, position, mapping.get("BatchSize", _BATCH))
        wanted = self._lambda._apply_filter_criteria(records, mapping)
        if wanted and not self._taken(place, mapping, wanted):
            until = steady_time() + self._lambda._ESM_BACKOFF_SECONDS
            self._lambda._esm_backoff_until[mapping["UUID"]] = until
            return
        with self._database.unit():
            self._streams.move(place, mapping["UUID"], position + len(records))
            self._streams.drop_before(place, min(self._position(*reader) for reader in self._readers(place)))

    def _taken(self, place: Place, mapping: Mapping, records: list[Record]) -> bool:
        function, _ = self._lambda._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
        if function is None:
            return False
        result = self._lambda._execute_function(function, {"Records": records})
        if result.get("error"):
            error = (result.get("body") or {}).get("errorType")
            name, log = mapping["FunctionName"], result.get("log", "")
            logger.warning("%s did not take %d stream records of %s (%s)\n%s", name, len(records), place[2], error, log)
        return not result.get("error")

    def _position(self, place: Place, mapping: Mapping) -> int:
        position = self._streams.position(mapping["UUID"])
        return max(self._streams.start(place), position or 0)

    def _readers(self, place: Place) -> list[tuple[Place, Mapping]]:
        return [(of, mapping) for of, mapping in self._all() if of == place]

    def _all(self) -> Iterator[tuple[Place, Mapping]]:
        for (account, region, _), mapping in self._lambda._esms.all_items():
            if ":dynamodb:" in mapping["EventSourceArn"]:
                yield (account, region, _table_of(mapping["EventSourceArn"])), mapping


class _Appender:
    """What MiniStack appends a table's stream records to."""

    def __init__(self, streams: Streams, place: Place) -> None:
        self._streams, self._place = streams, place

    def append(self, record: Record) -> None:
        self._streams.append(self._place, record)


class _StreamRecords(AccountRegionScopedDict):  # type: ignore[misc]  # MiniStack has no types
    """MiniStack's `_stream_records`: `{table name: list of records}`."""

    __slots__ = ("_streams",)

    def __init__(self, streams: Streams) -> None:
        super().__init__()
        self._streams = streams

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> _Appender:
        return _Appender(self._streams, self._scoped(key))

    def pop(self, key: str, *default: Any) -> Any:  # noqa: ANN401, ARG002 - as the inherited one
        return self._streams.clear(self._scoped(key))


def install_stored_streams(database: Database, dynamodb: Module, lambda_svc: Module) -> None:
    """Put the database under the streams of MiniStack's modules, before their state is loaded."""
    streams = Streams(database)
    mappings = StreamMappings(database, streams, lambda_svc)
    dynamodb._stream_records = _StreamRecords(streams)  # no setting chooses a store
    dynamodb._trim_stream_records = lambda *_, **__: None  # records are dropped when they are read
    dynamodb.stream_start_position = partial(_at, streams.start)
    dynamodb.stream_end_position = partial(_at, streams.end)
    dynamodb.stream_records_since = lambda name, *page, **scope: streams.since(_place(name, **scope), *page)
    dynamodb.stream_live_records = lambda name, **scope: streams.since(_place(name, **scope), 0, -1)
    lambda_svc._poll_dynamodb_streams = mappings.poll
    lambda_svc._init_stream_position = mappings.begin
    lambda_svc._release_esm_poll_state = partial(mappings.end, lambda_svc._release_esm_poll_state)


def _at(position: Callable[[Place], int], name: str, **scope: str | None) -> int:
    return position(_place(name, **scope))


def _place(name: str, account_id: str | None = None, region: str | None = None) -> Place:
    return account_id or get_account_id(), region or get_region(), name


def _table_of(source_arn: str) -> str:
    return source_arn.split("/stream/", maxsplit=1)[0].rsplit("/", 1)[-1]
