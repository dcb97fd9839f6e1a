"""What is done to a running server."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.paid import Span
from tests.integration.local_server import LocalServer

_CLOCK_SOURCE = Path(__file__).with_name("clock.c")
_SPARE_DESCRIPTORS = 2
_HOUR_S = 3600


@dataclass(frozen=True)
class Fault:
    """One kind. `strike` is called at random moments, `times` times; it returns when the fault was at work."""

    name: str
    times: int
    strike: Callable[[LocalServer, random.Random], Span]
    possible: Callable[[], bool] = lambda: True


def _kill(server: LocalServer, _: random.Random) -> Span:
    killed = time.time()
    server.kill()
    gone = time.time()
    server.start()
    return Span(killed, gone)


def _pause(server: LocalServer, rng: random.Random) -> Span:
    begun = time.time()
    server.stand_still(rng.uniform(2, 8))
    return Span(begun, time.time())


def _kill_worker(server: LocalServer, rng: random.Random) -> Span:
    begun = time.time()
    workers = [pid for pid in server.children() if _is_worker(pid)]
    for pid in rng.sample(workers, min(2, len(workers))):
        os.kill(pid, signal.SIGKILL)
    return Span(begun, time.time())


def _is_worker(pid: int) -> bool:
    """Whether a process was forked from the fork server; it has that one's command line."""
    parent = _parent(pid)
    return parent is not None and _command(pid) == _command(parent) and b"fork_server" in _command(pid)


def _full_disk(server: LocalServer, rng: random.Random) -> Span:
    """No file can grow or change beyond its first byte."""
    begun = time.time()
    with _limited(server.process_id, resource.RLIMIT_FSIZE, 1):
        time.sleep(rng.uniform(2, 5))
    return Span(begun, time.time())


def _read_only_home(server: LocalServer, rng: random.Random) -> Span:
    """No file of the home can change, not even one that is open, and none be made or removed.

    But for the index of SQLite's log, which is memory: a kernel that refuses a change of it ends the process.
    """
    begun = time.time()
    try:
        _set_immutable(server.home.root, "+i")
        time.sleep(rng.uniform(2, 5))
    finally:
        _set_immutable(server.home.root, "-i")
    return Span(begun, time.time())


def _set_immutable(folder: Path, change: str) -> None:
    """Sockets have no such attribute: that it cannot be set on them is no error."""
    search = ("find", str(folder), "-not", "-name", "*-shm", "-exec", "chattr", "-f", change, "{}", "+")
    subprocess.run(search, check=False, capture_output=True)


def _has_immutable_files() -> bool:
    """Whether this user and this file system have them: root's, on most of Linux."""
    if shutil.which("chattr") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(("chattr", "+i", folder), check=False, capture_output=True).returncode:
            return False
        subprocess.run(("chattr", "-i", folder), check=True)
    return True


def _few_descriptors(server: LocalServer, rng: random.Random) -> Span:
    """Almost no file or connection can be opened."""
    begun = time.time()
    used = len(os.listdir(f"/proc/{server.process_id}/fd"))  # noqa: PTH208 - numbers, not paths
    with _limited(server.process_id, resource.RLIMIT_NOFILE, used + _SPARE_DESCRIPTORS):
        time.sleep(rng.uniform(2, 5))
    return Span(begun, time.time())


def _set_clock(server: LocalServer, rng: random.Random) -> Span:
    """The clock of all processes is an hour ahead or behind for a while."""
    begun, clock = time.time(), clock_file(server)
    clock.write_text(f"{rng.choice('+-')}{_HOUR_S}")
    time.sleep(rng.uniform(3, 6))
    clock.write_text("0")
    return Span(begun, time.time())


def clock_file(server: LocalServer) -> Path:
    """What the server's processes read the offset of their clock from, in seconds."""
    return server.home.root / "clock"


def own_clock(folder: Path) -> dict[str, str]:
    """Variables that give a server on the home `folder` a clock of its own; none without a C compiler."""
    if not _has_compiler():
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    library, clock = folder / "clock.so", folder / "clock"
    compiler = ("cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(_CLOCK_SOURCE), "-ldl")
    subprocess.run(compiler, check=True)
    clock.write_text("0")
    return {"LD_PRELOAD": str(library), "FOURFOLD_CLOCK": str(clock)}


def _has_compiler() -> bool:
    return sys.platform == "linux" and shutil.which("cc") is not None


@contextmanager
def _limited(pid: int, which: int, soft: int) -> Iterator[None]:
    before = resource.prlimit(pid, which)
    resource.prlimit(pid, which, (soft, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, which, before)


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:
        return None


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


CLOCK = Fault("clock set", 5, _set_clock, _has_compiler)
FAULTS = (
    Fault("kill -9", 20, _kill),
    Fault("SIGSTOP, SIGCONT", 5, _pause),
    Fault("workers killed", 5, _kill_worker),
    Fault("full disk", 5, _full_disk),
    Fault("read-only home", 5, _read_only_home, _has_immutable_files),
    Fault("few descriptors", 5, _few_descriptors),
    CLOCK,
)
