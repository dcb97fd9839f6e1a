"""Runs parts of the deep checks, two at a time: `python -m tests.run_deep [PART ...]`, all of them without one.

A line for each test shows the progress. A table at the end has what each part took; the exit code is 1 if one failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

from infra.local.assembly import existing, source_digest, synthesize
from infra.local.home import REPOSITORY, AlreadyRunningError, Home
from tests.deep_parts import PARTS, PROCESSES
from tests.examples import MANY

# A test that sets no limit of its own ends after so many seconds.
TEST_SECONDS = 900
# Most parts wait more than they compute: for servers, models that are simulated, redeliveries.
SIDE_BY_SIDE = 2


@dataclass(frozen=True)
class Outcome:
    """What a part took: seconds, and CPU seconds of pytest and all it started and ended."""

    part: str
    passed: bool
    seconds: float
    cpu_seconds: float


def synthesize_once() -> None:
    """Makes the template in `.local`, from where the servers of all parts copy it (`borrow_made_before`)."""
    home, digest = Home(REPOSITORY / ".local"), source_digest()
    if existing(home, digest) is None:
        with suppress(AlreadyRunningError), home.locked():  # a running server's template stays
            synthesize(home, digest)


def run_part(part: str, show: Callable[[str], None]) -> Outcome:
    """Runs a part's tests. `show` gets each line they print, with the part's name before it."""
    show(f"{part} | {PARTS[part]}")
    command = [sys.executable, "-m", "pytest", "-v", "-o", f"timeout={TEST_SECONDS}", "--deep", part]
    if part in PROCESSES:
        command += ["-n", str(PROCESSES[part])]
    began = time.monotonic()
    with subprocess.Popen(
        command, env={**os.environ, MANY: "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            show(f"{part} | {line.rstrip()}")
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Outcome(part, process.returncode == 0, time.monotonic() - began, used.ru_utime + used.ru_stime)


def table_of(outcomes: Sequence[Outcome], seconds: float) -> Table:
    """A row for each part, and one for all, which took so many seconds side by side."""
    table = Table("part", "result", "s", "CPU s", box=None, padding=(0, 2, 0, 0))
    for each in outcomes:
        result = "passed" if each.passed else "FAILED"
        table.add_row(each.part, result, f"{each.seconds:.0f}", f"{each.cpu_seconds:.0f}")
    passed = f"{sum(each.passed for each in outcomes)} of {len(outcomes)}"
    table.add_row("all", passed, f"{seconds:.0f}", f"{sum(each.cpu_seconds for each in outcomes):.0f}")
    return table


def main(asked: list[str]) -> int:
    """The exit code: 1 if a part failed, 2 if there is no such part."""
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        sys.stderr.write(f"no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}\n")
        return 2
    synthesize_once()
    console, began = Console(), time.monotonic()
    show = partial(console.out, highlight=False)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        outcomes = list(pool.map(lambda part: run_part(part, show), asked or PARTS))
    console.print(table_of(outcomes, time.monotonic() - began))
    return 0 if all(each.passed for each in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
