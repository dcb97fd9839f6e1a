"""A run's wall time on the local engine beside the same six steps without it; then 20 concurrent runs.

The difference is orchestration: state machine, Lambda calls, event log, storage, events.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.report import Report
from benchmarks.server import Served, served
from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.models import resolve
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD
from fourfold.pipeline.new_run import new_run
from fourfold.pipeline.run_step import run_step
from fourfold.pipeline.self_enrich import SELF_ENRICH
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND

STEPS: tuple[Step[Any], ...] = (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND, AUDIT)
BRIEF = "A soft-spoken night-shift baker in Lisbon, {age}, who lost the family shop"
WARM_RUNS = 25
AT_ONCE = 20


def measure() -> Report:
    """Takes about a minute."""
    report = Report("runs")
    bare = [_bare(BRIEF.format(age=20 + number)) for number in range(WARM_RUNS)]
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as home, served(Path(home)) as stack:
        with stack.client() as client:
            report.timing("first persona right after a start", [_posted(client, BRIEF.format(age=19))[0]])
            # A run is timed twice: by the client around its POST, and by the run record (started_at to completed_at).
            warm = [_posted(client, BRIEF.format(age=20 + number)) for number in range(WARM_RUNS)]
        wall = report.timing("warm run, POST to 201", [posted for posted, _, _ in warm])
        machine = report.timing("warm run, run record", [run for _, run, _ in warm])
        steps = report.timing("of it in the six steps' models", [inside for _, _, inside in warm])
        direct = report.timing("the same six steps, no engine", bare, "the alternative, same process")
        report.figure("orchestration, run record less models", machine - steps, "ms")
        report.figure("warm run / bare steps", wall / direct, "ratio")
        _burst(stack, report)
    return report


def _bare(brief: str) -> float:
    began = time.perf_counter()
    state = new_run(brief, "ws_bench", RunSettings(EngineConfig()), datetime.now(UTC)).state
    for step in STEPS:
        models = [resolve(name) for name in state.config.pipeline.of(step.name).chain]
        state = run_step(step, state, models, Deadline(time.monotonic() + 60), NoWatcher()).state
    return (time.perf_counter() - began) * 1000


def _posted(client: httpx.Client, brief: str) -> tuple[float, float, float]:
    """Milliseconds of the POST, of the run (by its record), and of the steps (by their records)."""
    began = time.perf_counter()
    reply = client.post("/v1/personas", json={"intent": brief})
    posted = (time.perf_counter() - began) * 1000
    reply.raise_for_status()
    run = client.get(f"/v1/runs/{reply.json()['run_id']}").raise_for_status().json()
    started, completed = (datetime.fromisoformat(run[name]) for name in ("started_at", "completed_at"))
    inside = sum(step["duration_ms"] for attempt in run["attempts"] for step in attempt["steps"])
    return posted, (completed - started).total_seconds() * 1000, inside


def _burst(stack: Served, report: Report) -> None:
    def one(number: int) -> str:
        with stack.client() as client:
            reply = client.post("/v1/personas", json={"intent": f"Burst number {number}, a ferry pilot, 50, in Bergen"})
            return str(reply.raise_for_status().json()["status"])

    for burst in ("first burst, cold workers", "second burst, warm workers"):
        began = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            statuses = list(pool.map(one, range(AT_ONCE)))
        took = time.perf_counter() - began
        finished = sum(status in {"active", "flagged"} for status in statuses)
        report.figure(f"{AT_ONCE} runs at once, {burst}", AT_ONCE / took, "runs/s", f"{finished} of {AT_ONCE} complete")


if __name__ == "__main__":
    measure().publish()
