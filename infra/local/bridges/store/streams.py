"""The records of every table's stream in SQLite, and how far each event source mapping has read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from infra.local.bridges.steady_clock import steady_time
from infra.local.bridges.store.database import Database

# DynamoDB keeps stream records for 24 hours; here only those of a stream that no mapping reads stay so long.
_KEPT_S: Final = 24 * 60 * 60
_TRIM_EVERY: Final = 500

Record = dict[str, Any]
Place = tuple[str, str, str]


@dataclass
class _Bounds:
    """Positions of a stream: its oldest record, and the one after its newest."""

    start: int
    end: int
    appended: int = 0


class Streams:
    """Every table's stream records, by account, region and table name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bounds: dict[str, _Bounds] = {}
        # Read on every pass of the poller, so they are kept here as well.
        self._positions: dict[str, int] = dict(database.rows("SELECT mapping, position FROM stream_positions"))

    def append(self, place: Place, record: Record) -> None:
        """Adds a record at the end of a stream."""
        stream = _name(place)
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
        with self._database.unit():
            bounds = self._of(place)
            self._database.on_rollback(partial(self._forget_bounds, stream))
            self._database.change(
                "INSERT INTO stream_records VALUES (?, ?, ?, ?)", (stream, bounds.end, steady_time(), text)
            )
            bounds.end += 1
            bounds.appended += 1
            if bounds.appended % _TRIM_EVERY == 0:
                self._expire(stream)

    def since(self, place: Place, position: int, limit: int) -> list[Record]:
        """Up to `limit` records from a position on."""
        query = "SELECT record FROM stream_records WHERE stream = ? AND position >= ? ORDER BY position LIMIT ?"
        return [json.loads(text) for (text,) in self._database.rows(query, (_name(place), position, limit))]

    def start(self, place: Place) -> int:
        """The oldest position that can be read."""
        return self._of(place).start

    def end(self, place: Place) -> int:
        """The position after the newest record."""
        return self._of(place).end

    def clear(self, place: Place) -> list[Record]:
        """Removes a stream and returns what was in it."""
        stream = _name(place)
        records = self.since(place, 0, -1)
        self._database.change("DELETE FROM stream_records WHERE stream = ?", (stream,))
        self._forget_bounds(stream)
        return records

    def position(self, mapping: str) -> int | None:
        """The first record that a mapping's function has not taken; None for a mapping that has read none."""
        return self._positions.get(mapping)

    def move(self, place: Place, mapping: str, position: int) -> None:
        """A mapping's function has taken all records before `position`."""
        statement = (
            "INSERT INTO stream_positions VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position"
        )
        self._database.change(statement, (mapping, _name(place), position))
        self._positions[mapping] = position

    def drop_before(self, place: Place, position: int) -> None:
        """Removes records that every mapping of the stream has read."""
        stream, bounds = _name(place), self._of(place)
        if position > bounds.start:
            with self._database.unit():
                self._database.on_rollback(partial(self._forget_bounds, stream))
                statement = "DELETE FROM stream_records WHERE stream = ? AND position < ?"
                self._database.change(statement, (stream, position))
                bounds.start = position

    def forget(self, mapping: str) -> None:
        """Removes a mapping's position."""
        self._database.change("DELETE FROM stream_positions WHERE mapping = ?", (mapping,))
        self._positions.pop(mapping, None)

    def _of(self, place: Place) -> _Bounds:
        stream = _name(place)
        if stream not in self._bounds:
            query = "SELECT MIN(position), MAX(position) + 1 FROM stream_records WHERE stream = ?"
            first, end = self._database.row(query, (stream,)) or (None, None)
            query = "SELECT MAX(position) FROM stream_positions WHERE stream = ?"
            (read,) = self._database.row(query, (stream,)) or (None,)
            end = max(end or 0, read or 0)
            self._bounds[stream] = _Bounds(end if first is None else first, end)
        return self._bounds[stream]

    def _expire(self, stream: str) -> None:
        """Drops records that no mapping reads; called at times, so that a stream without a mapping stays bounded."""
        statement = "DELETE FROM stream_records WHERE stream = ? AND created < ?"
        self._database.change(statement, (stream, steady_time() - _KEPT_S))
        self._bounds.pop(stream, None)

    def _forget_bounds(self, stream: str) -> None:
        """They are read again from what is stored."""
        self._bounds.pop(stream, None)


def _name(place: Place) -> str:
    return "/".join(place)
