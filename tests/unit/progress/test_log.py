"""The event log: gapless, and idempotent for a writer that runs twice."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from fourfold.persona import TokenUsage
from fourfold.progress.events import RunEvent, RunStarted, StepCompleted, StepStarted, event_key
from fourfold.progress.log import RunLog
from fourfold.steps import STEP_ORDER, StepName
from tests.builders import MemoryEventStore, log_of, new_state


def completed(step: StepName, attempt: int = 1) -> StepCompleted:
    return StepCompleted(
        step=step, attempt=attempt, provider="p", model="m", duration_ms=1, tokens=TokenUsage(), cost_usd=None
    )


def test_a_healthy_writer_never_reads() -> None:
    store, state = MemoryEventStore(), new_state()
    log = log_of(store, state, seen=0)
    assert [log.append(item).seq for item in (RunStarted(), StepStarted(step=StepName.AUDIT, attempt=1))] == [1, 2]
    assert store.reads == 0


def test_a_retried_writer_stores_nothing_twice_and_finds_its_checkpoint() -> None:
    store, state = MemoryEventStore(), new_state()
    started = StepStarted(step=StepName.SOUL_DRAFT, attempt=1)
    first = log_of(store, state, seen=0)
    first.append(started)
    first.append(completed(StepName.SOUL_DRAFT), checkpoint="{}")

    again = log_of(store, state, seen=0)
    assert again.append(started).seq == 1
    assert again.checkpoint(StepName.SOUL_DRAFT, 1) == "{}"
    assert again.append(completed(StepName.SOUL_DRAFT)).seq == 2
    assert store.types() == ["step.started", "step.completed"]


def test_the_same_step_of_another_attempt_is_another_happening() -> None:
    store, state = MemoryEventStore(), new_state()
    log = log_of(store, state, seen=0)
    log.append(StepStarted(step=StepName.AUDIT, attempt=1))
    log.append(StepStarted(step=StepName.AUDIT, attempt=2))
    assert len(store.entries) == 2


def test_an_entry_is_one_flat_object() -> None:
    store, state = MemoryEventStore(), new_state()
    body = log_of(store, state, seen=0).append(completed(StepName.AUDIT)).body()
    assert list(body)[:5] == ["seq", "type", "run_id", "persona_id", "at"]
    assert body["at"] == "2026-11-23T09:00:01.000Z"
    assert body["step"] == "audit"
    assert body["cost_usd"] is None


EVENTS: list[RunEvent] = [
    RunStarted(),
    *(StepStarted(step=step, attempt=1) for step in STEP_ORDER),
    *(completed(step) for step in STEP_ORDER),
]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(EVENTS)), max_size=40))
def test_interleaved_writers_leave_each_happening_once_and_no_gap(moves: list[tuple[int, RunEvent]]) -> None:
    """Three writers append whatever they like in any order, each from its own, possibly stale, view of the log."""
    store, state = MemoryEventStore(), new_state()
    writers: list[RunLog] = [log_of(store, state, seen=0) for _ in range(3)]
    for writer, event in moves:
        writers[writer].append(event)
    keys = [event_key(kept.entry.event) for kept in store.entries.values()]
    assert sorted(keys) == sorted({event_key(event) for _, event in moves})
    assert sorted(store.entries) == list(itertools.islice(itertools.count(1), len(keys)))
