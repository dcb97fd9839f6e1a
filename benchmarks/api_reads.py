"""Reads on the local engine: GET of one persona and of a list, by 1 and by 20 clients, and the cost of the rate limit.

Each client is a thread with its own connection. A key makes 500 requests and is then replaced, so that none reaches its
limit. p50 and p99 are over all requests of a row.
"""

from __future__ import annotations

import itertools
import math
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.report import Report
from benchmarks.server import Served, served
from fourfold.http.scopes import SCOPES

PERSONAS = 20
REQUESTS = 2000
PER_KEY = 500
CLIENTS = (1, 20)


def measure() -> Report:
    """Three reads by one and by twenty clients; takes about two minutes."""
    report = Report("api_reads")
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as home, served(Path(home)) as stack:
        with stack.client() as client:
            made = [_made(client, number) for number in range(PERSONAS)]
        reads = {
            "GET /v1/health (no key, no storage)": "/v1/health",
            "GET /v1/personas/{id}": f"/v1/personas/{made[0]}",
            f"GET /v1/personas?limit={PERSONAS}": f"/v1/personas?limit={PERSONAS}",
        }
        for what, path in reads.items():
            for clients in CLIENTS:
                _measured(stack, report, f"{what}, {clients} client{'s' * (clients > 1)}", path, clients)
        _limit(stack, report)
    return report


def _made(client: httpx.Client, number: int) -> str:
    reply = client.post("/v1/personas", json={"intent": f"A ferry pilot, {30 + number}, in Bergen"})
    return str(reply.raise_for_status().json()["id"])


def _keys(stack: Served, count: int) -> list[str]:
    with stack.client() as client:
        body = {"name": "bench", "scopes": list(SCOPES)}
        return [str(client.post("/v1/keys", json=body).raise_for_status().json()["key"]) for _ in range(count)]


def _measured(stack: Served, report: Report, what: str, path: str, clients: int) -> None:
    share = REQUESTS // clients
    keys = _keys(stack, clients * math.ceil(share / PER_KEY))
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = list(pool.map(lambda client: _reads(stack.url, path, share, keys[client::clients]), range(clients)))
    took = time.perf_counter() - began
    times = sorted(itertools.chain.from_iterable(taken))
    report.figure(what, statistics.median(times), "ms p50", f"p99 {_quantile(times, 0.99):.1f} ms")
    report.figure(what, len(times) / took, "requests/s", f"{len(times)} requests")


def _reads(url: str, path: str, count: int, keys: list[str]) -> list[float]:
    """Milliseconds of each request."""
    times = []
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in range(count):
            headers = {"Authorization": f"Bearer {keys[number // PER_KEY]}"}
            began = time.perf_counter()
            reply = client.get(path, headers=headers)
            times.append((time.perf_counter() - began) * 1000)
            reply.raise_for_status()
    return times


def _limit(stack: Served, report: Report) -> None:
    """A key's first request reads the store twice (key, window); after that one request in ten does."""
    first, later = [], []
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        for key in _keys(stack, 30):
            headers = {"Authorization": f"Bearer {key}"}
            times = []
            for _ in range(6):
                began = time.perf_counter()
                client.get("/v1/runs/run_1", headers=headers)  # a malformed id: refused after the key is checked
                times.append((time.perf_counter() - began) * 1000)
            first.append(times[0])
            later += times[1:]
    report.timing("first request of a key: key looked up, window opened", first)
    report.timing("its next requests: neither", later)


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


if __name__ == "__main__":
    measure().publish()
