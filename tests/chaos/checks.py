"""Compares what was acknowledged with what is stored, delivered and paid."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fourfold.jobs.answers import WAVE
from tests.chaos.load import SLACK_S, SLUG, Memory
from tests.chaos.paid import Span
from tests.integration.local_server import LocalServer
from tests.unit.webhooks.receiver import Received

# Reads of a busy server.
_READ_S = 120.0
_LAYERS = ("soul", "self", "mask", "surface")
_ENDS = ("generation.run.completed", "generation.run.failed")


@dataclass
class Counts:
    """What is wrong; every list names the things, and is empty when nothing is."""

    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    paid_twice: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Runs and jobs that ended as failed: acknowledged, stored and ended, but without a result."""
    repaid_in_flight: int = 0
    """Calls that were paid again because a fault met them under way."""
    redelivered_in_flight: int = 0

    def is_clean(self) -> bool:
        return not (self.lost or self.half or self.doubled or self.paid_twice or self.stuck)


def check_stored(server: LocalServer, memory: Memory, editee: str, counts: Counts) -> None:
    """Every acknowledged run, its persona, and the last acknowledged edit."""
    for run_id, persona_id in memory.personas.items():
        reply = server.call("GET", f"/v1/runs/{run_id}", timeout=_READ_S)
        if not reply.is_success:
            counts.lost.append(f"{run_id}: {reply.status_code}")
            continue
        run, persona = reply.json(), server.call("GET", f"/v1/personas/{persona_id}", timeout=_READ_S).json()
        if run["status"] == "running":
            counts.stuck.append(run_id)
            continue
        _note_failure(run, counts)
        whole = all(persona.get(layer) for layer in _LAYERS) and persona["status"] in {"active", "flagged"}
        none = not any(persona.get(layer) for layer in _LAYERS) and persona["status"] == "failed"
        if not (whole if run["status"] == "completed" else none):
            counts.half.append(f"{run_id} {run['status']}, {persona_id} {persona.get('status')}")
    slug = server.call("GET", f"/v1/personas/{editee}", timeout=_READ_S).json()["slug"] or f"{SLUG}0"
    stored = int(slug.removeprefix(SLUG))
    if stored < memory.counter:
        counts.lost.append(f"edit {memory.counter}: stored is {stored}")
    for brief, number in Counter(_intents(server)).items():
        if number > 1:
            counts.doubled.append(f"{number} personas of {brief!r}")


def _intents(server: LocalServer) -> Iterable[str]:
    cursor = ""
    while True:
        page = server.call("GET", f"/v1/personas?limit=100{cursor}", timeout=_READ_S).json()
        yield from (persona["intent"] for persona in page["data"])
        if not page.get("next_cursor"):
            return
        cursor = f"&cursor={page['next_cursor']}"


def check_events(memory: Memory, counts: Counts) -> None:
    """Readers of a run that has ended received each of its events once, in order."""
    for run_id, seqs in memory.events.items():
        if seqs and seqs != list(range(1, len(seqs) + 1)):
            (counts.doubled if len(set(seqs)) < len(seqs) else counts.lost).append(f"{run_id} events {seqs}")


def check_deliveries(
    requests: Iterable[Received], memory: Memory, faults: list[Span], counts: Counts, slack_s: float = SLACK_S
) -> None:
    """One event for each run's end, sent again only where a fault left its outcome unknown."""
    arrivals: dict[str, list[float]] = defaultdict(list)
    events: dict[tuple[str, str], set[str]] = defaultdict(set)
    for request in requests:
        message_id = request.headers["webhook-id"]
        arrivals[message_id].append(request.at)
        body = json.loads(request.body)
        if body["type"] in _ENDS:
            events[body["type"], body["data"]["run_id"]].add(message_id)
    ended = {run_id for _, run_id in events}
    counts.lost += [f"end of {run_id} was not delivered" for run_id in memory.personas if run_id not in ended]
    counts.doubled += [
        f"{len(ids)} events {kind} of {run_id}" for (kind, run_id), ids in events.items() if len(ids) > 1
    ]
    for message_id, times in arrivals.items():
        again, unexplained = _repeats([Span(at, at) for at in times], faults, slack_s)
        counts.redelivered_in_flight += again
        counts.doubled += [f"delivery {message_id}"] * unexplained


def check_paid(
    calls: Mapping[str, list[Span]],
    faults: list[Span],
    counts: Counts,
    usual: Mapping[str, int] | None = None,
    audits: Collection[str] = (),
    *,
    slack_s: float = SLACK_S,
    jobs: int = 0,
) -> None:
    """A question is asked more often than usual (once, if it is not in `usual`) only if a fault met a call before.

    The questions of `audits` are usual twice: an audit that is not passed is confirmed by the same request.

    `usual` are the questions of background jobs. A job stores its answers in waves: after a fault it may ask WAVE
    questions again whose answers had arrived. `jobs` is how many may have been at work.
    """
    waves: Counter[Span] = Counter()
    for question, spans in calls.items():
        again, unexplained = _repeats(spans, faults, slack_s)
        more = max(0, len(spans) - (usual or {}).get(question, 2 if question in audits else 1))
        counts.repaid_in_flight += min(again, more)
        left = min(unexplained, max(0, more - again))
        if left and usual and question in usual:
            between = [fault for fault in faults if spans[0].ended <= fault.begun and fault.ended <= spans[-1].begun]
            waves.update(between[:left])
            left -= len(between[:left])
        counts.paid_twice += [question[:12]] * left
    for fault, number in waves.items():
        within = min(number, WAVE * jobs)
        counts.repaid_in_flight += within
        counts.paid_twice += [f"more than {WAVE} calls of a job after {fault.begun:.0f}"] * (number - within)


def _repeats(spans: list[Span], faults: list[Span], slack_s: float) -> tuple[int, int]:
    """How many of the spans after the first follow one that a fault met, and how many do not."""
    met = [any(span.meets(fault, slack_s) for fault in faults) for span in spans[:-1]]
    return sum(met), len(met) - sum(met)


def check_jobs(server: LocalServer, memory: Memory, counts: Counts) -> None:
    """Every acknowledged background job ended."""
    for run_id in memory.jobs:
        reply = server.call("GET", f"/v1/runs/{run_id}", timeout=_READ_S)
        if not reply.is_success:
            counts.lost.append(f"{run_id}: {reply.status_code}")
        elif reply.json()["status"] == "running":
            counts.stuck.append(run_id)
        else:
            _note_failure(reply.json(), counts)


def _note_failure(run: dict[str, Any], counts: Counts) -> None:
    if run["status"] == "failed":
        counts.failed.append(f"{run['id']}: {(run.get('error') or {}).get('code')}")
