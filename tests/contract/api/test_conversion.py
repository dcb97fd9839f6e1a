"""A store of an earlier version: refused as it is, and complete after its conversion, wherever that was cut off."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from fourfold.jobs.answers import PaidAnswers
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.run_context import RunIdentity
from fourfold.problem import problem
from fourfold.storage.conversion.convert import Converted, convert
from functions import clock, wiring
from infra import migrate
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api
from tests.contract.api.old_store import OldStore, Reply
from tests.examples import examples
from tests.invocation import Invocation

JSON = {"Accept": "application/json"}
# Texts for people or models: of a problem, of a test that is disabled, a card's scene, the voice's prompt; and the id
# of the request itself.
_REWORDED = {"title", "detail", "reason", "request_id", "scenario", "system_prompt"}


@pytest.fixture(scope="session")
def old() -> OldStore:
    return OldStore.read()


@pytest.fixture
def store(api: Api, old: OldStore, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The old store behind this version's API, at the time it was written."""
    monkeypatch.setattr(clock, "datetime", SimpleNamespace(now=lambda _zone: old.written_at))
    old.load(api)
    return api


def converted(store: Api) -> Converted:
    return convert(store.tables, "personas", "webhooks")


def get(store: Api, reply: Reply, key: str = FULL_KEY) -> Reply:
    now = store.call("GET", reply.path, key, headers=JSON)
    return Reply(reply.path, now.status_code, now.text, now.headers.get("etag"))


def lost(before: Reply, now: Reply) -> list[str]:
    """What an earlier reply said and a later one does not: later versions add fields and reword their texts."""
    if now.status != before.status:
        return [f"{before.path}: {now.status}, not {before.status}"]
    said, says = (_of_the_store(before.path, _parsed(reply.body)) for reply in (before, now))
    return [f"{before.path}: {pointer}" for pointer in _lost(said, says, "")]


def _of_the_store(path: str, said: Any) -> Any:
    """Without the tests of the release's own catalogue, which no store has."""
    if path != "/v1/provocation/tests":
        return said
    return {"data": [entry for entry in said["data"] if entry["test"]["id"].startswith("x.")]}


def _parsed(body: str) -> Any:
    """JSON; the run events of a stream as a list; other text as its lines."""
    try:
        return json.loads(body)
    except ValueError:
        lines = body.splitlines()
        return [json.loads(line[6:]) if line.startswith("data: {") else line for line in lines]


def _lost(before: Any, now: Any, pointer: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for name, value in before.items():
            if name not in _REWORDED:
                yield from _lost(value, now.get(name), f"{pointer}/{name}")
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from _lost(one, other, f"{pointer}/{number}")
    elif before != now:
        yield pointer


def of_each_route(replies: list[Reply]) -> list[Reply]:
    """One reply for each path without its ids."""
    return list({re.sub(r"_[0-9a-z]{26}", "", each.path.partition("?")[0]): each for each in replies}.values())


def everything(store: Api) -> list[str]:
    items = [*store.tables.scan(TableName="personas")["Items"], *store.tables.scan(TableName="webhooks")["Items"]]
    return sorted(json.dumps(item, default=repr, sort_keys=True) for item in items)


def delivered(queue: str, body: str, message_id: str | None = None) -> None:
    """Does a job's message, delivered for the first time in this version."""
    record = {
        "messageId": message_id or f"m-{time.monotonic_ns()}", "receiptHandle": "r", "body": body,
        "eventSource": "aws:sqs", "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {},
        "awsRegion": "eu-central-1",
    }  # fmt: skip
    handler = import_module(f"functions.{queue}.handler").handler
    assert handler({"Records": [record]}, Invocation()) == {"batchItemFailures": []}


@pytest.mark.random
def test_what_is_not_converted_is_refused_or_answered_as_before(store: Api, old: OldStore) -> None:
    asked = old.replies if examples(0, 1) else of_each_route(old.replies)
    refused = 0
    for before in asked:
        now = get(store, before)
        if now.status == 503:
            assert json.loads(now.body)["code"] == "store_outdated"
            assert "python -m infra.migrate" in json.loads(now.body)["detail"]
            refused += 1
        else:
            assert now == before, "an endpoint, whose item has not moved"
    assert refused == len(asked) - 1
    kept = everything(store)
    for method, path, body in (
        ("PATCH", f"/v1/personas/{old.made['whole']}", {"visibility": "workspace"}),
        ("POST", f"/v1/personas/{old.made['whole']}/chat", {"message": "Hello?"}),
        ("POST", f"/v1/personas/{old.made['whole']}/regenerate", {"from": "audit"}),
        ("DELETE", f"/v1/personas/{old.made['whole']}", None),
        ("DELETE", f"/v1/personas/{old.made['deleted']}", None),
    ):
        assert store.call(method, path, FULL_KEY, json=body).status_code == 503, (method, path)
    assert everything(store) == kept


def test_a_converted_store_is_answered_from_as_before(store: Api, old: OldStore) -> None:
    done = converted(store)
    assert done.stored
    assert done.left == []
    assert [fault for before in old.replies for fault in lost(before, get(store, before))] == []
    assert [fault for before in old.of_other for fault in lost(before, get(store, before, OTHER_FULL_KEY))] == []
    after = everything(store)
    assert converted(store) == Converted()
    assert everything(store) == after


class KilledError(BaseException):
    """The end of a process: nothing may catch it."""


@pytest.mark.deep(part="restarts")
def test_a_conversion_may_be_cut_off_after_any_write(
    store: Api, monkeypatch: pytest.MonkeyPatch, old: OldStore
) -> None:
    write: Callable[..., Any] = store.tables.batch_write_item
    left = 0

    def counted(**request: Any) -> Any:
        nonlocal left
        if left == 0:
            raise KilledError
        left -= 1
        return write(**request)

    attempts, after = 0, 0
    with monkeypatch.context() as cut:
        cut.setattr(store.tables, "batch_write_item", counted)
        while True:
            attempts, left = attempts + 1, after
            try:
                converted(store)
            except KilledError:
                after = 1 + after % 5
            else:
                break
    assert attempts > 10
    assert converted(store) == Converted()
    assert [fault for before in old.replies for fault in lost(before, get(store, before))] == []


@pytest.mark.deep(part="restarts")
@pytest.mark.parametrize("kind", ["fingerprint", "provocation"])
def test_a_killed_job_is_resumed_without_paying_twice(
    store: Api, old: OldStore, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    run_id = json.loads(old.messages[kind])["run_id"]
    answered = {key for key in old.answers_of("killed", kind, run_id) if key not in {"~plan", "~selection"}}
    assert len(answered) > 10
    paid, get_or_make = Counter[str](), PaidAnswers.get_or_make

    def counted(answers: PaidAnswers, key: str, make: Callable[[], str]) -> str:
        def pay() -> str:
            paid[key] += 1
            return make()

        return get_or_make(answers, key, pay)

    monkeypatch.setattr(PaidAnswers, "get_or_make", counted)
    converted(store)
    delivered(kind, old.messages[kind], old.holder_of("killed", kind))
    assert store.run(run_id).status == "completed"
    finished = {key for key in answered if not key.startswith("~")}
    assert paid
    assert not paid.keys() & answered
    assert not {key for key in paid if key.removeprefix("~paid/").partition("/")[0] in finished}
    assert max(paid.values()) == 1
    what = {"fingerprint": "fingerprint", "provocation": "test-suite"}[kind]
    found = store.call("GET", f"/v1/personas/{old.made['killed']}/{what}", FULL_KEY).json()
    assert (found["status"], found["run_id"]) == ("ready", run_id)


@pytest.mark.deep(part="restarts")
def test_what_was_waiting_goes_through_after_the_conversion(store: Api, old: OldStore) -> None:
    converted(store)
    for queue, body in old.messages["pending"]:
        delivered(queue, body)
        assert store.run(json.loads(body)["run_id"]).status == "completed"
    suite = store.call("GET", f"/v1/personas/{old.made['pending']}/test-suite/runs", FULL_KEY).json()["data"]
    assert suite[0]["counts"]["total"] < 20, "the selection it was requested with"
    running = store.run(old.made["running_run"])
    who = RunIdentity(
        **{name: getattr(running, name) for name in ("persona_id", "workspace_id", "started_at")}, run_id=running.id
    )
    fail_run(who, problem("run_interrupted", "Cut off", 503, "Send it again."), wiring.run_context())
    assert store.call("GET", f"/v1/personas/{old.made['running']}", FULL_KEY).json()["status"] == "failed"


@pytest.mark.deep(part="restarts")
def test_a_converted_persona_can_be_used_changed_and_deleted(store: Api, old: OldStore) -> None:
    converted(store)
    path = f"/v1/personas/{old.made['whole']}"
    said = store.call("POST", f"{path}/chat", FULL_KEY, json={"message": "Still there?", "session_id": old.session_id})
    assert (said.status_code, said.json()["drift"]["session"]["replies"]) == (200, 3)
    taken = store.call("PATCH", f"/v1/personas/{old.made['imported']}", FULL_KEY, json={"slug": "deniz"})
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    assert store.call("POST", f"{path}/regenerate", FULL_KEY, json={"from": "surface_ground"}).status_code == 200
    for role in ("whole", "imported", "failed", "running", "killed", "pending", "deleted"):
        gone = store.call("DELETE", f"/v1/personas/{old.made[role]}", FULL_KEY)
        assert gone.status_code == 204, role
    left = [item for item in store.stored("personas") if "ws_one" in item["pk"]["S"]]
    assert {item["pk"]["S"].split("#")[2] for item in left} <= {"TESTS", "BASELINE"}
    logs = [json.loads(item["doc"]["S"]) for item in store.stored("run-events") if "ws_one" in item["pk"]["S"]]
    assert {event["problem"]["code"] for event in logs} == {"persona_deleted"}, "the ends of runs in progress"


def test_an_item_of_no_known_kind_is_left_and_reported(
    store: Api, old: OldStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = [
        {"pk": {"S": "WS#ws_one"}, "sk": {"S": "STRANGE#1"}},
        {"pk": {"S": "WS#ws_other"}, "sk": {"S": f"OF#{old.made['other']}#STRANGE#1"}},
    ]
    for item in strange:
        store.tables.put_item(TableName="personas", Item=item)
    monkeypatch.setattr(
        migrate,
        "_tables",
        lambda _stage, _connection: {"PersonasTableName": "personas", "WebhooksTableName": "webhooks"},
    )
    assert migrate.main(["--stage", "prod"]) == 1
    said = capsys.readouterr().err
    assert "2 items are of no known kind" in said
    assert "STRANGE#1" in said
    for item in strange:
        kept = store.tables.get_item(TableName="personas", Key=item).get("Item")
        assert kept == item
    other = store.call("GET", f"/v1/personas/{old.made['other']}", OTHER_FULL_KEY)
    assert other.json()["code"] == "store_outdated", "it is not half converted"


def test_the_command_converts_and_says_so(
    store: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        migrate,
        "_tables",
        lambda _stage, _connection: {"PersonasTableName": "personas", "WebhooksTableName": "webhooks"},
    )
    assert migrate.main(["--stage", "prod"]) == 0
    assert "Converted 8 personas" in capsys.readouterr().err
    assert migrate.main(["--stage", "prod"]) == 0
    assert "nothing to convert" in capsys.readouterr().err
    assert converted(store) == Converted()


def test_without_a_server_nothing_local_is_converted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOURFOLD_HOME", str(tmp_path))
    assert migrate.main([]) == 1
    assert "make up" in capsys.readouterr().err
