"""Webhook deliveries in trouble.

1,000 events for five endpoints, of which one is down half the time, one is slow and one answers 500 for a while; the
same with healthy endpoints only; a kill of the engine during deliveries; and the table of hostile targets. Retry delays
are scaled from hours to seconds. Delays are from PutEvents to the request's arrival.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.report import Report
from fourfold.events.envelope import bus_entry
from fourfold.events.generation import GenerationRunStarted
from fourfold.ids import new_persona_id, new_run_id
from fourfold.webhooks.target import TargetRefusedError, checked_addresses, parse_target
from tests.integration.local_server import LocalServer
from tests.unit.webhooks.hostile import HOSTILE_ANSWERS, HOSTILE_URLS, ORDINARY_URLS, PUBLIC
from tests.unit.webhooks.receiver import Answer, Receiver, receiver, unused_port

EVENTS, ENDPOINTS, PER_SECOND = 1000, 5, 8
SETTINGS = {"api.webhooks.retry.delays_s": [0, 2, 5, 10, 20, 40], "api.webhooks.timeout_s": 5}
UP_AND_DOWN_S, BROKEN_S, SLOW_S = 7.0, 20.0, 1.5
PATIENCE_S = 240
SAVED_S = 5.0


@dataclass
class Arrivals:
    """Requests that an endpoint answered with 2xx: event id -> time of each arrival."""

    at: dict[str, list[float]] = field(default_factory=dict)

    def take(self, there: Receiver) -> None:
        """Adds the requests of `there`."""
        for request in there.requests:
            self.at.setdefault(request.headers["webhook-id"], []).append(request.at)


@dataclass
class Outcome:
    """`dead`: deliveries that were dead after their last retry, and were replayed."""

    sent: dict[str, float]
    arrivals: list[Arrivals]
    dead: int = 0

    @property
    def delivered(self) -> int:
        return sum(len(one.at.keys() & self.sent.keys()) for one in self.arrivals)

    @property
    def duplicated(self) -> int:
        return sum(len(times) - 1 for one in self.arrivals for times in one.at.values())

    @property
    def lost(self) -> int:
        return len(self.sent) * len(self.arrivals) - self.delivered

    def delays(self, which: slice) -> list[float]:
        """Delays at these endpoints in milliseconds, ascending."""
        return sorted(
            (min(times) - self.sent[event]) * 1000
            for one in self.arrivals[which]
            for event, times in one.at.items()
            if event in self.sent
        )


def measure(events: int = EVENTS) -> Report:
    """Takes about ten minutes."""
    report = Report("webhooks")
    report.figure("hostile URLs refused", _refused_urls(), "of " + str(len(HOSTILE_URLS)))
    report.figure("hostile DNS answers refused", _refused_answers(), "of " + str(len(HOSTILE_ANSWERS)))
    report.figure("ordinary URLs taken", _taken(), "of " + str(len(ORDINARY_URLS)))
    with _server() as home:
        healthy = _run(home, events, [_healthy] * ENDPOINTS)
    _report(report, f"{events} events, {ENDPOINTS} healthy endpoints", healthy, slice(None))
    with _server() as home:
        mixed = _run(home, events, [_healthy, _healthy, _up_and_down, _slow, _broken_for_a_while])
    _report(report, f"{events} events, 2 healthy, 1 half down, 1 slow, 1 broken {BROKEN_S:.0f} s", mixed, slice(2))
    with _server() as home:
        _kill(home, report)
    return report


def _report(report: Report, what: str, outcome: Outcome, healthy: slice) -> None:
    expected = len(outcome.sent) * len(outcome.arrivals)
    report.figure(f"{what}: delivered", outcome.delivered, f"of {expected}")
    report.figure(f"{what}: delivered twice", outcome.duplicated, "deliveries")
    report.figure(
        f"{what}: lost", outcome.lost, "deliveries", f"{outcome.dead} were dead after the last retry, replayed"
    )
    delays = outcome.delays(healthy)
    for share in (50, 99):
        value = delays[min(len(delays) - 1, len(delays) * share // 100)] if delays else -1
        report.figure(f"{what}: p{share} delay of the healthy", value, "ms")


# Endpoints: each serves until `stop` is set, then adds the requests it accepted to `arrivals`.

Endpoint = Callable[[int, threading.Event, Arrivals], None]
"""Arguments: port, stop, arrivals."""


def _healthy(port: int, stop: threading.Event, arrivals: Arrivals) -> None:
    _serve(port, stop, arrivals, Answer(204))


def _slow(port: int, stop: threading.Event, arrivals: Arrivals) -> None:
    _serve(port, stop, arrivals, Answer(204, wait_s=SLOW_S))


def _broken_for_a_while(port: int, stop: threading.Event, arrivals: Arrivals) -> None:
    repaired = threading.Event()
    with receiver(Answer(500), port=port) as there:
        repaired.wait(BROKEN_S)
        there.answers[:] = [Answer(204)]
        taken_from = len(there.requests)
        stop.wait()
        there.requests[:taken_from] = []
        arrivals.take(there)


def _up_and_down(port: int, stop: threading.Event, arrivals: Arrivals) -> None:
    while not stop.is_set():
        with receiver(Answer(204), port=port) as there:
            stop.wait(UP_AND_DOWN_S)
        arrivals.take(there)
        stop.wait(UP_AND_DOWN_S)
    with suppress(OSError), receiver(Answer(204), port=port) as there:
        time.sleep(1)
        arrivals.take(there)


def _serve(port: int, stop: threading.Event, arrivals: Arrivals, answer: Answer) -> None:
    with receiver(answer, port=port) as there:
        stop.wait()
        arrivals.take(there)


def _run(home: LocalServer, events: int, kinds: list[Endpoint]) -> Outcome:
    stop, arrivals, threads, endpoints = threading.Event(), [Arrivals() for _ in kinds], [], []
    for kind, taken in zip(kinds, arrivals, strict=True):
        port = unused_port()
        threads.append(threading.Thread(target=kind, args=(port, stop, taken), daemon=True))
        threads[-1].start()
        endpoints.append(_subscribe(home, port))
    for endpoint in endpoints:  # the healthy ones are then in the fast lane
        home.call("POST", f"/v1/webhooks/{endpoint}/ping")
    time.sleep(8)
    began = datetime.now(UTC).isoformat()
    sent = _publish(home, events)
    _settle(home)
    dead = 0
    while found := _statuses(home)["dead"]:  # as an owner would: replay until no delivery is dead
        dead += found
        for endpoint in endpoints:
            home.call("POST", f"/v1/webhooks/{endpoint}/replay", body={"since": began})
        _settle(home)
    stop.set()
    for thread in threads:
        thread.join(30)
    return Outcome(sent, arrivals, dead)


def _settle(home: LocalServer) -> None:
    """Returns when no event and no delivery is pending."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and _pending(home):
        time.sleep(1)


def _subscribe(home: LocalServer, port: int) -> str:
    body = {"url": f"http://127.0.0.1:{port}/hooks", "events": ["generation.run.started"]}
    return str(home.call("POST", "/v1/webhooks", body=body).raise_for_status().json()["id"])


def _publish(home: LocalServer, events: int) -> dict[str, float]:
    """Publishes at a steady rate; event id -> time of PutEvents."""
    client, bus, sent = home.aws("events"), home.outputs()["EventBusName"], {}
    began = time.monotonic()
    for number in range(events):
        entry = _entry()
        sent[entry["Detail"]["metadata"]["event_id"]] = time.time()
        client.put_events(Entries=[{**entry, "Detail": json.dumps(entry["Detail"]), "EventBusName": bus}])
        time.sleep(max(0.0, began + (number + 1) / PER_SECOND - time.monotonic()))
    return sent


def _entry() -> dict[str, Any]:
    run_id = new_run_id()
    data = GenerationRunStarted(
        run_id=run_id, persona_id=new_persona_id(), config_hash="cfg_0000000000000000", metadata={}
    )
    return bus_entry(data, workspace_id="ws_local", correlation_id=run_id, occurred_at=datetime.now(UTC))


def _pending(home: LocalServer) -> bool:
    """Whether an event has not been fanned out, or a delivery not ended."""
    sqs = home.aws("sqs")
    events = next(url for url in sqs.list_queues()["QueueUrls"] if "WebhookQueuesEvents" in url)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    waiting = sqs.get_queue_attributes(QueueUrl=events, AttributeNames=names)["Attributes"]
    return any(int(number) for number in waiting.values()) or bool(_statuses(home)["pending"])


def _statuses(home: LocalServer) -> Counter[str]:
    pages = (
        home.aws("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=home.outputs()["WebhooksTableName"],
            ProjectionExpression="#status",
            ExpressionAttributeNames={"#status": "status"},
        )
    )
    return Counter(item["status"]["S"] for page in pages for item in page["Items"] if "status" in item)


def _kill(home: LocalServer, report: Report) -> None:
    """200 events for a slow endpoint and one that is down; the engine is killed during the deliveries."""
    events, slow, down = 200, unused_port(), unused_port()
    arrivals = [Arrivals(), Arrivals()]
    with receiver(Answer(204, wait_s=0.5), port=slow) as there:
        for port in (slow, down):
            _subscribe(home, port)
        sent = _publish(home, events)
        time.sleep(SAVED_S)  # longer than the interval of the engine's saves
        under_way = _statuses(home)["pending"]
        home.kill()
        with receiver(Answer(204), port=down) as back:
            home.start()
            _settle(home)
            arrivals[1].take(back)
        arrivals[0].take(there)
    outcome = Outcome(sent, arrivals)
    report.figure("kill -9 of the engine: deliveries under way", under_way, f"of {2 * events}")
    report.figure("kill -9 of the engine: lost", outcome.lost, "deliveries")
    report.figure("kill -9 of the engine: delivered twice", outcome.duplicated, "deliveries", "of unknown outcome")


@contextmanager
def _server() -> Iterator[LocalServer]:
    with ExitStack() as undo:
        folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="fourfold-bench-", ignore_cleanup_errors=True))
        home = LocalServer(Path(folder), {"FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK": "1"})
        home.start()
        home.commit(SETTINGS)
        undo.callback(home.kill)
        yield home


def _refused_urls() -> int:
    return sum(_is_refused(url, [PUBLIC]) for url in HOSTILE_URLS)


def _refused_answers() -> int:
    return sum(_is_refused("https://hooks.example.com/", answer) for answer in HOSTILE_ANSWERS)


def _taken() -> int:
    return sum(not _is_refused(url, [PUBLIC]) for url in ORDINARY_URLS)


def _is_refused(url: str, answer: list[str] | None) -> bool:
    def resolve(_host: str, _port: int) -> list[str]:
        if answer is None:
            raise OSError
        return answer

    try:
        checked_addresses(parse_target(url), resolve)
    except TargetRefusedError:
        return True
    return False


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:])).publish()
