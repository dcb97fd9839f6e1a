"""The start of the local engine: the first one in a new home (synth and deploy), later ones, and with 10,000 personas
stored; and how long a save of the definitions keeps requests waiting.

CPU is that of the server's processes until the first healthy response: under other load, it says more than the time.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.process_tree import tree_cpu_seconds
from benchmarks.report import Report
from benchmarks.scale_home import engine_client, made_seed
from benchmarks.server import served
from infra.local.home import Home

LATER_STARTS = 5
STORED, COMPLETE = 10_000, 1000
SAVES = 10
_SAVED_WITHIN_S = 30.0
_HELD = re.compile(r"held requests for ([0-9.]+) ms \(([0-9.]+) ms of CPU\)")


def measure() -> Report:
    """One first start, five without changes, and five with personas stored; about three minutes."""
    report = Report("start")
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as folder:
        empty, filled = Path(folder) / "empty", Path(folder) / "filled"
        first = _starts(report, "first start (synth, deploy)", empty, 1, "the alternative: no kept state")
        later = _starts(report, "later start, nothing changed", empty, LATER_STARTS)
        report.figure("first / later", first / later, "ratio")
        seed = made_seed(Path(folder) / "seed")
        items = seed.filled(filled, STORED, COMPLETE).items
        size = Home(filled).database.stat().st_size / 1e6
        _starts(report, f"start with {STORED} personas stored", filled, LATER_STARTS, f"{items} items, {size:.0f} MB")
        with served(filled):
            held = [_held_by_a_save(Home(filled), number) for number in range(SAVES)]
        report.timing("requests wait for a save of the definitions", [elapsed for elapsed, _ in held])
        report.timing("the same: CPU", [cpu for _, cpu in held])
    return report


def _starts(report: Report, what: str, home: Path, times: int, note: str = "") -> float:
    """Starts and stops a server some times; returns the median of the milliseconds until it was healthy."""
    started: list[float] = []
    cpu: list[float] = []
    for _ in range(times):
        with served(home) as stack:
            cpu.append(tree_cpu_seconds(stack.pid) * 1000)
            started.append(stack.start_ms)
    report.timing(f"{what}: CPU", cpu)
    return report.timing(what, started, note)


def _held_by_a_save(home: Home, number: int) -> Sequence[float]:
    """Changes a definition, and returns the milliseconds and CPU milliseconds for which its save held requests."""
    before = len(_saves(home))
    engine_client(home, "events").put_rule(Name=f"rule-{number}", EventPattern='{"source": ["nothing"]}')
    until = time.monotonic() + _SAVED_WITHIN_S
    while time.monotonic() < until:
        saves = _saves(home)
        if len(saves) > before:
            return saves[-1]
        time.sleep(0.1)
    raise TimeoutError(f"nothing was saved within {_SAVED_WITHIN_S:.0f} s")


def _saves(home: Home) -> list[tuple[float, float]]:
    log = home.log.read_text(encoding="utf-8")
    return [(float(elapsed), float(cpu)) for elapsed, cpu in _HELD.findall(log)]


if __name__ == "__main__":
    measure().publish()
