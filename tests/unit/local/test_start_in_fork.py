"""Work in a forked copy of the process: what it sees, what it leaves alone, and how it fails."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from infra.local.bridges.forked_workers import SUPPORTED
from infra.local.start_in_fork import LONGEST_S, ForkError, start_in_fork
from tests.descriptors import open_descriptors

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="nothing is forked elsewhere")


def test_it_sees_one_moment_however_busy_the_others_are(tmp_path: Path) -> None:
    table, stop = {number: number for number in range(2_000)}, threading.Event()

    def busy() -> None:
        number = len(table)
        while not stop.is_set():
            number += 1
            table[number] = number
            table.pop(number - 1_000, None)

    writer = threading.Thread(target=busy)
    writer.start()
    try:
        for _ in range(20):
            start_in_fork(lambda: (tmp_path / "copy").write_text(str([{"entry": entry} for entry in table])))()
            assert (tmp_path / "copy").read_text().startswith("[{'entry':")
    finally:
        stop.set()
        writer.join()


def test_what_it_changes_is_changed_in_the_copy_only() -> None:
    here = [1]
    start_in_fork(here.clear)()
    assert here == [1]


def test_what_it_raises_or_logs_as_an_error_is_raised_here() -> None:
    with pytest.raises(ForkError, match="ZeroDivisionError"):
        start_in_fork(lambda: 1 // 0)()
    with pytest.raises(ForkError, match="no room"):
        start_in_fork(lambda: logging.getLogger("persistence").error("no %s", "room"))()
    start_in_fork(lambda: logging.getLogger("persistence").info("all is well"))()


def test_who_waits_for_a_lock_of_another_thread_is_ended() -> None:
    lock = threading.Lock()
    lock.acquire()
    began = time.monotonic()
    with pytest.raises(ForkError, match="too long"):
        start_in_fork(lock.acquire, longest_s=0.3)()
    assert time.monotonic() - began < LONGEST_S / 2


def test_it_keeps_no_connection_open_and_leaves_nothing_behind(tmp_path: Path) -> None:
    begun, may_end = tmp_path / "pid", tmp_path / "may end"

    def work() -> None:
        (tmp_path / "unfinished").write_text(str(os.getpid()))
        (tmp_path / "unfinished").rename(begun)
        while not may_end.exists():
            time.sleep(0.01)

    ours, theirs = socket.socketpair()
    before = open_descriptors()
    worker = threading.Thread(target=start_in_fork(work))
    worker.start()
    while not begun.exists():
        assert worker.is_alive()
        time.sleep(0.01)
    ours.close()
    theirs.settimeout(20)
    try:
        assert theirs.recv(1) == b"", "closed at once, though the copy is still at work"
        assert worker.is_alive()
    finally:
        may_end.touch()
        worker.join()
    theirs.close()
    assert open_descriptors() <= before
    assert not Path("/proc", begun.read_text()).exists(), "not even as a zombie"
