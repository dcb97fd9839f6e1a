"""Bridge: MiniStack starts every worker as a fresh interpreter; forks must behave like one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.bridges.forked_workers import SUPPORTED, ForkedWorker, ForkServer

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="workers are forked on Linux only")

SCRIPT = """
import json, os, sys
import botocore  # loaded before the fork
sys.stderr.write("log line\\n")
for line in sys.stdin:
    answer = {"said": line.strip(), "mine": os.environ.get("MINE"), "home": os.environ.get("HOME"),
              "folder": os.getcwd(), "argv": sys.argv, "path": sys.path[0], "name": __name__}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    made = ForkServer(tmp_path_factory.mktemp("forks") / "log")
    yield made
    made.stop()


def _fork(server: ForkServer, folder: Path, script: str = SCRIPT) -> ForkedWorker:
    path = folder / "worker.py"
    path.write_text(script)
    return server.fork(str(path), {"MINE": "yes"}, str(folder))


def _close(worker: ForkedWorker) -> None:
    worker.wait(5)
    for stream in (worker.stdin, worker.stdout, worker.stderr):
        stream.close()


def test_a_fork_has_its_own_streams_variables_and_folder(server: ForkServer, tmp_path: Path) -> None:
    worker = _fork(server, tmp_path)
    worker.stdin.write("hello\n")
    worker.stdin.flush()

    assert json.loads(worker.stdout.readline()) == {
        "said": "hello",
        "mine": "yes",
        "home": None,
        "folder": str(tmp_path),
        "argv": [str(tmp_path / "worker.py")],
        "path": str(tmp_path),
        "name": "__main__",
    }
    assert worker.stderr.readline() == "log line\n"
    assert worker.poll() is None
    worker.stdin.close()
    assert worker.wait(5) == 0
    assert worker.poll() == 0
    _close(worker)


def test_a_fork_takes_a_fraction_of_a_fresh_interpreter_s_time(server: ForkServer, tmp_path: Path) -> None:
    imports = "import boto3, pydantic, aws_lambda_powertools; print('ready', flush=True)"
    first = _fork(server, tmp_path, imports)  # waits until the server has loaded the libraries
    first.stdout.readline()
    _close(first)

    def seconds(ready: str, since: float) -> float:
        assert ready.strip() == "ready"
        return time.monotonic() - since

    started = time.monotonic()
    worker = _fork(server, tmp_path, imports)
    forked = seconds(worker.stdout.readline(), started)
    _close(worker)
    started = time.monotonic()
    run = subprocess.run([sys.executable, "-c", imports], check=True, capture_output=True, text=True)
    fresh = seconds(run.stdout, started)

    assert forked < fresh / 2


def test_signals_and_time_limits_work_as_with_a_child(server: ForkServer, tmp_path: Path) -> None:
    worker = _fork(server, tmp_path, "import time; print('up', flush=True); time.sleep(60)")
    worker.stdout.readline()

    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(0.05)
    worker.terminate()
    worker.wait(5)
    deadline = time.monotonic() + 5
    while Path(f"/proc/{worker.pid}").exists():  # its descriptors close a moment before it is gone
        assert time.monotonic() < deadline
    worker.kill()  # nothing, and no error: it is gone
    _close(worker)


def test_an_uncaught_exception_is_told_on_stderr(server: ForkServer, tmp_path: Path) -> None:
    worker = _fork(server, tmp_path, "raise ValueError('as said')")

    worker.wait(5)
    assert "ValueError: as said" in worker.stderr.read()
    _close(worker)


def test_forks_leave_no_descriptors_behind(server: ForkServer, tmp_path: Path) -> None:
    def open_descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only their number

    before = open_descriptors()
    for _ in range(5):
        worker = _fork(server, tmp_path, "pass")
        worker.wait(5)
        _close(worker)

    assert open_descriptors() == before


def test_the_product_is_loaded_once_and_only_for_workers_of_the_same_code(tmp_path: Path) -> None:
    """A package named as ours is, in two versions; a worker of the second must not see the first."""
    folders = [tmp_path / version for version in ("one", "two")]
    for folder in folders:
        (folder / "fourfold/storage").mkdir(parents=True)
        (folder / "fourfold/__init__.py").write_text(f"VERSION = {folder.name!r}")
        (folder / "fourfold/storage/__init__.py").write_text("")
    script = """
import sys
loaded = "fourfold" in sys.modules
sys.path.insert(0, sys.argv[0].rpartition("/")[0])
import fourfold
print(loaded, fourfold.VERSION, flush=True)
"""
    server = ForkServer(tmp_path / "log")
    try:
        told = []
        for folder in (*folders, folders[0]):
            worker = _fork(server, folder, script)
            told.append(worker.stdout.readline().strip())
            _close(worker)
    finally:
        server.stop()
    assert told == ["True one", "False two", "True one"]
