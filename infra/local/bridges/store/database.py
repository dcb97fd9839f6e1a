"""The engine's SQLite file and its units of work: what a request changes is committed before the request is answered.

The file is in WAL mode with `synchronous=NORMAL`: a commit survives the end of this process, however it ends. After a
power failure the last commits may be missing; the file itself stays consistent. Both are documented by SQLite.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from fourfold.errors import LocalError

FILE_NAME: Final = "engine.sqlite3"
# Changes with the schema; a file of a newer version is refused, one of an older version is converted at the start.
SCHEMA_VERSION: Final = 1
_CACHE_KIB: Final = 16_384
_BUSY_MS: Final = 5_000
_CHECKPOINT_SECONDS: Final = 1.0
_CHECKPOINT_BYTES: Final = 4 << 20
# Beyond this size the log is reset even if writers must wait for it.
_RESET_BYTES: Final = 64 << 20

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tables (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    indexes TEXT NOT NULL DEFAULT '[]', UNIQUE (account, region, name)
);
CREATE TABLE IF NOT EXISTS items (
    table_id INTEGER NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL, item BLOB NOT NULL, unfinished TEXT,
    PRIMARY KEY (table_id, pk, sk)
);
CREATE INDEX IF NOT EXISTS unfinished_items ON items (table_id, unfinished) WHERE unfinished IS NOT NULL;
CREATE TABLE IF NOT EXISTS index_entries (
    table_id INTEGER NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL, range BLOB NOT NULL,
    pk BLOB NOT NULL, sk BLOB NOT NULL,
    PRIMARY KEY (table_id, name, hash, range, pk, sk)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stream_records (
    stream TEXT NOT NULL, position INTEGER NOT NULL, created REAL NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (stream, position)
);
CREATE TABLE IF NOT EXISTS stream_positions (
    mapping TEXT PRIMARY KEY, stream TEXT NOT NULL, position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, queue TEXT NOT NULL, id TEXT NOT NULL, message BLOB NOT NULL, UNIQUE (queue, id)
);
CREATE TABLE IF NOT EXISTS probes (id INTEGER PRIMARY KEY, filler BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS executions (
    arn TEXT PRIMARY KEY, started TEXT NOT NULL, status TEXT NOT NULL, execution BLOB NOT NULL, checkpoint BLOB
);
"""

logger = logging.getLogger(__name__)

Row = tuple[Any, ...]


class DatabaseError(LocalError):
    """The file cannot be opened or is not this version's; the text names it and says what to do."""


class NotStoredError(LocalError):
    """A change could not be stored, and nothing of it is. The text is SQLite's reason."""


class Database:
    """One connection for all threads of the engine: a unit of work is one thread's at a time."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file.

        Raises:
            DatabaseError: it is no database, is damaged, or a newer version of this program wrote it.
        """
        self.path = path
        self.failure: str | None = None
        """Why the last commit failed; None after one that did not."""
        self._lock = threading.RLock()
        self._depth = 0
        self._refused: sqlite3.Error | None = None
        self._undo: list[Callable[[], None]] = []
        try:
            self._connection = _connected(path)
            self._prepare()
        except sqlite3.Error as error:
            raise DatabaseError(
                f"The engine's data {path} cannot be opened: {error}. Nothing was changed. "
                "`fourfold doctor --state` says what is wrong and what to do."
            ) from error
        self._stopping = threading.Event()
        self._checkpoints = threading.Thread(target=self._checkpoint, name="checkpoints", daemon=True)
        self._checkpoints.start()

    def close(self) -> None:
        """Ends the checkpoints, moves the log into the file and closes it."""
        self._stopping.set()
        self._checkpoints.join()
        with self._lock:
            self._connection.close()

    @contextmanager
    def unit(self) -> Iterator[None]:
        """All changes made inside are committed at the end, or none of them; units nest, the outermost commits.

        None is committed if the database refused one, even if the error was caught on the way.

        Raises:
            NotStoredError: the commit failed (a full disk, for one), and everything is as it was before the unit.
        """
        with self._lock:
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._commit()
            except BaseException as error:
                if isinstance(error, sqlite3.Error):
                    self._refused = error
                if self._depth == 1:
                    self._roll_back()
                    if isinstance(error, sqlite3.Error):
                        self.failure = str(error)
                        raise NotStoredError(str(error)) from error
                raise
            finally:
                self._depth -= 1

    def on_rollback(self, undo: Callable[[], None]) -> None:
        """`undo` is called if the present unit is not committed: for what is kept in memory beside the file."""
        self._undo.append(undo)

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Every row of a SELECT."""
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()

    def row(self, query: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a SELECT."""
        with self._lock:
            first: Row | None = self._connection.execute(query, parameters).fetchone()
            return first

    @contextmanager
    def cursor(self, query: str, parameters: Sequence[Any] = ()) -> Iterator[Iterator[Row]]:
        """The rows of a SELECT one by one, for a reader that may stop early. Nothing else is read meanwhile."""
        with self._lock:
            rows = self._connection.execute(query, parameters)
            try:
                yield rows
            finally:
                rows.close()

    def change(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Executes a statement that writes; returns the id of the row it inserted, if it did."""
        with self.unit():
            self._begin()
            return self._connection.execute(statement, parameters).lastrowid or 0

    def change_many(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Executes a statement once for each set of parameters."""
        with self.unit():
            self._begin()
            self._connection.executemany(statement, parameters)

    def recover(self) -> None:
        """If the last commit failed, tries another one, so that `failure` is None again once there is space."""
        if self.failure is not None:
            with suppress(NotStoredError):
                self.change("INSERT OR REPLACE INTO probes VALUES (1, randomblob(65536))")

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def _commit(self) -> None:
        if self._refused is not None:
            raise self._refused
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
            self.failure = None
        self._undo.clear()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # SQLite may have rolled back already
                self._connection.execute("ROLLBACK")
        self._refused = None
        undo, self._undo = self._undo, []
        for step in reversed(undo):
            step()

    def _prepare(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise sqlite3.DatabaseError(
                f"its format is {version}, and this version of fourfold reads up to {SCHEMA_VERSION}"
            )
        self._connection.executescript(_SCHEMA)
        if version != SCHEMA_VERSION:
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _checkpoint(self) -> None:
        """Moves the log into the file beside the requests: a checkpoint waits for the disk, and no request must."""
        connection, log = _connected(self.path), self.path.with_name(self.path.name + "-wal")
        try:
            while not self._stopping.wait(_CHECKPOINT_SECONDS):
                with suppress(OSError, sqlite3.Error):  # a failing disk shows itself in a commit
                    size = log.stat().st_size
                    if size > _CHECKPOINT_BYTES:
                        kind = "TRUNCATE" if size > _RESET_BYTES else "PASSIVE"
                        connection.execute(f"PRAGMA wal_checkpoint({kind})").fetchall()
        finally:
            connection.close()


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "wal_autocheckpoint = 0",
        f"cache_size = -{_CACHE_KIB}",
        f"busy_timeout = {_BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection
