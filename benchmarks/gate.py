"""The gate's time: `make test` and each of its parts, in a clone whose set-up is done: `python -m benchmarks.gate`.

Cold: no cache of ruff, mypy, pytest or hypothesis, no synthesized template and no compiled bytecode, as after the
set-up of a fresh clone. Warm: run again. CPU seconds are those of all processes; other work on the machine changes them
less than it changes the time. It takes about four times as long as the gate.
`python -m benchmarks.gate lint types` measures these two alone.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Report

REPOSITORY = Path(__file__).parents[1]
TARGETS = ("test", "lint", "types", "unit", "infra", "integration")
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", ".local/assembly")


def measure(targets: Sequence[str] = TARGETS) -> Report:
    """Each target cold, then warm.

    Raises:
        CalledProcessError: a target failed; its output is printed.
    """
    report = Report("gate")
    with tempfile.TemporaryDirectory(prefix="fourfold-gate-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
        _make(".venv/.synced", clone)
        for target in targets:
            _clear(clone)
            for state in ("cold", "warm"):
                wall_s, cpu_s = _make(target, clone)
                report.timing(f"make {target}, {state}", [wall_s * 1000], f"{cpu_s:.0f} CPU seconds")
    return report


def _clear(clone: Path) -> None:
    for name in CACHES:
        shutil.rmtree(clone / name, ignore_errors=True)
    for folder in clone.rglob("__pycache__"):
        shutil.rmtree(folder)


def _make(target: str, clone: Path) -> tuple[float, float]:
    """Wall and CPU seconds, those of all processes that ended."""
    outer = ("FOURFOLD_", "VIRTUAL_ENV", "MAKE")
    own = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(["make", target], cwd=clone, env=own, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.stdout.write(done.stdout + done.stderr)
    done.check_returncode()
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    measure(sys.argv[1:] or TARGETS).publish()
