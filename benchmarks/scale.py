"""Growth: the same requests on local servers that store 100, 1,000, 10,000 and 100,000 personas.

A persona is made through the API, with both jobs, and copied into a store for each size (`benchmarks.scale_database`);
up to 1,000 copies have the results of their jobs. The servers run side by side and each request is made on each of
them in turn, so that other load of the machine meets all sizes alike. No background job runs.
Reported are the DynamoDB requests and units of each request, and the CPU of all processes of a server for one: both
hardly depend on other load. `python -m benchmarks.scale 100 10000` chooses sizes.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.growth_plot import draw
from benchmarks.process_tree import tree_cpu_seconds
from benchmarks.report import RESULTS, Report
from benchmarks.scale_home import made_seed
from benchmarks.scale_requests import Places, requests
from benchmarks.scale_units import Units, counted
from benchmarks.server import Served, served
from infra.local.home import Home

SIZES = (100, 1000, 10_000, 100_000)
_ROUNDS = 5
_TIMES_A_ROUND = 5
# A server that has started, or has made a persona, has some work left.
_CALM_SHARE = 0.03
_CALM_S = 2.0
_PATIENCE_S = 120.0
_MAX_COMPLETE = 1000


@dataclass
class Size:
    """A server with so many personas, and what was measured on it by the name of the request."""

    personas: int
    stack: Served
    client: httpx.Client
    places: Places
    times_ms: dict[str, list[float]] = field(default_factory=dict)
    cpu_ms: dict[str, list[float]] = field(default_factory=dict)
    """Of one request, a value for each round."""


def measure(sizes: Sequence[int] = SIZES) -> Report:
    """All sizes; about five minutes up to 100,000, of which two fill the stores."""
    report = Report("scale")
    with tempfile.TemporaryDirectory(prefix="fourfold-scale-") as folder, ExitStack() as running:
        seed = made_seed(Path(folder) / "seed")
        measured, units = [], {}
        for size in sizes:
            began = time.perf_counter()
            home = Home(Path(folder) / str(size))
            filled = seed.filled(home.root, size, min(size, _MAX_COMPLETE))
            note = f"{len(filled.complete)} with results of jobs; filled in {time.perf_counter() - began:.0f} s"
            report.figure(f"{size} personas: items", filled.items, "items", note)
            stack = running.enter_context(served(home.root))
            megabytes = home.database.stat().st_size / 1e6
            report.figure(f"{size} personas: start until healthy", stack.start_ms, "ms", f"{megabytes:.0f} MB")
            client = running.enter_context(stack.client())
            persona_id = filled.complete[0]
            run_id = client.get(f"/v1/personas/{persona_id}").raise_for_status().json()["run_id"]
            measured.append(Size(size, stack, client, Places(persona_id, run_id, seed.endpoint_id)))
            units[size] = counted(home, measured[-1].places)
        for number in range(_ROUNDS):
            _wait_until_calm(measured)
            for server in measured:
                _round(server, number)
    _report(report, measured, units)
    return report


def _wait_until_calm(sizes: Sequence[Size]) -> None:
    """Returns when each server uses less than _CALM_SHARE of a core without requests."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        before = [tree_cpu_seconds(size.stack.pid) for size in sizes]
        time.sleep(_CALM_S)
        used = [tree_cpu_seconds(size.stack.pid) - earlier for size, earlier in zip(sizes, before, strict=True)]
        if max(used) < _CALM_SHARE * _CALM_S:
            return
    raise TimeoutError(f"a server works without requests for {_PATIENCE_S:.0f} s")


def _round(size: Size, number: int) -> None:
    """Each request some times in a row."""
    for place in range(len(requests(size.places, 0))):
        before, times = tree_cpu_seconds(size.stack.pid), list[float]()
        for time_of_round in range(_TIMES_A_ROUND):
            request = requests(size.places, number * _TIMES_A_ROUND + time_of_round)[place]
            began = time.perf_counter()
            request.send(size.client)
            times.append((time.perf_counter() - began) * 1000)
        cpu_ms = (tree_cpu_seconds(size.stack.pid) - before) * 1000 / _TIMES_A_ROUND
        size.times_ms.setdefault(request.name, []).extend(times)
        size.cpu_ms.setdefault(request.name, []).append(cpu_ms)


def _report(report: Report, sizes: Sequence[Size], units: Mapping[int, Units]) -> None:
    names = list(sizes[0].cpu_ms)
    cpu = {name: {size.personas: statistics.median(size.cpu_ms[name]) for size in sizes} for name in names}
    for size in sizes:
        for name in names:
            asked, read, write = units[size.personas][name]
            figures = f"{asked} DynamoDB requests, {read:g} read units, {write:g} write units"
            report.timing(f"{size.personas} personas: {name}", size.times_ms[name], figures)
            report.figure(f"{size.personas} personas: {name}", cpu[name][size.personas], "ms CPU a request")
    smallest, largest = sizes[0], sizes[-1]
    for name in names:
        note = f"CPU, {largest.personas} to {smallest.personas} stored"
        report.figure(f"growth: {name}", cpu[name][largest.personas] / cpu[name][smallest.personas], "times", note)
        few, many = (sum(units[size.personas][name][1:]) for size in (smallest, largest))
        note = f"{many:g} units, {few:g} with {smallest.personas} stored"
        report.figure(f"growth: {name}", many / few, "times the units", note)
    draw(RESULTS / "scale.png", [size.personas for size in sizes], cpu)


if __name__ == "__main__":
    measure([int(size) for size in sys.argv[1:]] or SIZES).publish()
