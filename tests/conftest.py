"""Which tests run, and how `pytest -n` distributes them over processes."""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import ssl
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.testing
from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from tests.deep_parts import PARTS, RANDOM
from tests.examples import MANY

# Their session fixtures take seconds: a started server, four synthesized templates. One process has each.
TOGETHER = ("tests/integration", "tests/infra")

# The gate tries the same examples at each turn, so that it fails only of what changed, and has no time limit for one:
# a busy machine takes longer than the 200 ms of Hypothesis. `make test-deep PART=random` tries others each time.
settings.register_profile(
    "fourfold",
    deadline=None,
    derandomize=MANY not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fourfold")

# Collection only adds objects, millions of them: looking for cycles among them takes a fifth of its time.
gc.disable()
# httpx reads the system's certificates for each client (30 ms), and the tests' servers are http.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]
# moto gives each test a session of its own, and a session reads the descriptions of its services again (up to 200 ms).
_read_description = cache(JSONFileLoader().load_file)
JSONFileLoader.load_file = lambda self, file_path: _read_description(file_path)  # type: ignore[method-assign]  # noqa: ARG005
# A command line is built of all its commands' signatures (30 ms), and CliRunner builds it for each call.
typer.testing._get_command = cache(typer.testing._get_command)  # type: ignore[attr-defined]  # noqa: SLF001


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[Any]:
    """With cold caches, one worker compiles what all import, and the others wait: each would compile all of it."""
    if not hasattr(session.config, "workerinput") or sys.dont_write_bytecode or session.config.cache is None:
        return (yield)
    folder = session.config.cache.mkdir("compiled")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "done").exists():
            fcntl.flock(lock, fcntl.LOCK_UN)
        result = yield
        (folder / "done").touch()
    return result


def pytest_collection_finish() -> None:
    """From here on garbage is collected; what was imported is never looked through again."""
    gc.enable()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", metavar="PART", choices=list(PARTS), help="run a part of `make test-deep`, not the gate")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves out what has no test of the wanted deep part: to import all tests takes longer than some parts."""
    wanted = config.getoption("--deep")
    if wanted is None:
        return None
    marker = "pytest.mark.random" if wanted == RANDOM else f'deep(part="{wanted}")'
    files = collection_path.rglob("test_*.py") if collection_path.is_dir() else [collection_path]
    return None if any(marker in file.read_text(encoding="utf-8") for file in files) else True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps the tests of the gate, or of one deep part; the longest group of them comes first."""
    wanted = config.getoption("--deep")
    kept = [item for item in items if _is_wanted(item, wanted)]
    left_out = [item for item in items if not _is_wanted(item, wanted)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(kept, key=lambda item: not item.nodeid.startswith(TOGETHER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Adds the CPU seconds of a deep part, of all processes that ended: docs/testing.md has them for each part."""
    if config.getoption("--deep"):
        used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        seconds = sum(each.ru_utime + each.ru_stime for each in used)
        terminalreporter.write_line(f"{seconds:.0f} CPU seconds")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """For `pytest -n`."""
    config.option.loadscopereorder = False  # the order above
    return ByFile(config, log)


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests run in one process, those of a folder in `TOGETHER` too."""

    def _split_scope(self, nodeid: str) -> str:
        whole = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
        return whole or str(super()._split_scope(nodeid))


def _is_wanted(item: pytest.Item, wanted: str | None) -> bool:
    part = _part_of(item)
    if wanted is None:
        return part is None
    return wanted == part or (wanted == RANDOM and item.get_closest_marker("random") is not None)


def _part_of(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker("deep")
    if marker is None:
        return None
    part = marker.kwargs.get("part")
    if part not in PARTS:
        raise pytest.UsageError(f"{item.nodeid}: name a part of tests/deep_parts.py: deep(part=...), not {part}")
    return str(part)
