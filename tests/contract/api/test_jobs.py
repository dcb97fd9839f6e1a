"""Background jobs as those see them who wait for them: in a queue, overtaken, cut off."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import EndpointConnectionError

from fourfold.ids import new_run_id
from fourfold.jobs.answers import PaidAnswers
from fourfold.jobs.job import claim_run
from fourfold.jobs.message import MESSAGE_RETENTION, message_from
from fourfold.jobs.store import Lease
from fourfold.progress.run import RunKind
from fourfold.storage.personas.store import persona_key
from fourfold.voice.fingerprint_job import FingerprintJob
from functions import clock, job_entry, job_redelivery, wiring
from functions.job_entry import MAX_RECEIVES
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.job_delivery import delivered
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
CLOCKS = ("functions.clock.now", "functions.wiring.now", "functions.api.runs.polling.now")


@pytest.fixture
def persona(api: Api) -> str:
    return made_once(api, _persona)


def _persona(api: Api) -> str:
    return str(api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"])


def asked(api: Api, persona: str, what: str = "fingerprint") -> str:
    reply = api.call("POST", f"/v1/personas/{persona}/{what}", FULL_KEY, json={} if what == "test-suite" else None)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["run_id"])


def later(monkeypatch: pytest.MonkeyPatch, passed: timedelta) -> None:
    real = clock.now
    for name in CLOCKS:
        monkeypatch.setattr(name, lambda: real() + passed)
    wiring.job_context.cache_clear()


def events(run_id: str) -> list[str]:
    return [entry.event.type for entry in wiring.event_store("ws_one", run_id).entries()]


@pytest.mark.parametrize("what", ["fingerprint", "test-suite"])
def test_a_job_that_waits_in_its_queue_is_not_lost_by_looking(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    run_id = asked(api, persona, what)
    with monkeypatch.context() as clocks:
        later(clocks, timedelta(hours=3))
        assert api.call("GET", f"/v1/runs/{run_id}", FULL_KEY).json()["status"] == "running"
        assert api.run(run_id).status == "running"
    wiring.job_context.cache_clear()
    api.do_jobs()
    assert api.run(run_id).status == "completed"


@pytest.mark.parametrize("what", ["fingerprint", "test-suite"])
def test_a_job_waits_in_the_message_group_of_its_workspace(api: Api, persona: str, what: str) -> None:
    asked(api, persona, what)
    assert api.order_groups == ["ws_one"]


def test_a_job_whose_order_no_queue_holds_any_more_has_failed(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = asked(api, persona)
    later(monkeypatch, MESSAGE_RETENTION + timedelta(minutes=1))
    run = api.call("GET", f"/v1/runs/{run_id}", FULL_KEY).json()
    assert (run["status"], run["error"]["code"]) == ("failed", "job_lost")
    assert events(run_id) == ["job.failed"]


def test_a_delivery_that_failed_comes_again_soon_and_later_ones_when_the_queue_shows_them(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []

    def fails(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    def change(QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803 - boto's names
        assert (QueueUrl, ReceiptHandle) == ("https://queue.test/fingerprint", "r")
        shown.append(VisibilityTimeout)

    queue = SimpleNamespace(
        get_queue_url=lambda QueueName, QueueOwnerAWSAccountId: {  # noqa: N803, ARG005 - boto's names
            "QueueUrl": f"https://queue.test/{QueueName}"
        },
        change_message_visibility=change,
    )
    monkeypatch.setattr(job_redelivery, "queues", lambda: queue)
    monkeypatch.setattr(job_entry, "_handle", fails)
    asked(api, persona)
    [(_, body)] = api.orders
    for receives in (1, 2, 4, 5, MAX_RECEIVES):
        assert not delivered(body, "fingerprint", receives)
    assert shown == [15, 30, 120]


def created(persona: str) -> str:
    data = {"run_id": new_run_id(), "persona_id": persona}
    return json.dumps(
        {"detail-type": "persona.created", "detail": {"metadata": {"workspace_id": "ws_one"}, "data": data}}
    )


def runs_of(api: Api, kind: str) -> int:
    return sum(item["sk"]["S"] == "RUN" and item["kind"]["S"] == kind for item in api.stored("personas"))


@pytest.mark.parametrize(("what", "kind"), [("fingerprint", "fingerprint"), ("test-suite", "provocation")])
def test_a_job_asked_for_at_once_is_the_one_the_personas_creation_would_start(
    api: Api, persona: str, what: str, kind: str
) -> None:
    run_id = asked(api, persona, what)
    assert delivered(created(persona), kind)
    api.do_jobs()
    assert api.run(run_id).status == "completed"
    assert events(run_id)[-1] == "job.completed"
    assert runs_of(api, kind) == 1, "nothing is paid twice"


def test_the_whole_suite_waits_for_a_selection_and_is_run_after_it(api: Api, persona: str) -> None:
    reply = api.call("POST", f"/v1/personas/{persona}/test-suite", FULL_KEY, json={"ids": ["role.001"]})
    body = created(persona)
    assert not delivered(body, "provocation"), "it comes again"
    assert delivered(body, "provocation", MAX_RECEIVES), "but not for ever"
    assert runs_of(api, "provocation") == 1
    api.do_jobs()
    assert api.run(reply.json()["run_id"]).status == "completed"
    assert delivered(body, "provocation", 2)
    assert api.call("GET", f"/v1/personas/{persona}").json()["test_suite"] is not None
    assert runs_of(api, "provocation") == 2


def test_a_worker_overtaken_by_a_regeneration_leaves_the_log_to_its_followers(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, perform, overtaken = asked(api, persona), FingerprintJob.perform, list[str]()

    def write_anew(work: Any, key: str, answers: PaidAnswers) -> None:
        if not overtaken:
            overtaken.append(key)
            old = wiring.persona_store().persona("ws_one", persona)
            assert old is not None
            new = old.model_copy(update={"version": 2, "updated_at": clock.now()})
            place = persona_key("ws_one", persona)
            values = {":doc": {"S": new.model_dump_json()}}
            api.tables.update_item(
                TableName="personas", Key=place, UpdateExpression="SET doc = :doc", ExpressionAttributeValues=values
            )
            order = message_from(json.loads(created(persona)), RunKind.FINGERPRINT)
            assert order is not None
            lease = Lease("other", clock.now() + timedelta(minutes=5))
            assert claim_run(order, wiring.job_context(), lease, "cfg") is not None
        perform(work, key, answers)

    monkeypatch.setattr(FingerprintJob, "perform", write_anew)
    api.do_jobs()
    assert overtaken
    run = api.run(run_id)
    assert (run.status, run.error and run.error.code) == ("failed", "superseded")
    assert [name for name in events(run_id) if name in {"job.completed", "job.failed"}] == ["job.failed"]
    assert "job.failed" in api.call("GET", f"/v1/runs/{run_id}/events", FULL_KEY).text


def test_a_delivery_that_fails_says_so_and_nothing_of_the_persona(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_work: Any, _key: str, _answers: PaidAnswers) -> None:
        raise RuntimeError("Defne, who is afraid of lifts")

    run_id = asked(api, persona)
    monkeypatch.setattr(FingerprintJob, "perform", fail)
    [(_, body)] = api.orders
    log = io.StringIO()
    monkeypatch.setattr(job_entry, "logger", Logger(service="jobs-under-test", stream=log))
    assert not delivered(body, "fingerprint", 2)
    [told] = [line for line in map(json.loads, log.getvalue().splitlines()) if line["level"] == "WARNING"]
    assert {name: told[name] for name in ("message", "run_id", "kind", "error", "receives")} == {
        "message": "job delivery failed",
        "run_id": run_id,
        "kind": "fingerprint",
        "error": "RuntimeError",
        "receives": 2,
    }
    assert "Defne" not in log.getvalue()
    log.seek(log.truncate(0))
    assert not delivered('{"kind": "fingerprint", "persona_id": "Defne"}', "fingerprint")
    told = json.loads(log.getvalue())
    assert told["error"] == "ValidationError"
    assert "Defne" not in log.getvalue()
