"""The start of the local engine: the first one in a new home (synth and deploy), later ones, and with 10,000 personas
stored; and how long a save of the definitions keeps requests waiting.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3

from benchmarks.filled_home import fill
from benchmarks.report import Report
from benchmarks.server import served
from infra.local.engine import REGION
from infra.local.home import Home

LATER_STARTS = 5
STORED = 10_000
SAVES = 5
_SAVED_WITHIN_S = 3.0
_SERVICES: tuple[Any, Any] = ("events", "sqs")


def measure() -> Report:
    """One first start, five without changes, three with personas stored."""
    report = Report("start")
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as folder:
        home = Home(Path(folder))
        times = []
        for _ in range(1 + LATER_STARTS):
            with served(home.root) as stack:
                times.append(stack.start_ms)
        first = report.timing("first start (synth, deploy)", times[:1], "the alternative: no kept state")
        later = report.timing("later start, nothing changed", times[1:])
        report.figure("first / later", first / later, "ratio")
        with served(home.root) as stack, stack.client() as client:
            stack.without_jobs()
            made = (
                client.post("/v1/personas", json={"intent": "A ferry pilot, 50, in Bergen"}).raise_for_status().json()
            )
        items = fill(home.database, made["id"], made["run_id"], STORED)
        filled = []
        for _ in range(3):
            with served(home.root) as stack:
                filled.append(stack.start_ms)
        size = home.database.stat().st_size / 1e6
        report.timing(f"start with {STORED} personas stored", filled, f"{items} items, {size:.0f} MB")
        with served(home.root):
            _saves(home, report)
    return report


def _saves(home: Home, report: Report) -> None:
    """The longest of many small requests, while definitions are saved and while nothing is."""
    server = json.loads(home.server_file.read_text(encoding="utf-8"))
    session = boto3.Session(
        aws_access_key_id=server["root_key"], aws_secret_access_key=server["root_key"], region_name=REGION
    )
    events, queues = (session.client(service, endpoint_url=server["engine_url"]) for service in _SERVICES)
    longest: dict[bool, list[float]] = {True: [], False: []}
    for saving in (False, True):
        for number in range(SAVES):
            if saving:
                events.put_rule(Name=f"rule-{number}", EventPattern='{"source": ["nothing"]}')
            longest[saving].append(_longest_ms(queues, _SAVED_WITHIN_S))
    report.timing("longest request in 3 s, no save", longest[False])
    report.timing("longest request in 3 s with a save", longest[True])
    added = statistics.median(longest[True]) - statistics.median(longest[False])
    report.figure("a save makes the longest request longer by", added, "ms")


def _longest_ms(queues: Any, seconds: float) -> float:  # noqa: ANN401 - boto3 makes its classes at run time
    until, longest = time.monotonic() + seconds, 0.0
    while time.monotonic() < until:
        began = time.monotonic()
        queues.list_queues(MaxResults=1)
        longest = max(longest, time.monotonic() - began)
    return longest * 1000


if __name__ == "__main__":
    measure().publish()
