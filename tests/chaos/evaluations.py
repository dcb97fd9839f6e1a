"""Kills a local server while it works on evaluations, and compares what was paid with what they record.

A, B and the judge are different models, so nothing is asked twice in an evaluation; what the provider is asked again
was paid again. It may be asked again if a kill met the call: of each pair in progress one call is in flight, so one
kill can lose PAIRS_AT_ONCE answers. The models have no cache floor in the meter, so a repeated call costs what the
lost one did, but for the tokens of another answer.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx

from fourfold.evaluation.record import PAIRS_AT_ONCE
from tests.chaos.paid import PaidProvider, Span
from tests.integration.evaluating_server import evaluating_server
from tests.integration.local_server import EVENTUALLY_SECONDS, LocalServer
from tests.providers.meter import Meter
from tests.providers.scripted_quality import ScriptedQuality

BRIEFS: Final = 4
# Calls of a brief: six steps on both sides, two judgements, and the preference in both orders.
CALLS_OF_A_BRIEF: Final = 16
MODELS: Final = ("anthropic:claude-sonnet-4-5", "anthropic:claude-opus-4-5", "anthropic:claude-opus-4-6")
# Of a real model's latencies: a call takes some tenths of a second.
SCALE: Final = 0.03
# Calls that ask for a valid answer or another name: an evaluation without kills has one or none.
MOST_REPAIRS: Final = 3
# USD by which the answers of two equal calls may differ.
TOLERANCE_USD: Final = 0.0005
_STALLED_S: Final = 240.0
# The provider may notice a call of the killed server so much later; one that was started again sends none so soon.
_NOTICED_S: Final = 0.2


@dataclass
class Killed:
    """One evaluation and the kills that met it.

    `repaid` is the number of calls of each kill that were sent again, `paid_twice` what no kill explains. `paid_usd` is
    the meter's sum, `recorded_usd` the evaluation's. `note` is what its report says of calls without a known outcome.
    """

    kills: list[Span] = field(default_factory=list)
    status: str = ""
    pairs: int = 0
    calls: int = 0
    repaid: list[int] = field(default_factory=list)
    paid_twice: int = 0
    paid_usd: float = 0.0
    recorded_usd: float = 0.0
    dearest_usd: float = 0.0
    unknown_calls: int = 0


@dataclass(frozen=True)
class Concluded:
    """An evaluation that was killed while it was concluded; `events` are the types of its run's log."""

    status: str
    pairs: int
    events: list[str]
    calls: int
    paid_usd: float
    recorded_usd: float


@dataclass
class KilledServer:
    """A local server, and the provider that it pays."""

    server: LocalServer
    provider: PaidProvider
    meter: Meter

    def kill_during_an_evaluation(self, moments: Sequence[int]) -> Killed:
        """Kills the server after so many calls of a new evaluation each; returns what it came to at its end."""
        found = Killed()
        calls_before, billed_before = self.provider.calls(), len(self.meter.bill)
        path = self._start()
        for moment in moments:
            self._wait_for_calls(billed_before + moment, path)
            begun = time.time()
            self.server.kill()
            found.kills.append(Span(begun, time.time()))
            self.server.start()
        ended = self._ended(path)
        now = self.provider.calls()
        self._count(found, [spans[len(calls_before.get(question, ())) :] for question, spans in now.items()])
        bill = [billed.usd for billed in self.meter.bill[billed_before:]]
        found.status, found.pairs, found.calls = ended["status"], ended["report"]["pairs"], len(bill)
        found.paid_usd, found.recorded_usd, found.dearest_usd = sum(bill), ended["spent_usd"], max(bill)
        found.unknown_calls = _unknown_calls(ended["report"]["notes"])
        return found

    def kill_after_the_last_answer(self, delay_s: float) -> Concluded:
        """Kills the server so long after the last answer of an evaluation of one brief, while it is concluded."""
        billed_before = len(self.meter.bill)
        path = self._start(briefs=1)
        self._wait_for_calls(billed_before + CALLS_OF_A_BRIEF, path)
        time.sleep(delay_s)
        self.server.kill()
        self.server.start()
        ended = self._ended(path)
        bill = [billed.usd for billed in self.meter.bill[billed_before:]]
        log = f"/v1/runs/{ended['run_id']}/events/list"
        until, types = time.monotonic() + EVENTUALLY_SECONDS, list[str]()
        while time.monotonic() < until and types[-1:] != ["job.completed"]:
            types = [event["type"] for event in self.server.call("GET", log, timeout=60).json()["data"]]
            time.sleep(0.2)
        return Concluded(ended["status"], ended["report"]["pairs"], types, len(bill), sum(bill), ended["spent_usd"])

    def _start(self, briefs: int = BRIEFS) -> str:
        a, b, judge = MODELS
        body = {
            "a": {"model": a},
            "b": {"model": b},
            "judge": judge,
            "set": "standard@1",
            "size": briefs,
            "max_usd": 50,
        }
        reply = self.server.call("POST", "/v1/evaluations", body=body, timeout=120)
        assert reply.status_code == httpx.codes.ACCEPTED, reply.text
        return reply.headers["location"]

    def _wait_for_calls(self, number: int, path: str) -> None:
        """Returns when the provider was called so often; fails when nothing happens."""
        before, since = -1, time.monotonic()
        while (paid := len(self.meter.bill)) < number:
            if paid != before:
                before, since = paid, time.monotonic()
            assert time.monotonic() - since < _STALLED_S, f"{path} made no call after {paid}"
            time.sleep(0.01)

    def _ended(self, path: str) -> dict[str, Any]:
        before, since = -1, time.monotonic()
        while time.monotonic() - since < _STALLED_S:
            with suppress(httpx.HTTPError):
                found: dict[str, Any] = self.server.call("GET", path, timeout=60).json()
                if found["status"] != "running":
                    return found
            if len(self.meter.bill) != before:
                before, since = len(self.meter.bill), time.monotonic()
            time.sleep(0.2)
        raise AssertionError(f"{path} does not end")

    @staticmethod
    def _count(found: Killed, calls: list[list[Span]]) -> None:
        lost: Counter[int] = Counter()
        for spans in calls:
            for earlier, later in pairwise(spans):
                met = [
                    number
                    for number, kill in enumerate(found.kills)
                    if earlier.begun - _NOTICED_S <= kill.ended <= later.begun
                ]
                if met:
                    lost[met[0]] += 1
                else:
                    found.paid_twice += 1
        found.repaid = [lost[number] for number in range(len(found.kills))]


@contextmanager
def killed_server(folder: Path) -> Iterator[KilledServer]:
    """A server on the home `folder` whose provider is scripted; it is killed at the end."""
    meter = Meter()
    with (
        PaidProvider(ScriptedQuality(meter), scale=SCALE) as provider,
        evaluating_server(folder, provider) as server,
    ):
        yield KilledServer(server, provider, meter)


def is_explained(found: Killed) -> bool:
    """Whether the evaluation is whole, nothing was paid again beyond the calls in flight, and no USD is missing.

    What it records may be more than what was paid, by calls that were reserved and, at the kill, not sent yet.
    """
    most = found.unknown_calls * found.dearest_usd + TOLERANCE_USD
    # A repeated call may differ from the lost one, by names that others have taken since: the sum counts these too.
    more = found.calls - BRIEFS * CALLS_OF_A_BRIEF
    return (
        (found.status, found.pairs, found.paid_twice) == ("completed", BRIEFS, 0)
        and max(found.repaid) <= PAIRS_AT_ONCE
        and more <= PAIRS_AT_ONCE * len(found.kills) + MOST_REPAIRS
        and -TOLERANCE_USD <= found.recorded_usd - found.paid_usd <= most
    )


def _unknown_calls(notes: Sequence[str]) -> int:
    words = next((note.split() for note in notes if note.startswith("A stop of the server cut off")), [])
    return int(words[7]) if words else 0
