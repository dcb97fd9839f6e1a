"""Runs parts of the deep checks, one after the other: `python -m tests.run_deep [PART ...]`, all of them without one.

pytest prints each part's progress. A table at the end has what each part took; the exit code is 1 if one failed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from infra.local.assembly import existing, source_digest, synthesize
from infra.local.home import REPOSITORY, AlreadyRunningError, Home
from tests.deep_parts import PARTS, PROCESSES
from tests.examples import MANY

# A test that sets no limit of its own ends after so many seconds.
TEST_SECONDS = 900


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


def run_part(part: str) -> Outcome:
    """Runs a part's tests, with their output on this terminal."""
    command = [sys.executable, "-m", "pytest", "-o", f"timeout={TEST_SECONDS}", "--deep", part]
    if part in PROCESSES:
        command += ["-n", str(PROCESSES[part])]
    began, cpu_before = time.monotonic(), _cpu_seconds()
    code = subprocess.run(command, env={**os.environ, MANY: "1"}, check=False).returncode
    return Outcome(part, code == 0, time.monotonic() - began, _cpu_seconds() - cpu_before)


def table_of(outcomes: list[Outcome]) -> Table:
    """A row for each part and one for their sum."""
    table = Table("part", "result", "s", "CPU s", box=None, padding=(0, 2, 0, 0))
    for each in outcomes:
        result = "passed" if each.passed else "FAILED"
        table.add_row(each.part, result, f"{each.seconds:.0f}", f"{each.cpu_seconds:.0f}")
    sums = sum(each.seconds for each in outcomes), sum(each.cpu_seconds for each in outcomes)
    table.add_row(
        "all", f"{sum(each.passed for each in outcomes)} of {len(outcomes)}", *(f"{each:.0f}" for each in sums)
    )
    return table


def main(asked: list[str]) -> int:
    """The exit code: 1 if a part failed, 2 if there is no such part."""
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        sys.stderr.write(f"no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}\n")
        return 2
    synthesize_once()
    console, outcomes = Console(), []
    for part in asked or PARTS:
        console.rule(f"{part}: {PARTS[part]}", align="left")
        outcomes.append(run_part(part))
    console.print(table_of(outcomes))
    return 0 if all(each.passed for each in outcomes) else 1


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
