"""Growth: the same requests on a local server that stores 100, 1,000 and 10,000 personas.

A persona is made through the API, with both jobs, and copied into the store (`benchmarks.scale_store`), a tenth of the
copies with the results of their jobs. Each request is made fifteen times at each size, alone, without background jobs.
CPU is that of all processes of the server, less what they use without requests: it hardly depends on other load.
Run it with other sizes as arguments: `python -m benchmarks.scale 100 1000 10000 100000`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import httpx

from benchmarks.growth_plot import draw
from benchmarks.report import RESULTS, Report
from benchmarks.scale_store import Filled, Original, fill
from benchmarks.server import Served, served
from fourfold.storage.table import Table
from infra.local.engine import REGION
from infra.local.home import Home
from infra.settings import DATA, stage_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SIZES = (100, 1000, 10_000)
_TIMES = 15
_IDLE_S = 5.0
_COMPLETE_SHARE, _MAX_COMPLETE = 10, 1000
_WORKSPACE = "ws_local"
_BRIEF = "A ferry pilot, 50, in Bergen, who cannot sleep ashore"
_PATIENCE_S = 300


def measure(sizes: Sequence[int] = SIZES) -> Report:
    """Measures each size, from the smallest, and a start with the largest; about ten minutes up to 10,000."""
    report, cpu = Report("scale"), dict[str, list[float]]()
    with tempfile.TemporaryDirectory(prefix="fourfold-scale-") as home:
        with served(Path(home)) as stack:
            original, endpoint_id = _original(stack, Home(Path(home)))
            client, tables = _store(Home(Path(home)))
            stored = 0
            for size in sizes:
                began = time.perf_counter()
                filled = fill(client, tables, original, size - stored, complete=_complete(size) - _complete(stored))
                seconds, stored = time.perf_counter() - began, size
                report.figure(f"{size} personas: filled", filled.items, "items", f"in {seconds:.0f} s")
                for what, used in _measured(stack, filled, endpoint_id).items():
                    report.timing(f"{size} personas: {what}", used.times)
                    report.figure(f"{size} personas: {what}", used.cpu_ms, "ms CPU a request")
                    cpu.setdefault(what, []).append(used.cpu_ms)
        with served(Path(home)) as stack:
            report.figure(f"{sizes[-1]} personas: start until healthy", stack.start_ms, "ms")
    for what, values in cpu.items():
        note = f"CPU of all processes, {sizes[-1]} to {sizes[0]} stored"
        report.figure(f"growth: {what}", values[-1] / values[0], "times", note)
    draw(RESULTS / "scale.png", sizes, cpu)
    return report


def _complete(size: int) -> int:
    return min(_MAX_COMPLETE, size // _COMPLETE_SHARE)


def _original(stack: Served, home: Home) -> tuple[Original, str]:
    """A persona with both jobs and, at an endpoint, the deliveries of its events; jobs are off after that."""
    with stack.client() as http:
        # No server listens there: the deliveries stay pending.
        endpoint = http.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/in", "events": ["persona.created"]})
        endpoint_id = str(endpoint.raise_for_status().json()["id"])
        persona_id = str(http.post("/v1/personas", json={"intent": _BRIEF}).raise_for_status().json()["id"])
        for job in ("fingerprint", "test-suite"):
            _await_ready(http, f"/v1/personas/{persona_id}/{job}")
    stack.without_jobs()
    client, tables = _store(home)
    personas, events = Table(client, tables["personas"]), Table(client, tables["run_events"])
    return Original.read(personas, events, _WORKSPACE, persona_id), endpoint_id


def _await_ready(client: httpx.Client, path: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while client.get(path).raise_for_status().json()["status"] != "ready":
        if time.monotonic() > until:
            raise TimeoutError("the jobs of the first persona are not ready")
        time.sleep(1)


def _store(home: Home) -> tuple[DynamoDBClient, Mapping[str, str]]:
    """The engine's DynamoDB and the names of two tables."""
    server = home.running_server()
    if server is None:
        raise RuntimeError(f"no server runs in {home.root}")
    connection: dict[str, Any] = {
        "endpoint_url": server.engine_url,
        "region_name": REGION,
        "aws_access_key_id": server.root_key,
        "aws_secret_access_key": server.root_key,
    }
    cloudformation = boto3.client("cloudformation", **connection)
    [stack] = cloudformation.describe_stacks(StackName=stage_settings("local").stack_name(DATA))["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    names = {"personas": outputs["PersonasTableName"], "run_events": outputs["RunEventsTableName"]}
    return boto3.client("dynamodb", **connection), names


@dataclass(frozen=True)
class Used:
    """The milliseconds of each request, and the CPU milliseconds of one, of all processes of the server together."""

    times: list[float]
    cpu_ms: float


def _measured(stack: Served, filled: Filled, endpoint_id: str) -> dict[str, Used]:
    """What each request used, by what it does."""
    bare, complete, number = filled.bare[0], filled.complete[0], count()
    with stack.client() as client:
        run_id = client.get(f"/v1/personas/{complete}").raise_for_status().json()["run_id"]

        def chat() -> httpx.Response:
            return client.post(f"/v1/personas/{complete}/chat", json={"message": f"Are you well? {next(number)}"})

        def create() -> httpx.Response:
            return client.post("/v1/personas", json={"intent": f"{_BRIEF}, {next(number)}"})

        requests: dict[str, Callable[[], httpx.Response]] = {
            "GET /v1/personas?limit=20": lambda: client.get("/v1/personas?limit=20"),
            "GET /v1/personas/{id}": lambda: client.get(f"/v1/personas/{bare}"),
            "GET .../test-suite": lambda: client.get(f"/v1/personas/{complete}/test-suite"),
            "GET .../fingerprint": lambda: client.get(f"/v1/personas/{complete}/fingerprint"),
            "GET .../export": lambda: client.get(f"/v1/personas/{complete}/export"),
            "GET /v1/runs/{id}/events": lambda: client.get(f"/v1/runs/{run_id}/events"),
            "GET .../deliveries": lambda: client.get(f"/v1/webhooks/{endpoint_id}/deliveries?limit=20"),
            "POST .../chat": chat,
            "POST /v1/personas": create,
        }
        idle = _idle_share(stack.pid)
        return {what: _used(request, stack.pid, idle) for what, request in requests.items()}


def _used(request: Callable[[], httpx.Response], pid: int, idle: float) -> Used:
    request().raise_for_status()
    times: list[float] = []
    before = cpu_seconds(pid)
    for _ in range(_TIMES):
        began = time.perf_counter()
        request().raise_for_status()
        times.append((time.perf_counter() - began) * 1000)
    cpu_ms = (cpu_seconds(pid) - before) * 1000 - idle * sum(times)
    return Used(times, max(0.1, cpu_ms / _TIMES))


def _idle_share(pid: int) -> float:
    """The share of a core that the server uses without requests."""
    before = cpu_seconds(pid)
    time.sleep(_IDLE_S)
    return (cpu_seconds(pid) - before) / _IDLE_S


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and its descendants that live (Linux)."""
    parents: dict[int, list[int]] = {}
    seconds: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        process = int(path.parent.name)
        parents.setdefault(int(fields[1]), []).append(process)
        seconds[process] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    family = [pid]
    for process in family:
        family += parents.get(process, [])
    return sum(seconds.get(process, 0.0) for process in family)


if __name__ == "__main__":
    measure([int(size) for size in sys.argv[1:]] or SIZES).publish()
