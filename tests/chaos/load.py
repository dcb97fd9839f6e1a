"""Clients that keep a local server busy through every fault, and remember what was acknowledged to them."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from websockets.exceptions import WebSocketException

from tests.chaos.paid import CHAT_MESSAGE
from tests.integration.local_server import LocalServer
from tests.integration.progress_client import connected

ENDED = frozenset({"completed", "failed"})
SLUG = "edit-"
TERMINAL = frozenset({"pipeline.completed", "pipeline.failed"})
# An answer that arrived, or a delivery that was acknowledged, is stored within this time on a quiet machine.
SLACK_S = 3.0
_PAUSE_S = 0.3
_NUMBERS = itertools.count()
_POLL_S = 1.5
# ValueError: a server that is being stopped may answer without JSON.
_BROKEN = (httpx.HTTPError, WebSocketException, OSError, TimeoutError, KeyError, ValueError)


@dataclass
class Memory:
    """What clients know: everything here was acknowledged with a 200, 201 or 202, or was received."""

    personas: dict[str, str] = field(default_factory=dict)
    """The persona of each acknowledged run."""
    briefs: dict[str, str] = field(default_factory=dict)
    """The brief of each acknowledged run."""
    counter: int = 0
    """The number in the edited persona's last acknowledged slug."""
    jobs: dict[str, str] = field(default_factory=dict)
    """The persona of each acknowledged background job."""
    chats: int = 0
    events: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The `seq` of each event that a reader of a run received, in its order."""
    acknowledged_at: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """How many answers had each status."""
    seconds: list[float] = field(default_factory=list)
    """How long each answered request took."""

    def slack_s(self) -> float:
        """The time within which an answer that arrived is stored: SLACK_S, or what 95 % of the requests took."""
        ordered = sorted(self.seconds)
        return max([SLACK_S, *ordered[int(len(ordered) * 0.95) :][:1]])


class Load:
    """`makers` clients that each have one run in progress, an editor and a chat, until it is stopped."""

    def __init__(self, server: LocalServer, memory: Memory, personas: list[str], makers: int) -> None:
        """Both background jobs are requested for each of `personas`; the first one is edited and chatted with."""
        self._server = server
        self._memory = memory
        self._days = itertools.count(time.time_ns())
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        readers = (self._follow_sse, self._follow_socket, self._poll, self._poll)
        work: list[Callable[[], None]] = [partial(self._edit, personas[0]), partial(self._chat, personas[0])]
        work += [partial(self._make, readers[number % len(readers)]) for number in range(makers)]
        self._threads = [threading.Thread(target=self._repeat, args=(one,), daemon=True) for one in work]
        self._threads.append(threading.Thread(target=self._request_jobs, args=(personas,), daemon=True))

    def start(self) -> None:
        """Returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Starts nothing more; what was begun is still followed to its end."""
        self._stopping.set()

    def waiting(self) -> list[str]:
        """The names of the clients that have not ended."""
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _repeat(self, work: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            with suppress(*_BROKEN):
                work()
            self._stopping.wait(_PAUSE_S)

    def _call(self, method: str, path: str, **more: Any) -> httpx.Response:
        began = time.monotonic()
        reply = self._server.call(method, path, **more)
        with self._lock:
            self._memory.statuses[reply.status_code] += 1
            self._memory.seconds.append(time.monotonic() - began)
        return reply

    def _make(self, follow: Callable[[str], None]) -> None:
        """One run: its request is repeated under one Idempotency-Key until it is acknowledged, then it is followed."""
        number = next(_NUMBERS)
        brief = f"Number {number}, a harbour pilot of {20 + number % 60} in Trieste"
        headers = {"Prefer": "respond-async", "Idempotency-Key": f"chaos-{number}-{id(self)}"}
        while not self._stopping.is_set():
            with suppress(*_BROKEN):
                reply = self._call("POST", "/v1/personas", body={"intent": brief}, headers=headers)
                if reply.status_code in {200, 201, 202}:
                    run = reply.json()
                    with self._lock:
                        self._memory.personas[run["run_id"]] = run["persona_id"]
                        self._memory.briefs[run["run_id"]] = brief
                        self._memory.acknowledged_at.append(time.time())
                    follow(run["run_id"])
                    return
            time.sleep(_PAUSE_S)

    def _request_jobs(self, personas: list[str]) -> None:
        for persona, job in itertools.product(personas, ("fingerprint", "test-suite")):
            headers = {"Idempotency-Key": f"chaos-{persona}-{id(self)}"}
            while not self._stopping.is_set():
                with suppress(*_BROKEN):
                    reply = self._call("POST", f"/v1/personas/{persona}/{job}", body={}, headers=headers)
                    if reply.status_code == httpx.codes.ACCEPTED:
                        self._memory.jobs[reply.json()["run_id"]] = persona
                        break
                time.sleep(_PAUSE_S)

    def _poll(self, run: str) -> None:
        while True:
            with suppress(*_BROKEN):
                reply = self._call("GET", f"/v1/runs/{run}")
                if reply.status_code == httpx.codes.NOT_FOUND or (reply.is_success and reply.json()["status"] in ENDED):
                    return
            time.sleep(_POLL_S)

    def _follow_sse(self, run: str) -> None:
        """Reads the run's events, and resumes after the last one when the connection ends."""
        while True:
            with suppress(*_BROKEN):
                seqs = self._memory.events[run]
                headers = {"Authorization": f"Bearer {self._server.api_key}"}
                if seqs:
                    headers["Last-Event-ID"] = str(seqs[-1])
                url = f"{self._server.server.api_url}/v1/runs/{run}/events"
                with httpx.stream("GET", url, headers=headers, timeout=30) as reply:
                    if reply.status_code == httpx.codes.NOT_FOUND:
                        return
                    for line in reply.iter_lines() if reply.is_success else ():
                        if line.startswith("data:") and self._received(run, json.loads(line[5:])):
                            return
            time.sleep(_PAUSE_S)

    def _follow_socket(self, run: str) -> None:
        """Reads the run's events over a WebSocket, and subscribes after the last one when the connection ends."""
        while True:
            with suppress(*_BROKEN), connected(self._server) as client:
                seqs = self._memory.events[run]
                client.say(action="subscribe", run_id=run, after=seqs[-1] if seqs else 0)
                while not self._received(run, client.hear()):
                    pass
                return
            time.sleep(_PAUSE_S)

    def _received(self, run: str, event: dict[str, Any]) -> bool:
        """Whether it is the run's last event."""
        if "seq" not in event or event.get("run_id") != run:
            return False
        self._memory.events[run].append(event["seq"])
        return event["type"] in TERMINAL

    def _edit(self, persona: str) -> None:
        value = self._memory.counter + 1
        if self._call("PATCH", f"/v1/personas/{persona}", body={"slug": f"{SLUG}{value}"}).is_success:
            self._memory.counter = value

    def _chat(self, persona: str) -> None:
        message = f"{CHAT_MESSAGE} {next(self._days)}?"  # no two the same: a question that is paid twice is counted
        reply = self._call("POST", f"/v1/personas/{persona}/chat", body={"message": message})
        self._memory.chats += reply.is_success
