"""What the engine says to the API's process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from infra.local.api import Api, listen
from infra.local.process_group import ProcessGroup


class _NeverReads(ProcessGroup):
    """Starts a process that does not read its input."""

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:  # noqa: ARG002 - another program
        return super().start([sys.executable, "-c", "import time; time.sleep(60)"], **options)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    group = _NeverReads()
    made = Api(listen(0), tmp_path / "api.log", group)
    yield made
    group.end()
    made.stop()


def test_a_process_that_does_not_read_delays_no_execution(api: Api) -> None:
    for number in range(5_000):  # more than a pipe holds
        api.run_ended(f"run_{number:026}")


def test_a_process_that_has_ended_is_announced_nothing(api: Api) -> None:
    api._process.kill()  # noqa: SLF001 - as the kernel or a user may
    api._process.wait()  # noqa: SLF001
    api.run_ended("run_1")
