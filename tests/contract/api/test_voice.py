"""Voice routes: what is repeated with its key is paid for and stored once; a deletion leaves nothing behind."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from fourfold.jobs.answers import PaidAnswers
from fourfold.voice.fingerprint_job import FingerprintJob
from functions import wiring
from functions.api.chat import context
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.cut_off import SO_FAR, CutOff, Thinks
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
KEYED = {"Idempotency-Key": "once"}
FOREIGN = "Sure! I'd be happy to help. Here are a few helpful tips: plan ahead, stay positive, and let me know!"


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    made: dict[str, Any] = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    return made


def post(api: Api, persona: dict[str, Any], what: str, body: Any = None, **headers: str) -> httpx.Response:
    return api.call("POST", f"/v1/personas/{persona['id']}/{what}", FULL_KEY, json=body, headers=headers)


def turns(api: Api, persona: dict[str, Any]) -> int:
    return sum(item["sk"]["S"].startswith(f"{persona['id']}#TURN#") for item in api.stored("personas"))


def events_in(reply: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    frames = [frame.split("\n") for frame in reply.text.split("\n\n") if frame.startswith("event: ")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]


def test_a_repeated_message_is_answered_once(api: Api, persona: dict[str, Any]) -> None:
    said = {"message": "Did you sleep at all?"}
    first, second = (post(api, persona, "chat", said, **KEYED) for _ in range(2))
    assert (second.status_code, second.json()) == (200, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    assert turns(api, persona) == 1
    other = post(api, persona, "chat", {"message": "And last night?"}, **KEYED)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert post(api, persona, "chat", said).json()["session_id"] != first.json()["session_id"]


def test_a_repeated_stream_is_its_last_event_again(api: Api, persona: dict[str, Any]) -> None:
    said = {"message": "Did you sleep at all?", "stream": True}
    first, second = (post(api, persona, "chat", said, **KEYED) for _ in range(2))
    whole = events_in(first)
    assert [name for name, _ in whole][-2:] == ["token", "completed"]
    assert events_in(second) == [whole[-1]]
    assert second.headers["idempotency-replayed"] == "true"
    assert turns(api, persona) == 1
    assert post(api, persona, "chat", {"message": "Another"}, **KEYED).status_code == 422


def test_a_reply_that_reaches_max_tokens_is_returned_so_far_and_costs_one_call(
    api: Api, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "resolve_chat", CutOff)
    reply = post(api, persona, "chat", {"message": "Did you sleep at all?"}).json()
    assert (reply["reply"], reply["finish_reason"], reply["usage"]["calls"]) == (SO_FAR, "length", 1)
    streamed = events_in(post(api, persona, "chat", {"message": "And you?", "stream": True}))
    assert [name for name, _ in streamed] == ["token", "completed"]
    assert (streamed[-1][1]["reply"], streamed[-1][1]["finish_reason"]) == (SO_FAR, "length")
    monkeypatch.setattr(context, "resolve_chat", Thinks)
    failed = post(api, persona, "chat", {"message": "And now?"})
    assert (failed.status_code, failed.json()["code"]) == (502, "model_truncated")
    assert "Set engine.chat.max_tokens higher" in failed.json()["detail"]


def test_a_repeated_reply_advances_its_session_once(api: Api, persona: dict[str, Any]) -> None:
    assert post(api, persona, "drift", {"reply": FOREIGN}).json()["code"] == "fingerprint_not_ready"
    post(api, persona, "fingerprint")
    api.do_jobs()
    body = {"reply": FOREIGN, "session_id": "mine"}
    first, second = (post(api, persona, "drift", body, **KEYED) for _ in range(2))
    assert first.json()["drift"]["session"]["replies"] == 1
    assert second.json() == first.json()
    assert post(api, persona, "drift", body).json()["drift"]["session"]["replies"] == 2


def test_before_there_is_a_fingerprint_its_plot_says_what_to_wait_for(api: Api, persona: dict[str, Any]) -> None:
    reply = api.call("GET", f"/v1/personas/{persona['id']}/fingerprint/plot", FULL_KEY)
    assert (reply.status_code, reply.json()["code"]) == (409, "fingerprint_not_ready")


def test_a_repeated_wish_for_a_fingerprint_is_one_job(api: Api, persona: dict[str, Any]) -> None:
    first = post(api, persona, "fingerprint", **KEYED)
    api.do_jobs()
    second = post(api, persona, "fingerprint", **KEYED)
    assert (second.status_code, second.json()) == (202, first.json())
    assert api.orders == []
    assert post(api, persona, "fingerprint").json()["run_id"] != first.json()["run_id"]


def rows_of(api: Api, persona: dict[str, Any]) -> list[str]:
    items = [*api.stored("personas"), *api.stored("run-events")]
    return [json.dumps(item, default=str) for item in items if persona["id"] in json.dumps(item, default=str)]


def test_a_deletion_takes_jobs_chats_and_results_along(api: Api, persona: dict[str, Any]) -> None:
    for what in ("fingerprint", "test-suite"):
        run = post(api, persona, what, {} if what == "test-suite" else None).json()["run_id"]
        api.do_jobs()
        assert api.run(run).status == "completed"
    post(api, persona, "chat", {"message": "Did you sleep at all?"})
    sort_keys = [item["sk"]["S"] for item in api.stored("personas")]
    for kind in ("FINGERPRINT", "SUITE#", "RECORDS#", "JOB#", "RUN", "VERSION#", f"{persona['id']}#TURN#"):
        assert any(sort_key.startswith(kind) for sort_key in sort_keys), kind
    assert any("#ses_" in sort_key for sort_key in sort_keys), "the entry in the list of sessions"
    assert api.call("DELETE", f"/v1/personas/{persona['id']}", FULL_KEY).status_code == 204
    assert rows_of(api, persona) == []


@pytest.mark.parametrize("what", ["fingerprint", "test-suite"])
def test_a_job_whose_persona_is_deleted_ends_and_leaves_nothing(api: Api, persona: dict[str, Any], what: str) -> None:
    run_id = post(api, persona, what, {} if what == "test-suite" else None).json()["run_id"]
    assert api.call("DELETE", f"/v1/personas/{persona['id']}", FULL_KEY).status_code == 204
    [end] = wiring.event_store("ws_one", run_id).entries()
    assert end.event.type == "job.failed"
    api.do_jobs()
    assert rows_of(api, persona) == []


def test_a_persona_deleted_in_the_middle_of_its_job_stops_it(
    api: Api, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, deleted = list[str](), threading.Event()
    perform = FingerprintJob.perform

    def delete_at_the_tenth(work: Any, key: str, answers: PaidAnswers) -> None:
        asked.append(key)
        if asked[9:10] == [key]:
            assert api.call("DELETE", f"/v1/personas/{persona['id']}", FULL_KEY).status_code == 204
            deleted.set()
        elif len(asked) >= 10:
            deleted.wait(30)
        perform(work, key, answers)

    monkeypatch.setattr(FingerprintJob, "perform", delete_at_the_tenth)
    post(api, persona, "fingerprint")
    api.do_jobs()
    assert 10 <= len(asked) < 50
    assert rows_of(api, persona) == []
