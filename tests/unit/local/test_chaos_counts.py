"""The counts of `make chaos` see what they are for."""

from __future__ import annotations

import json

from fourfold.jobs.answers import WAVE
from tests.chaos.checks import Counts, check_deliveries, check_events, check_paid
from tests.chaos.load import SLACK_S, Memory
from tests.chaos.paid import Span
from tests.unit.webhooks.receiver import Received

FAULT = [Span(100.0, 101.0)]


def _delivery(message_id: str, run_id: str, at: float) -> Received:
    body = {"type": "generation.run.completed", "data": {"run_id": run_id}}
    return Received("/hooks", {"webhook-id": message_id}, json.dumps(body).encode(), at)


def test_a_call_that_is_paid_again_is_excused_only_if_a_fault_met_the_one_before() -> None:
    counts = Counts()
    check_paid({"in flight": [Span(90, 100.5), Span(110, 120)], "once": [Span(1, 2)]}, FAULT, counts)
    assert (counts.repaid_in_flight, counts.paid_twice) == (1, [])
    check_paid({"answered": [Span(90, 100 - SLACK_S - 1), Span(110, 120)]}, FAULT, counts)
    check_paid({"confirmed": [Span(1, 2), Span(3, 4)]}, FAULT, counts, audits={"confirmed"})
    check_paid({"after": [Span(90, 100.5), Span(110, 120), Span(121, 122)]}, FAULT, counts)
    assert (counts.repaid_in_flight, counts.paid_twice) == (2, ["answered", "after"])


def test_a_job_may_ask_a_wave_again_after_a_fault_and_no_more() -> None:
    before, after = Span(90, 91), Span(110, 111)  # answered long before the fault, and asked again after it
    calls = {f"question {number}": [before, after] for number in range(WAVE + 1)}
    counts = Counts()
    check_paid(calls, FAULT, counts, dict.fromkeys(calls, 1), jobs=1)
    assert (counts.repaid_in_flight, len(counts.paid_twice)) == (WAVE, 1)
    counts = Counts()
    check_paid({"question": [Span(102, 103), after]}, FAULT, counts, {"question": 1}, slack_s=0.5, jobs=1)
    assert counts.paid_twice == ["question"]  # no fault is between them


def test_a_question_of_a_job_that_was_not_asked_again_is_no_fault() -> None:
    counts = Counts()
    check_paid({"question": []}, FAULT, counts, {"question": 1}, jobs=1)
    assert (counts.repaid_in_flight, counts.paid_twice) == (0, [])


def test_an_event_that_is_missing_or_comes_twice_is_counted() -> None:
    counts, memory = Counts(), Memory()
    memory.events |= {"run_whole": [1, 2, 3], "run_none": []}
    check_events(memory, counts)
    assert counts.is_clean()
    memory.events |= {"run_gap": [1, 3], "run_again": [1, 2, 2, 3]}
    check_events(memory, counts)
    assert (len(counts.lost), len(counts.doubled)) == (1, 1)


def test_the_end_of_a_run_is_one_event_that_is_delivered_again_only_around_a_fault() -> None:
    memory = Memory(personas={"run_1": "per_1"})
    counts = Counts()
    check_deliveries([_delivery("evt_1", "run_1", 100), _delivery("evt_1", "run_1", 130)], memory, FAULT, counts)
    assert (counts.is_clean(), counts.redelivered_in_flight) == (True, 1)
    check_deliveries([_delivery("evt_1", "run_1", 50), _delivery("evt_1", "run_1", 60)], memory, FAULT, counts)
    assert counts.doubled == ["delivery evt_1"]
    check_deliveries([_delivery("evt_1", "run_1", 50), _delivery("evt_2", "run_1", 50)], memory, FAULT, counts)
    assert len(counts.doubled) == 2
    check_deliveries([], memory, FAULT, counts)
    assert counts.lost == ["end of run_1 was not delivered"]
