"""The slots of a local server: no more calls at a time than it works on, whatever process sends them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fourfold.models.slots import NoSlotError, Slots

NAME = "compatible:tiny at http://127.0.0.1:8080/v1"
# A process that holds a slot until its input ends.
HOLDER = """
import sys
from pathlib import Path
from fourfold.models.slots import Slots
with Slots(sys.argv[1], 2, Path(sys.argv[2])).taken(10):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process, with a slot."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, NAME, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_processes_share_the_slots_and_a_killed_one_gives_its_own_back(tmp_path: Path) -> None:
    folder = tmp_path / "slots"
    others = [holder(folder), holder(folder)]
    slots = Slots(NAME, 2, folder)
    with pytest.raises(NoSlotError), slots.taken(0.2):
        pytest.fail("a third call")
    with Slots("another server", 1, folder).taken(0.2):
        pass
    others[0].kill()
    others[0].communicate()
    with slots.taken(10), pytest.raises(NoSlotError), slots.taken(0.2):
        pytest.fail("a third call")
    others[1].communicate(timeout=10)
    with slots.taken(10), slots.taken(10):
        pass
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == []


def test_a_job_that_asks_on_and_on_does_not_keep_another_from_its_slot(tmp_path: Path) -> None:
    """Each has a semaphore of its own, as two processes have."""
    greedy, other = (Slots(NAME, 1, tmp_path) for _ in range(2))
    stop = threading.Event()

    def ask_on_and_on() -> None:
        while not stop.is_set():
            with greedy.taken(10):
                time.sleep(0.01)

    thread = threading.Thread(target=ask_on_and_on)
    thread.start()
    try:
        for _ in range(3):
            with other.taken(10):
                pass
    finally:
        stop.set()
        thread.join()


def test_without_a_folder_of_ones_own_they_count_for_the_process(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.symlink_to(tmp_path)
    for folder in (theirs, tmp_path / "absent" / "folder"):
        slots = Slots(NAME, 1, folder)
        with slots.taken(1), pytest.raises(NoSlotError), slots.taken(0.05):
            pytest.fail("a second call")
