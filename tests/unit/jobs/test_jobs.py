"""Jobs: done once, resumed where they were cut off, ended once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fourfold.ids import derived_run_id, is_run_id, new_run_id
from fourfold.jobs.answers import WAVE
from fourfold.jobs.concurrency import JobTimeoutError, concurrently
from fourfold.jobs.job import do_job, fail_job, failed_calls, job_run
from fourfold.jobs.message import JobMessage, message_from
from fourfold.jobs.store import SUPERSEDED, JobInProgressError, JobStatus, Lease
from fourfold.llm.port import ModelCall, ModelError, ModelFailure
from fourfold.persona import Persona, PersonaGoneError, PersonaStatus, TokenUsage
from fourfold.problem import problem
from fourfold.progress.events import JobCompleted, JobFailed, JobProgress
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.storage.months import month_of
from fourfold.storage.personas.store import DynamoPersonaStore, persona_key
from tests.unit.jobs.conftest import NOW, WORKSPACE, Bench, Toy

BROKEN = problem("job_failed", "It broke", 500, "Ask again.")


class KilledError(BaseException):
    """What a killed worker leaves: nothing that anything may catch."""


def must_claim(bench: Bench, order: JobMessage, message: str = "m-1") -> Run:
    run = bench.claimed(order, message)
    assert run is not None
    return run


def written_anew(bench: Bench) -> None:
    """The persona gets another version, a second later."""
    bench.now += timedelta(seconds=1)
    doc = bench.persona.model_copy(update={"version": 2, "updated_at": bench.now}).model_dump_json()
    bench.client.update_item(
        TableName="personas",
        Key=persona_key(WORKSPACE, bench.persona.id),
        UpdateExpression="SET doc = :doc",
        ExpressionAttributeValues={":doc": {"S": doc}},
    )
    bench.now += timedelta(seconds=1)


def event(run_id: str, persona_id: str, detail_type: str = "persona.created") -> dict[str, object]:
    return {
        "detail-type": detail_type,
        "detail": {"metadata": {"workspace_id": WORKSPACE}, "data": {"run_id": run_id, "persona_id": persona_id}},
    }


def test_an_event_names_the_same_run_whenever_it_comes_and_another_for_each_kind(bench: Bench) -> None:
    cause = new_run_id()
    first = message_from(event(cause, bench.persona.id), RunKind.FINGERPRINT)
    other = message_from(event(cause, bench.persona.id), RunKind.PROVOCATION)
    assert first is not None
    assert other is not None
    assert message_from(event(cause, bench.persona.id), RunKind.FINGERPRINT) == first
    assert is_run_id(first.run_id)
    assert first.run_id != other.run_id
    assert first.run_id != derived_run_id(new_run_id(), RunKind.FINGERPRINT)
    assert first.run_id[:14] == cause[:14], "it sorts where its cause does"


@pytest.mark.parametrize(
    ("detail_type", "told", "heard"),
    [
        ("persona.updated", {"changed": ["mask", "audit"], "version": 2}, True),
        ("persona.updated", {"changed": ["slug", "visibility", "status"], "version": 2, "run_id": None}, False),
        ("persona.updated", {"changed": ["status", "audit"], "version": 2}, False),
        ("persona.flagged", {}, True),
        ("persona.flagged", {"version": 1}, True),
        ("persona.flagged", {"version": 2}, False),
        ("persona.created", {"run_id": None}, True),
    ],
)
def test_a_persona_is_heard_again_when_it_speaks_anew(
    bench: Bench, detail_type: str, told: dict[str, object], heard: bool
) -> None:
    message = event(new_run_id(), bench.persona.id, detail_type)
    message["detail"]["data"] |= told  # type: ignore[index]
    order = message_from(message, RunKind.FINGERPRINT)
    assert (order is not None) == heard
    assert order is None or is_run_id(order.run_id)


def test_a_regeneration_that_is_flagged_too_is_one_job(bench: Bench) -> None:
    cause = new_run_id()
    updated, flagged = (event(cause, bench.persona.id, name) for name in ("persona.updated", "persona.flagged"))
    updated["detail"]["data"] |= {"changed": ["mask"]}  # type: ignore[index]
    assert message_from(updated, RunKind.FINGERPRINT) == message_from(flagged, RunKind.FINGERPRINT)


@pytest.mark.parametrize(
    "message",
    [
        event("run_01kaqf0c5v3y9m2t8z4n6r1w7b", "per_01kaqf0c5v3y9m2t8z4n6r1w7b", "persona.deleted"),
        {"kind": "provocation", "run_id": new_run_id(), "workspace_id": "w", "persona_id": "per_" + "0" * 26},
        {"kind": "fingerprint"},
    ],
)
def test_a_message_that_is_no_order_is_refused(message: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's is one too
        message_from(message, RunKind.FINGERPRINT)


def test_a_job_runs_once_however_often_its_order_comes(bench: Bench) -> None:
    order, work = bench.order(), Toy()
    run = must_claim(bench, order)
    ended = do_job(run, work, bench.place(), concurrency=3)
    assert ended is not None
    assert ended.status is RunStatus.COMPLETED
    assert bench.claimed(order, "m-1") is None
    assert bench.claimed(order, "m-2") is None
    assert sorted(work.asked) == list(work.items())
    state = bench.store.state(WORKSPACE, bench.persona.id, RunKind.FINGERPRINT)
    assert state is not None
    assert (state.status, state.run_id) == (JobStatus.READY, run.id)
    assert bench.store.result(WORKSPACE, bench.persona.id, RunKind.FINGERPRINT) == "5 done"
    logged = bench.logged(run)
    assert (logged[0], logged[-1], logged.count("job.completed")) == ("job.started", "job.completed", 1)


def test_while_one_message_is_worked_on_another_of_the_same_order_is_left_alone(bench: Bench) -> None:
    order = bench.order()
    assert bench.claimed(order, "m-1") is not None
    assert bench.claimed(order, "m-2") is None
    assert bench.claimed(order, "m-1") is not None, "its own message again: its worker is dead"
    bench.now += timedelta(seconds=301)
    assert bench.claimed(order, "m-2") is not None, "nobody can be alive by now"


@pytest.mark.parametrize("killed_at", [0, 1, 14, 15, 16, 19, 20, 21, 39, 40, 69])
def test_a_killed_job_pays_again_for_no_more_than_a_wave(bench: Bench, killed_at: int) -> None:
    order = bench.order()
    work = Toy(70)

    def kill(key: str) -> None:
        if key == f"item-{killed_at}":
            raise KilledError

    work.before = kill
    with pytest.raises(KilledError):
        do_job(must_claim(bench, order), work, bench.place(), concurrency=1)
    assert len(work.asked) == killed_at
    work.before = lambda _key: None
    run = must_claim(bench, order)
    assert do_job(run, work, bench.place(), concurrency=1) is not None
    paid = Counter(work.asked)
    assert paid.keys() == set(work.items())
    assert paid.total() - len(paid) <= WAVE
    assert max(paid.values()) <= 2
    counts = [entry.event.done for entry in bench.events_of(run).entries() if isinstance(entry.event, JobProgress)]
    assert counts == sorted(set(counts)), "progress is logged in order, and no count twice"
    assert counts[-1] == work.count
    assert len(counts) <= 10


@pytest.mark.parametrize("count", [1, 9, 10, 11, 48, 137, 400])
def test_a_job_logs_its_progress_at_most_ten_times(bench: Bench, count: int) -> None:
    run = must_claim(bench, bench.order())
    do_job(run, Toy(count), bench.place(), concurrency=4)
    logged = [entry.event for entry in bench.events_of(run).entries()]
    done = [event.done for event in logged if isinstance(event, JobProgress)]
    assert done[-1] == count
    assert 1 <= len(done) <= 10


def test_what_a_job_needs_only_while_it_runs_is_gone_when_it_ends(bench: Bench) -> None:
    def killed_after_two_waves(key: str) -> None:
        if key == "item-45":
            raise KilledError

    order, work = bench.order(), Toy(50, killed_after_two_waves)
    with pytest.raises(KilledError):
        do_job(must_claim(bench, order), work, bench.place(), concurrency=1)
    run = must_claim(bench, order)
    assert len(bench.place().checkpoints_of(run).read()) >= 2 * 15
    work.before = lambda _key: None
    do_job(run, work, bench.place(), concurrency=1)
    assert bench.place().checkpoints_of(run).read() == {}
    [record] = [item for item in bench.client.scan(TableName="personas")["Items"] if item["pk"]["S"].endswith(run.id)]
    assert "answers" not in record


def test_an_item_that_fails_stops_the_rest_but_keeps_what_is_done(bench: Bench) -> None:
    order, work = bench.order(), Toy(8)

    def fail(key: str) -> None:
        if key == "item-3":
            raise RuntimeError("a provider's bad day")

    work.before = fail
    with pytest.raises(RuntimeError, match="bad day"):
        do_job(must_claim(bench, order), work, bench.place(), concurrency=2)
    done = len(work.asked)
    assert 3 <= done < 8
    work.before = lambda _key: None
    do_job(must_claim(bench, order), work, bench.place(), concurrency=2)
    assert sorted(work.asked) == sorted(work.items())


def test_out_of_time_is_no_end(bench: Bench) -> None:
    order, work = bench.order(), Toy()
    with pytest.raises(JobTimeoutError):
        do_job(must_claim(bench, order), work, bench.place(), concurrency=1, may_start=lambda: len(work.asked) < 2)
    assert do_job(must_claim(bench, order), work, bench.place(), concurrency=1) is not None
    assert sorted(work.asked) == list(work.items())


def test_a_failed_job_says_so_and_may_be_asked_for_again(bench: Bench) -> None:
    order = bench.order()
    run = must_claim(bench, order)
    assert fail_job(run, BROKEN, bench.place()) is not None
    assert fail_job(run, BROKEN, bench.place()) is None
    state = bench.store.state(WORKSPACE, bench.persona.id, RunKind.FINGERPRINT)
    assert state is not None
    assert (state.status, state.error) == (JobStatus.FAILED, BROKEN)
    assert bench.logged(run) == ["job.failed"]
    again = bench.order()
    assert bench.store.request(job_run(again, "cfg", bench.now)).id == again.run_id


def test_asking_while_a_job_is_under_way_answers_with_that_job(bench: Bench) -> None:
    first, second = (job_run(bench.order(), "cfg", bench.now) for _ in range(2))
    assert bench.store.request(first).id == first.id
    assert bench.store.request(second).id == first.id
    bench.now += timedelta(days=3)
    assert bench.store.request(job_run(bench.order(), "cfg", bench.now)).id == first.id, "it waits in the queue"
    bench.now += timedelta(days=11, minutes=1)
    third = job_run(bench.order(), "cfg", bench.now)
    assert bench.store.request(third).id == third.id, "no queue holds the first one's order any more"
    must_claim(bench, bench.order(third.id))
    bench.now += timedelta(minutes=26)
    fourth = job_run(bench.order(), "cfg", bench.now)
    assert bench.store.request(fourth).id == fourth.id, "nobody works on the third"


def test_a_newer_job_takes_the_place_of_an_older_one(bench: Bench) -> None:
    older, newer = bench.order(), bench.order()
    run = must_claim(bench, older)
    written_anew(bench)
    must_claim(bench, newer, "m-2")
    assert do_job(run, Toy(), bench.place(), concurrency=1) is None
    assert bench.store.result(WORKSPACE, bench.persona.id, RunKind.FINGERPRINT) is None
    assert bench.claimed(older) is None
    assert bench.logged(run) == ["job.failed"], "whoever follows the older one is told, once"
    ended = bench.store.run(WORKSPACE, run.id)
    assert ended is not None
    assert (ended.status, ended.error) == (RunStatus.FAILED, SUPERSEDED)


def test_a_job_overtaken_in_the_middle_is_told_of_as_superseded_not_as_done(bench: Bench) -> None:
    run = must_claim(bench, bench.order())
    work, newer = Toy(), bench.order()

    def overtake(key: str) -> None:
        if key == "item-4":  # by a worker that dies before it tells of it
            written_anew(bench)
            lease = Lease("m-2", bench.now + timedelta(seconds=300))
            assert bench.store.claim(newer, job_run(newer, "cfg", bench.now), lease) is not None

    work.before = overtake
    assert do_job(run, work, bench.place(), concurrency=1) is None
    assert bench.logged(run)[-1] == "job.failed"
    assert bench.claimed(newer, "m-2") is not None, "and the newer one goes on"


def test_an_automatic_job_leaves_the_one_under_way_alone(bench: Bench) -> None:
    bench.now += timedelta(seconds=1)
    asked = bench.order()
    bench.store.request(job_run(asked, "cfg", bench.now))
    with pytest.raises(JobInProgressError) as waiting:
        bench.claimed(bench.order(), "m-2")
    run = must_claim(bench, asked)
    with pytest.raises(JobInProgressError) as begun:
        bench.claimed(bench.order(), "m-3")
    assert waiting.value.run.id == begun.value.run.id == run.id
    assert do_job(run, Toy(), bench.place(), concurrency=2) is not None
    assert bench.claimed(bench.order(), "m-4") is not None, "nothing is under way any more"


def test_an_automatic_job_takes_over_from_one_nobody_works_on(bench: Bench) -> None:
    bench.now += timedelta(seconds=1)
    lost = must_claim(bench, bench.order())
    bench.now += timedelta(minutes=26)
    assert bench.claimed(bench.order(), "m-2") is not None
    assert bench.logged(lost) == ["job.failed"]


@pytest.mark.parametrize("fails", [False, True])
def test_an_end_that_was_stored_but_not_told_is_told_at_the_next_delivery(bench: Bench, fails: bool) -> None:
    order = bench.order()
    run = must_claim(bench, order)
    place = bench.place()

    class Dying(RunLog):
        def append(self, event: Any, checkpoint: str | None = None) -> Any:
            if event.type in {"job.completed", "job.failed"}:
                raise KilledError
            return super().append(event, checkpoint)

    dying = replace(place, log_of=lambda run: Dying(bench.events_of(run), run.id, run.persona_id, 0, lambda: bench.now))
    with pytest.raises(KilledError):
        fail_job(run, BROKEN, dying) if fails else do_job(run, Toy(), dying, concurrency=1)
    assert not {"job.completed", "job.failed"} & set(bench.logged(run))
    for _ in range(2):
        assert bench.claimed(order) is None
    told = [entry.event for entry in bench.events_of(run).entries() if entry.terminal]
    assert len(told) == 1
    match told[0]:
        case JobFailed(problem=why):
            assert fails
            assert why == BROKEN
        case JobCompleted(tokens=tokens, cost_usd=cost):
            assert not fails
            assert (tokens.output_tokens, cost) == (5, 0.01)


def test_a_deleted_persona_gets_no_job(bench: Bench) -> None:
    bench.delete_persona()
    before = bench.stored_keys()
    assert bench.claimed(bench.order()) is None
    assert bench.stored_keys() == before


def test_nothing_is_kept_of_a_persona_that_was_deleted_in_between(bench: Bench) -> None:
    run = must_claim(bench, bench.order())
    checkpoints = bench.place().checkpoints_of(run)
    checkpoints.add({"item-0": "kept"})
    bench.delete_persona()
    before = bench.stored_keys()
    with pytest.raises(PersonaGoneError):
        bench.store.request(job_run(bench.order(kind=RunKind.PROVOCATION), "cfg", bench.now))
    assert fail_job(run, BROKEN, bench.place()) is None
    assert bench.stored_keys() == before


def test_all_of_a_job_is_found_from_its_persona(bench: Bench) -> None:
    before = bench.stored_keys()
    order = bench.order()
    do_job(must_claim(bench, order), Toy(), bench.place(), concurrency=2)
    workspace = f"WS#{WORKSPACE}"
    persona = f"{workspace}#PERSONA#{bench.persona.id}"
    assert (
        bench.stored_keys() - before
        == {
            (persona, "JOB#FINGERPRINT"),
            (persona, "FINGERPRINT"),
            (persona, f"RUN#{order.run_id}"),
            (f"{workspace}#RUN#{order.run_id}", "RUN"),
            (f"{workspace}#RUNS#{month_of(order.run_id)}", order.run_id),
        }
        | {key for key in bench.stored_keys() if key[0].startswith((f"{workspace}#MONTHS", f"{workspace}#USAGE"))}
        - before
    )


def test_a_summary_is_written_into_the_persona_beside_what_others_write(bench: Bench) -> None:
    personas = DynamoPersonaStore(bench.client, "personas", "outbox")

    class Summing(Toy):
        def conclude(self, *args: object) -> object:  # type: ignore[override]
            def summary(persona: Persona) -> Persona:
                return persona.model_copy(update={"language": "tr"})

            return replace(super().conclude(*args), summary=summary)  # type: ignore[arg-type]

    do_job(must_claim(bench, bench.order()), Summing(), bench.place(), concurrency=1)  # type: ignore[arg-type]
    stored = personas.persona(WORKSPACE, bench.persona.id)
    assert stored is not None
    assert (stored.language, stored.status, stored.updated_at) == ("tr", PersonaStatus.ACTIVE, NOW)


def test_no_more_calls_are_under_way_than_allowed_and_all_are_answered() -> None:
    now, most, lock = 0, 0, threading.Lock()
    barrier = threading.Barrier(4)

    def call(item: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        if item < 4:
            barrier.wait(10)
        with lock:
            now -= 1
        return item * item

    assert dict(concurrently(range(20), call, 4, lambda: True)) == {item: item * item for item in range(20)}
    assert most == 4


def _call(cost_usd: float) -> ModelCall:
    tokens = TokenUsage(input_tokens=100, estimated=True)
    failure = ModelFailure.TIMEOUT
    return ModelCall(provider="p", model="m", failure=failure, duration_ms=1, tokens=tokens, cost_usd=cost_usd)


def test_the_calls_of_an_item_that_failed_are_kept_each_time(bench: Bench) -> None:
    order = bench.order()

    def late(key: str) -> None:
        if key == "item-2":
            raise ModelError(ModelFailure.TIMEOUT, "late", calls=(_call(0.25),))

    for _ in range(2):
        with pytest.raises(ModelError):
            do_job(must_claim(bench, order), Toy(before=late), bench.place(), concurrency=1)
    kept = dict(bench.place().checkpoints_of(must_claim(bench, order)).read())
    assert [call.cost_usd for call in failed_calls(kept)] == [0.25, 0.25]


def test_a_job_that_fails_says_what_it_cost(bench: Bench) -> None:
    order = bench.order()

    def late(key: str) -> None:
        if key == "item-2":
            raise ModelError(ModelFailure.TIMEOUT, "late", calls=(_call(0.25),))

    run, work = must_claim(bench, order), Toy(before=late)
    with pytest.raises(ModelError):
        do_job(run, work, bench.place(), concurrency=1)
    ended = fail_job(run, BROKEN, bench.place(), work)
    assert ended is not None
    assert ended.usage.cost_usd == pytest.approx(2 * 0.5 + 0.25)
    assert ended.usage.tokens.estimated
