"""20 and 50 personas at once on the local engine: rate, reads at the same time, memory and processes, and wall time
beside the same calls in a bare loop; background jobs off and on. `python -m benchmarks.at_once`, seven minutes on a
quiet machine; Linux only. `python -m benchmarks.at_once real` measures one of PARTS alone, and publishes nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TextIO, cast

import httpx

from benchmarks.process_tree import Peak, cpu_seconds, tree_cpu_seconds, usage
from benchmarks.report import Report
from benchmarks.runs import STEPS
from benchmarks.server import REPOSITORY, Served, served
from fourfold.config.engine import RunSettings
from fourfold.config.presets import default_config
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.models import resolve
from fourfold.pipeline.new_run import new_run
from fourfold.pipeline.run_step import run_step

AT_ONCE = (20, 50)
PARTS = ("jobs off", "real", "jobs on")
SINGLES = 8
WARM = 2
IDLE_S = 60.0
_READ_EVERY_S = 0.2


@dataclass(frozen=True)
class Burst:
    """Personas made at once."""

    wall_s: float
    seconds: list[float]
    """Of each POST."""
    runs: list[str]
    """The run of each; empty if it was refused."""
    statuses: Counter[int]
    reads_ms: list[float]

    def described(self) -> str:
        codes = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        reads = f"reads p95 {_p95(self.reads_ms):.0f} ms" if self.reads_ms else ""
        return f"{codes}; p50 {statistics.median(self.seconds):.1f} s; {reads}"


def measure(parts: Sequence[str] = PARTS) -> Report:
    """The parts, on one home: jobs come last, because they go on after their persona is made."""
    report = Report("at_once")
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as home:
        if "jobs off" in parts:
            _engine_alone(Path(home), report, jobs=False)
        if "real" in parts:
            with _provider() as provider:
                bare = {count: _bare_loop(count) for count in AT_ONCE}
                _at_real_latencies(Path(home), report, bare, provider)
        if "jobs on" in parts:
            _engine_alone(Path(home), report, jobs=True)
    return report


def _engine_alone(home: Path, report: Report, *, jobs: bool) -> None:
    which = "jobs on" if jobs else "jobs off"
    with served(home) as stack:
        stack.set_jobs(run=jobs)
        used = tree_cpu_seconds(stack.pid)
        with stack.client() as client:
            singles = [_created(client, number).seconds * 1000 for number in range(SINGLES)]
        used = tree_cpu_seconds(stack.pid) - used
        report.timing(
            f"single create, {which}", singles, f"{used / SINGLES:.2f} s of CPU each, jobs of earlier ones included"
        )
        for count in AT_ONCE:
            burst = _burst(stack, count)
            report.figure(f"{count} at once, {which}", count / burst.wall_s, "personas/s", burst.described())


def _at_real_latencies(home: Path, report: Report, bare: dict[int, float], provider: int) -> None:
    with served(home) as stack:
        stack.set_jobs(run=False)
        with stack.client() as client:
            own = [_own_share_s(client, number) for number in range(1 + WARM)]
        report.figure("one persona at real latencies, our share, first after a start", own[0], "s")
        report.timing("one persona at real latencies, our share, warm", [seconds * 1000 for seconds in own[1:]])
        for count in AT_ONCE:
            report.figure(f"{count} at once at real latencies, bare loop", bare[count], "s")
            for which in ("first", "second"):
                _real_burst(stack, report, count, which, bare_s=bare[count], provider=provider)
        time.sleep(IDLE_S)
        idle = usage(stack.pid)
        report.figure(f"memory {IDLE_S:.0f} s later", idle.megabytes, "MB", f"{idle.processes} processes")


def _own_share_s(client: httpx.Client, number: int) -> float:
    """Seconds of one create, less those in which it waited for models."""
    made = _created(client, number)
    return made.seconds - sum(_calls_s(client, made.run_id))


def _calls_s(client: httpx.Client, run_id: str) -> list[float]:
    """Seconds of each model call of a run."""
    events = client.get(f"/v1/runs/{run_id}/events", headers={"Accept": "application/json"}).raise_for_status().json()
    return [int(call["duration_ms"]) / 1000 for event in events["data"] for call in event.get("calls", ())]


def _real_burst(stack: Served, report: Report, count: int, which: str, *, bare_s: float, provider: int) -> None:  # noqa: PLR0913
    """A burst beside two bare loops: of the six calls that every persona needs, and of the calls that it made itself,
    each persona's one after the other and as long as they were.
    """
    peak, simulated = Peak(stack.pid), cpu_seconds(provider)
    peak.start()
    burst = _burst(stack, count)
    highest, simulated = peak.stop(), cpu_seconds(provider) - simulated
    name = f"{count} at once at real latencies, {which} burst"
    with stack.client() as client:
        # The bare loop makes six; a name that is taken and an audit below the threshold cost more.
        calls = [_calls_s(client, run) if run else [] for run in burst.runs]
    slowest = calls[burst.seconds.index(max(burst.seconds))]
    same_s = max(map(sum, calls))
    compared = f"{burst.wall_s / bare_s:.2f} x bare, {burst.wall_s / same_s:.2f} x a bare loop of its own calls"
    most = f"the slowest made {len(slowest)} calls of {sum(slowest):.1f} s"
    report.figure(name, burst.wall_s, "s", f"{compared}; {most}; {burst.described()}")
    report.figure(
        f"{name}: its own calls in a bare loop", same_s, "s", f"{sum(map(len, calls)) / count:.1f} calls each"
    )
    report.figure(f"{name}: memory", highest.megabytes, "MB", f"{highest.processes} processes at most")
    report.figure(f"{name}: CPU of the provider's simulator", simulated, "s")


def _burst(stack: Served, count: int) -> Burst:
    reads_ms: list[float] = []
    over = threading.Event()
    reader = threading.Thread(target=_read, args=(stack, over, reads_ms))

    def one(number: int) -> _Created:
        with stack.client() as client:
            return _created(client, number)

    reader.start()
    began = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        made = list(pool.map(one, range(count)))
    wall_s = time.monotonic() - began
    over.set()
    reader.join()
    statuses = Counter(one.status for one in made)
    return Burst(wall_s, [one.seconds for one in made], [one.run_id for one in made], statuses, reads_ms)


class _Created(NamedTuple):
    """One create."""

    seconds: float
    status: int
    run_id: str


def _created(client: httpx.Client, number: int) -> _Created:
    began = time.monotonic()
    reply = client.post("/v1/personas", json={"intent": _brief(number)}, timeout=300)
    seconds = time.monotonic() - began
    return _Created(seconds, reply.status_code, reply.json()["run_id"] if reply.is_success else "")


def _brief(number: int) -> str:
    return f"Number {number}, a ferry pilot of {20 + number % 60} in Bergen"


def _read(stack: Served, over: threading.Event, reads_ms: list[float]) -> None:
    with stack.client() as client:
        while not over.wait(_READ_EVERY_S):
            began = time.monotonic()
            client.get("/v1/personas?limit=20").raise_for_status()
            reads_ms.append((time.monotonic() - began) * 1000)


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _bare_loop(count: int) -> float:
    """Seconds of the same six calls for as many personas at once, in threads of this process."""

    def one(number: int) -> None:
        state = new_run(
            _brief(number), "ws_bench", RunSettings(default_config(("anthropic",))), datetime.now(UTC)
        ).state
        for step in STEPS:
            models = [resolve(name) for name in state.config.pipeline.of(step.name).chain]
            state = run_step(step, state, models, Deadline(time.monotonic() + 300), NoWatcher()).state

    began = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))
    return time.monotonic() - began


_PROVIDER = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
_SIMULATOR = """
import json, sys
from tests.providers.server import ProviderServer
from tests.providers.setting import environment
from tests.providers.whole_product import WholeProduct
with ProviderServer(WholeProduct(), scale=1.0, seed=1) as server:
    print(json.dumps(environment(server)), flush=True)
    sys.stdin.read()
"""


@contextmanager
def _provider() -> Iterator[int]:
    """Anthropic's API at published latencies, in a process of its own whose id is yielded; this process calls it."""
    command = [sys.executable, "-c", _SIMULATOR]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        variables = json.loads(cast("TextIO", process.stdout).readline())
        os.environ.update({name: variables[name] for name in _PROVIDER})
        try:
            yield process.pid
        finally:
            for name in _PROVIDER:
                del os.environ[name]
            cast("TextIO", process.stdin).close()


if __name__ == "__main__":
    if sys.argv[1:]:
        measure(sys.argv[1:]).show()
    else:
        measure().publish()
