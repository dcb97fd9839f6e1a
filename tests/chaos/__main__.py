"""`make chaos`: strikes a busy local server with each kind of fault, and counts what was acknowledged against what is
stored, delivered and paid. Prints a table, writes benchmarks/results/chaos.json, exits 1 unless every count is 0.

`python -m tests.chaos kill --times 3 --makers 5` runs the kinds whose names begin so: each kind is a part that ends
within ten minutes on a quiet machine, and its row stays in the results when another kind is run. Everything is waited
for until it has happened, or until nothing at all has happened for STALLED_S: on a busy machine a run takes longer.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.report import machine
from infra.local.home import REPOSITORY
from infra.local.state_check import check_state
from tests.chaos.checks import Counts, check_deliveries, check_events, check_jobs, check_paid, check_stored
from tests.chaos.faults import FAULTS, Fault, own_clock
from tests.chaos.load import Load, Memory
from tests.chaos.paid import PaidProvider, Span
from tests.integration.local_server import BY_THEMSELVES, LocalServer
from tests.providers.setting import environment
from tests.providers.whole_product import WholeProduct
from tests.unit.webhooks.receiver import Receiver, receiver

RESULTS = REPOSITORY / "benchmarks" / "results" / "chaos.json"
# Model latencies: a run takes about three seconds instead of twenty, so that faults meet every step.
SCALE = 0.15
PERSONAS_WITH_JOBS = 2
JOBS = 2
_CALM_S = (1.0, 6.0)
# The longest lease: a delivery whose attempt was cut off is attempted again after it.
STALLED_S = 300.0

console = Console()


@dataclass
class Outcome:
    """A row of the table."""

    kind: str
    times: int
    acknowledged: int
    counts: Counts
    recovery_s: list[float]
    statuses: dict[int, int]


class Arena:
    """A server with its provider and its webhook receiver."""

    def __init__(self, home: Path, provider: PaidProvider, hooks: Receiver) -> None:
        variables = environment(provider)
        anthropic = {name: variables[name] for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")}
        self.server = LocalServer(home, {**anthropic, **own_clock(home)})
        self.provider = provider
        self.hooks = hooks
        self.personas: list[str] = []
        self.usual: dict[str, int] = {}
        """How often jobs that nothing disturbs ask each question: tests of a suite may begin with the same words."""

    def start(self) -> None:
        """Starts the server and makes the personas that are edited, chatted with, and have jobs."""
        self.server.borrow_made_before()
        self.server.start()
        self.server.commit(dict.fromkeys(BY_THEMSELVES, False), scope="system")
        self.server.commit({"api.limits.requests_per_minute": 6000}, scope="system")
        self.server.call("POST", "/v1/webhooks", body={"url": self.hooks.url, "events": ["*"]}).raise_for_status()
        for number in range(PERSONAS_WITH_JOBS):
            body = {"intent": f"A ferry pilot, {40 + number}, in Bergen"}
            made = self.server.call("POST", "/v1/personas", body=body, headers={"Prefer": "respond-async"})
            self.personas.append(made.raise_for_status().json()["persona_id"])
        for persona in self.personas:
            self._wait(lambda: self.server.call("GET", f"/v1/personas/{persona}").json()["status"] != "generating")  # noqa: B023
        calm = Memory()
        load = Load(self.server, calm, self.personas, makers=0)
        load.start()
        self._wait(lambda: len(calm.jobs) == JOBS * len(self.personas))
        load.stop()
        self._wait(lambda: not load.waiting())
        self._wait_for_jobs(calm)
        self.usual = {question: len(spans) for question, spans in self.provider.calls().items()}

    def strike(self, fault: Fault, times: int, makers: int, rng: random.Random) -> Outcome:
        """One kind of fault, at random moments under load; returns when everything that was begun has ended."""
        memory, counts, faults, recovery_s = Memory(), Counts(), [], []
        paid_before = {question: len(spans) for question, spans in self.provider.calls().items()}
        del self.hooks.requests[:]
        load = Load(self.server, memory, self.personas, makers)
        load.start()
        for _ in range(times):
            time.sleep(rng.uniform(*_CALM_S))
            met = fault.strike(self.server, rng)
            faults.append(met)
            recovery_s.append(self._acknowledges_after(memory, met.ended))
            if not self.server.is_alive():
                counts.lost.append("the server ended")
                self.server.start()
        load.stop()
        self._wait(lambda: not load.waiting())
        counts.stuck += [f"a client of {name}" for name in load.waiting()]
        self._wait_for_jobs(memory)
        self._wait_for_deliveries(memory)
        self._count(memory, faults, paid_before, counts)
        return Outcome(fault.name, times, len(memory.personas), counts, recovery_s, dict(memory.statuses))

    def _count(self, memory: Memory, faults: list[Span], paid_before: dict[str, int], counts: Counts) -> None:
        check_stored(self.server, memory, self.personas[0], counts)
        check_events(memory, counts)
        check_jobs(self.server, memory, counts)
        check_deliveries(tuple(self.hooks.requests), memory, faults, counts, memory.slack_s())
        # A question of an earlier phase (a job's, repeated for the same persona) begins its count again.
        calls = {question: spans[paid_before.get(question, 0) :] for question, spans in self.provider.calls().items()}
        audits = self.provider.audits()
        usual = dict.fromkeys(self.provider.of_jobs(), 1) | self.usual
        check_paid(calls, faults, counts, usual, audits, slack_s=memory.slack_s(), jobs=len(memory.jobs))
        counts.half += [f"{bad.part}: {bad.detail}" for bad in check_state(self.server.home) if not bad.is_good]

    def _acknowledges_after(self, memory: Memory, moment: float) -> float:
        """Seconds from then to the next acknowledged create; infinite if none came."""

        def later() -> list[float]:
            return [at for at in tuple(memory.acknowledged_at) if at > moment]

        self._wait(lambda: bool(later()), every_s=0.05)
        return min(later(), default=float("inf")) - moment

    def _wait_for_jobs(self, memory: Memory) -> None:
        def ended() -> bool:
            found = Counts()
            check_jobs(self.server, memory, found)
            return not found.stuck

        self._wait(ended)

    def _wait_for_deliveries(self, memory: Memory) -> None:
        def delivered() -> bool:
            found = Counts()
            check_deliveries(tuple(self.hooks.requests), memory, [], found)
            return not found.lost

        self._wait(delivered)

    def _wait(self, condition: Callable[[], bool], every_s: float = 1.0) -> None:
        """Returns when the condition holds, or when no model was called and nothing delivered for STALLED_S."""
        before, since = (-1, -1), time.monotonic()
        while time.monotonic() - since < STALLED_S:
            with suppress(httpx.HTTPError):
                if condition():
                    return
            done = self.provider.paid(), len(self.hooks.requests)
            if done != before:
                before, since = done, time.monotonic()
            time.sleep(every_s)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("kinds", nargs="*", help="names of faults, or how they begin; all without one")
    parser.add_argument("--times", type=int, help="how often each kind strikes")
    parser.add_argument("--makers", type=int, default=20, help="clients with a run in progress")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server is ended first
    chosen = [one for one in FAULTS if not asked.kinds or one.name.startswith(tuple(asked.kinds))]
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder,
        PaidProvider(WholeProduct(), scale=SCALE, seed=asked.seed) as provider,
        receiver() as hooks,
    ):
        arena = Arena(Path(folder), provider, hooks)
        arena.start()
        try:
            for fault in chosen:
                if not fault.possible():
                    console.print(f"{fault.name}: not run: it needs Linux and a C compiler")
                    continue
                rng = random.Random(f"{asked.seed} {fault.name}")  # noqa: S311 - a test's moments
                outcomes.append(arena.strike(fault, asked.times or fault.times, asked.makers, rng))
                _show(outcomes[-1:])
                _keep(outcomes[-1], asked.makers)
        finally:
            arena.server.kill()
    _show(outcomes)
    return 0 if all(outcome.counts.is_clean() for outcome in outcomes) else 1


def _keep(outcome: Outcome, makers: int) -> None:
    """Puts a kind's result into the results, in place of its last one."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    results[outcome.kind] = {"at": at, "machine": machine(), "makers": makers, **asdict(outcome)}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _show(outcomes: list[Outcome]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    columns = ("kind", "times", "runs", "lost", "half", "doubled", "paid twice", "stuck", "failed", "in flight", "s")
    for column in columns:
        table.add_column(column)
    for outcome in outcomes:
        counts = outcome.counts
        table.add_row(
            outcome.kind,
            str(outcome.times),
            str(outcome.acknowledged),
            *(str(len(part)) for part in (counts.lost, counts.half, counts.doubled, counts.paid_twice, counts.stuck)),
            str(len(counts.failed)),
            f"{counts.repaid_in_flight} paid, {counts.redelivered_in_flight} sent",
            f"{statistics.median(outcome.recovery_s):.1f} (max {max(outcome.recovery_s):.1f})",
        )
    console.print(table)
    for outcome in outcomes:
        wrong = asdict(outcome.counts)
        for name in ("lost", "half", "doubled", "paid_twice", "stuck", "failed"):
            for thing in wrong[name][:5]:
                console.print(f"  {outcome.kind}: {name}: {thing}", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
