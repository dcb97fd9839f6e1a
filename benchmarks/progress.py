"""Live progress: the delay of events, and whether any is missed, duplicated or out of order.

With many subscribers, with connections that break, and in comparison with SSE, which polls the log of each run.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from httpx_sse import connect_sse
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.report import Report
from benchmarks.server import Served, served

SINGLE_RUNS = 20
SUBSCRIBERS = 50
RUNS_AT_ONCE = 20
RECONNECTS = 100
PATIENCE_S = 240.0
BRIEF = "A soft-spoken night-shift baker in Lisbon, {age}, who lost the family shop"
TERMINAL = frozenset({"pipeline.completed", "pipeline.failed"})


def measure() -> Report:
    """Takes two to four minutes."""
    report = Report("progress")
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as home, served(Path(home)) as stack:
        stack.without_jobs()
        started(stack, 18)
        time.sleep(5)  # until the workers are warm
        _lateness(stack, report)
        _sse(stack, report)
        _reconnects(stack, report)
        _crowd(stack, report)
    return report


@contextmanager
def subscribed(stack: Served, **target: str | int | bool | dict[str, int]) -> Iterator[ClientConnection]:
    """A connection whose subscription is acknowledged."""
    with stack.client() as client:
        url = client.get("/v1/progress").raise_for_status().json()["url"]
    with connect(url, additional_headers={"Authorization": f"Bearer {stack.key}"}, close_timeout=2) as socket:
        socket.send(json.dumps({"action": "subscribe", **target}))
        while json.loads(socket.recv(timeout=PATIENCE_S)).get("type") != "ack":
            pass
        yield socket


def started(stack: Served, age: int) -> str:
    """A new run's id."""
    with stack.client() as client:
        reply = client.post("/v1/personas", json={"intent": BRIEF.format(age=age)}, headers={"Prefer": "respond-async"})
        return str(reply.raise_for_status().json()["run_id"])


def logged(stack: Served, run_id: str) -> list[dict[str, Any]]:
    """The run's events as the API lists them."""
    with stack.client() as client:
        reply = client.get(f"/v1/runs/{run_id}/events", headers={"Accept": "application/json"})
        events: list[dict[str, Any]] = reply.raise_for_status().json()["data"]
        return events


def _late_ms(event: dict[str, Any]) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(event["at"])).total_seconds() * 1000


def _percentiles(report: Report, what: str, late: list[float], note: str) -> None:
    ordered = statistics.quantiles(late, n=100, method="inclusive")
    report.figure(f"{what}, p50", ordered[49], "ms", note)
    report.figure(f"{what}, p99", ordered[98], "ms", f"{len(late)} events, longest {max(late):.0f} ms")


def _lateness(stack: Served, report: Report) -> None:
    late = list[float]()
    with subscribed(stack, workspace=True) as socket:
        for number in range(SINGLE_RUNS):
            run_id = started(stack, 20 + number)
            while True:
                event = json.loads(socket.recv(timeout=PATIENCE_S))
                if event.get("run_id") == run_id:
                    late.append(_late_ms(event))
                    if event["type"] in TERMINAL:
                        break
    _percentiles(report, "event written to received, WebSocket", late, "one run at a time, one subscriber")


def _sse(stack: Served, report: Report) -> None:
    late, same = list[float](), 0
    for number in range(SINGLE_RUNS):
        with subscribed(stack, workspace=True) as socket, stack.client() as client:
            body = {"intent": BRIEF.format(age=40 + number), "stream": True}
            streamed = list[dict[str, Any]]()
            with connect_sse(client, "POST", "/v1/personas", json=body) as source:
                for sse in source.iter_sse():
                    event = json.loads(sse.data) if sse.data else {}
                    if "seq" in event:
                        streamed.append(event)
                        late.append(_late_ms(event))
            pushed = _until_over(socket, {streamed[0]["run_id"]})
            same += [event for event in pushed if event["run_id"] == streamed[0]["run_id"]] == streamed
    _percentiles(report, "event written to received, SSE", late, "the alternative: polls the log")
    report.figure("runs with the same sequence in SSE and WebSocket", same, f"of {SINGLE_RUNS}")


def _until_over(socket: ClientConnection, runs: set[str]) -> list[dict[str, Any]]:
    received, running = list[dict[str, Any]](), set(runs)
    while running:
        event = json.loads(socket.recv(timeout=PATIENCE_S))
        if "seq" in event:
            received.append(event)
            if event["type"] in TERMINAL:
                running.discard(event["run_id"])
    return received


def _reconnects(stack: Served, report: Report) -> None:
    missed = doubled = breaks = closed = 0
    while breaks < RECONNECTS:
        run_id = started(stack, 60)
        seen = list[int]()
        over = False
        while not over:
            with subscribed(stack, run_id=run_id, after=seen[-1] if seen else 0) as socket, _counted() as closings:
                for _ in range(2):
                    event = json.loads(socket.recv(timeout=PATIENCE_S))
                    seen.append(event["seq"])
                    over = event["type"] in TERMINAL
                    if over:
                        break
                breaks += not over
            closed += closings.count
        expected = [event["seq"] for event in logged(stack, run_id)]
        missed += len(set(expected) - set(seen))
        doubled += len(seen) - len(set(seen))
    report.figure("events missed over reconnects in mid-run", missed, "events", f"{breaks} reconnects")
    report.figure("events received twice over reconnects", doubled, "events")
    report.figure("connections the service closed over reconnects", closed, "connections")


def _crowd(stack: Served, report: Report) -> None:
    """Fifty subscribers of the workspace, twenty concurrent runs."""
    with ExitStack() as leave, ThreadPoolExecutor(SUBSCRIBERS) as pool:
        subscribers = [_Subscriber(stack) for _ in range(SUBSCRIBERS)]
        for subscriber in subscribers:
            leave.enter_context(subscriber)
        begun = threading.Event()
        runs: set[str] = set()
        listening = [pool.submit(subscriber.listen, begun, runs) for subscriber in subscribers]
        with ThreadPoolExecutor(RUNS_AT_ONCE) as starters:
            runs.update(starters.map(lambda number: started(stack, 20 + number), range(RUNS_AT_ONCE)))
        began = time.perf_counter()
        begun.set()
        heard = [future.result() for future in listening]
        took = time.perf_counter() - began
    expected = {run_id: [event["seq"] for event in logged(stack, run_id)] for run_id in runs}
    wanted = SUBSCRIBERS * sum(map(len, expected.values()))
    received = doubled = disordered = 0
    late = list[float]()
    for events in heard:
        by_run = defaultdict[str, list[int]](list)
        for run_id, seq, lateness in events:
            by_run[run_id].append(seq)
            late.append(lateness)
        for run_id in runs:
            seqs = by_run[run_id]
            received += len(set(seqs) & set(expected[run_id]))
            doubled += len(seqs) - len(set(seqs))
            disordered += sum(later < earlier for earlier, later in pairwise(seqs))
    crowd = f"{SUBSCRIBERS} subscribers, {RUNS_AT_ONCE} runs at once"
    report.figure("messages expected", wanted, "messages", crowd)
    report.figure("messages received", received, "messages", f"in {took:.1f} s")
    report.figure("messages received twice", doubled, "messages")
    report.figure("messages out of order", disordered, "messages")
    closed = sum(subscriber.closed for subscriber in subscribers)
    report.figure("connections the service closed", closed, "connections", "each was resumed by its client")
    _percentiles(report, "event written to received, crowd", late, crowd)


class _Subscriber:
    """A client of the workspace that reconnects when it is cut off, from the last `seq` it has of each run."""

    def __init__(self, stack: Served) -> None:
        self._stack = stack
        self._seen = dict[str, int]()
        self._leave = ExitStack()
        self.closed = 0

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.close()

    def listen(self, begun: threading.Event, runs: set[str]) -> list[tuple[str, int, float]]:
        """The events it receives until all runs have ended: run id, seq, delay in milliseconds."""
        heard, over = list[tuple[str, int, float]](), set[str]()
        while not begun.is_set() or runs - over:
            try:
                event = json.loads(self._socket.recv(timeout=PATIENCE_S))
            except ConnectionClosed:
                self.closed += 1
                self._connect()
                continue
            if "seq" in event:
                heard.append((event["run_id"], event["seq"], _late_ms(event)))
                self._seen[event["run_id"]] = event["seq"]
                if event["type"] in TERMINAL:
                    over.add(event["run_id"])
        return heard

    def _connect(self) -> None:
        self._leave.close()
        self._socket = self._leave.enter_context(subscribed(self._stack, workspace=True, after=dict(self._seen)))


@dataclass
class _Closings:
    count: int = 0


@contextmanager
def _counted() -> Iterator[_Closings]:
    """Counts whether the service closes the connection inside the context."""
    closings = _Closings()
    try:
        yield closings
    except ConnectionClosed:
        closings.count += 1


if __name__ == "__main__":
    measure().publish()
