"""Units of work: all of it or nothing, also for a reader after the process was killed."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from infra.local.bridges.store.database import SCHEMA_VERSION, Database, DatabaseError, NotStoredError

INSERT = "INSERT INTO messages (queue, id, message) VALUES ('q', ?, x'00')"
COUNT = "SELECT COUNT(*) FROM messages"

WRITER = """
import sys
from pathlib import Path
from infra.local.bridges.store.database import Database
database = Database(Path(sys.argv[1]))
number = 0
while True:
    with database.unit():
        for part in "ab":
            database.change("INSERT INTO messages (queue, id, message) VALUES ('q', ?, x'00')", (f"{number}{part}",))
    print(number, flush=True)
    number += 1
"""


def test_a_unit_that_fails_leaves_nothing_and_undoes_what_is_in_memory(tmp_path: Path) -> None:
    database, memory = Database(tmp_path / "file"), ["kept"]

    def fail() -> None:
        with database.unit():
            memory.append("lost")
            database.on_rollback(lambda: memory.remove("lost"))
            with database.unit():
                database.change(INSERT, ("1",))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (database.row(COUNT), memory) == ((0,), ["kept"])
    with pytest.raises(NotStoredError), database.unit():
        database.change("INSERT INTO nowhere VALUES (1)")
    database.change(INSERT, ("2",))
    assert (database.row(COUNT), database.failure) == ((1,), None)
    database.close()


def test_a_unit_with_a_refused_change_is_not_committed_although_the_error_was_caught(tmp_path: Path) -> None:
    database = Database(tmp_path / "file")

    def change_two() -> None:
        with database.unit():
            database.change(INSERT, ("1",))
            with suppress(sqlite3.Error):
                database.change("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(NotStoredError, match="nowhere"):
        change_two()
    assert database.row(COUNT) == (0,)
    database.change(INSERT, ("1",))
    assert database.row(COUNT) == (1,)
    database.close()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limit on a file's size is lifted again on Linux only")
def test_a_full_disk_is_reported_until_there_is_space_again(tmp_path: Path) -> None:
    """The limit on a file's size takes the place of a full disk."""
    database = Database(tmp_path / "file")
    database.change(INSERT, ("before",))
    failed = [database.failure is not None]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        with pytest.raises(NotStoredError):
            database.change(INSERT, ("refused",))
        failed.append(database.failure is not None)
        assert database.row(COUNT) == (1,)
        database.recover()
        failed.append(database.failure is not None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    database.recover()
    failed.append(database.failure is not None)
    assert failed == [False, True, True, False]
    database.change(INSERT, ("after",))
    assert {row[0] for row in database.rows("SELECT id FROM messages")} == {"before", "after"}
    database.close()


def test_threads_take_turns(tmp_path: Path) -> None:
    database = Database(tmp_path / "file")

    def write(thread: int) -> None:
        for number in range(50):
            with database.unit():
                before = database.row(COUNT)
                database.change(INSERT, (f"{thread}-{number}",))
                after = database.row(COUNT)
                assert before is not None
                assert after == (before[0] + 1,)

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.row(COUNT) == (200,)
    database.close()


def test_what_was_acknowledged_before_a_kill_is_there_and_nothing_is_half_there(tmp_path: Path) -> None:
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(tmp_path / "file")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = [int(writer.stdout.readline()) for _ in range(200)][-1]
            writer.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        database = Database(tmp_path / "file")
        ids = {row[0] for row in database.rows("SELECT id FROM messages")}
        assert {f"{number}{part}" for number in range(acknowledged + 1) for part in "ab"} <= ids
        assert {name[:-1] for name in ids if name[-1] == "a"} == {name[:-1] for name in ids if name[-1] == "b"}
        database.change("DELETE FROM messages")
        database.close()


def test_a_file_that_is_none_or_too_new_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(DatabaseError, match=r"cannot be opened.*doctor --state"):
        Database(path)
    assert path.read_bytes() == b"no database at all " * 100
    path.unlink()
    Database(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer.close()
    with pytest.raises(DatabaseError, match=f"reads up to {SCHEMA_VERSION}"):
        Database(path)
