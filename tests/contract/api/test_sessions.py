"""Chat sessions as a resource: what is listed and read, renamed and ended, and what a deletion leaves in the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.client import Fourfold
from fourfold.idempotency import LEASE_S
from fourfold.storage.idempotency.claims import DynamoClaims
from fourfold.storage.personas import session_deletion
from fourfold.storage.table import Table
from fourfold.storage.transactions import transact
from fourfold.voice import chat_turn
from tests.contract.api.conftest import _TABLES, FULL_KEY, OTHER_FULL_KEY, READ_KEY, Api, Live
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
FOREIGN = "Sure! I'd be happy to help. Here are a few helpful tips: plan ahead, stay positive, and let me know!"
SECRET = "My sister's wedding is on the ninth of April"


@pytest.fixture
def persona(api: Api) -> str:
    return made_once(api, _persona)


def _persona(api: Api) -> str:
    return str(api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"])


def say(api: Api, persona: str, message: str, session_id: str | None = None, **headers: str) -> dict[str, Any]:
    body = {"message": message, "session_id": session_id}
    reply = api.call("POST", f"/v1/personas/{persona}/chat", FULL_KEY, json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    spoken: dict[str, Any] = reply.json()
    return spoken


def score(api: Api, persona: str, session_id: str, **headers: str) -> httpx.Response:
    body = {"reply": FOREIGN, "session_id": session_id}
    return api.call("POST", f"/v1/personas/{persona}/drift", FULL_KEY, json=body, headers=headers)


def test_a_chat_is_read_back_as_it_was_held(api: Api, persona: str) -> None:
    api.call("POST", f"/v1/personas/{persona}/fingerprint", FULL_KEY)
    api.do_jobs()
    first = say(api, persona, "Did you sleep at all?\nTell me.")
    others = [say(api, persona, f"And night {number}?", first["session_id"]) for number in range(2)]
    spoken = [first, *others]
    session = api.read(f"/v1/sessions/{first['session_id']}")
    assert (session["title"], session["status"], session["messages"]) == ("Did you sleep at all? Tell me.", "active", 6)
    assert session["usage"]["calls"] == sum(reply["usage"]["calls"] for reply in spoken)
    for name in ("input_tokens", "output_tokens"):
        assert session["usage"]["tokens"][name] == sum(reply["usage"]["tokens"][name] for reply in spoken)
    assert session["usage"]["cost_usd"] == pytest.approx(sum(reply["usage"]["cost_usd"] for reply in spoken))
    assert session["drift"]["scored"] == spoken[-1]["drift"]["session"]["scored"]
    assert session["drift"]["state"] == spoken[-1]["drift"]["session"]["state"]
    assert session["started_at"] <= session["updated_at"]
    messages = api.read(f"/v1/sessions/{first['session_id']}/messages")["data"]
    assert [message["seq"] for message in messages] == [1, 2, 3, 4, 5, 6]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 3
    assert messages[0]["content"] == "Did you sleep at all?\nTell me."
    for reply, message in zip(spoken, messages[1::2], strict=True):
        assert message["content"] == reply["reply"]
        for name in ("drift", "recovery", "usage", "provider", "model"):
            assert message[name] == reply[name], name
    assert all(message["drift"] is None for message in messages[::2])


def test_pages_of_messages_meet_without_gap_or_repetition(api: Api, persona: str) -> None:
    session_id = say(api, persona, "0")["session_id"]
    for number in range(1, 4):
        say(api, persona, str(number), session_id)
    for limit in (1, 2, 3, 7, 8, 100):
        pages = pages_of(api, f"/v1/sessions/{session_id}/messages", limit)
        assert all(len(page) <= limit for page in pages)
        assert [message["seq"] for page in pages for message in page] == list(range(1, 9)), limit


def pages_of(api: Api, path: str, limit: int) -> list[list[dict[str, Any]]]:
    pages, cursor = [], None
    while True:
        page = api.read(path, limit=limit, **({"cursor": cursor} if cursor else {}))
        pages.append(page["data"])
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return pages


def test_sessions_are_listed_page_by_page_the_latest_to_begin_first(api: Api, persona: str) -> None:
    ids = [say(api, persona, f"Message {number}")["session_id"] for number in range(5)]
    say(api, persona, "Once more", ids[0])
    seen = [session for page in pages_of(api, f"/v1/personas/{persona}/sessions", 2) for session in page]
    assert [session["id"] for session in seen] == ids[::-1]
    assert [session["messages"] for session in seen] == [2, 2, 2, 2, 4]
    wrong = api.call("GET", f"/v1/personas/{persona}/sessions", FULL_KEY, params={"cursor": "czpvb3Bz"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "invalid_cursor")


def change(api: Api, session_id: str, body: Any, **headers: str) -> httpx.Response:
    return api.call("PATCH", f"/v1/sessions/{session_id}", FULL_KEY, json=body, headers=headers)


def test_a_session_is_renamed_and_carries_the_callers_own_strings(api: Api, persona: str) -> None:
    session_id = say(api, persona, "Did you sleep?")["session_id"]
    tag = api.call("GET", f"/v1/sessions/{session_id}", FULL_KEY).headers["etag"]
    changed = change(api, session_id, {"title": "Night", "metadata": {"ticket": "A-17"}}, **{"If-Match": tag})
    assert (changed.json()["title"], changed.json()["metadata"]) == ("Night", {"ticket": "A-17"})
    assert change(api, session_id, {"title": "Day"}, **{"If-Match": tag}).json()["code"] == "precondition_failed"
    say(api, persona, "And now?", session_id)
    assert api.read(f"/v1/sessions/{session_id}")["title"] == "Night"
    assert change(api, session_id, {"title": None}).json()["title"] is None
    say(api, persona, "Still here?", session_id)
    assert api.read(f"/v1/sessions/{session_id}")["title"] is None, "a title that was removed stays removed"
    events = [json.loads(item["entry"]["S"]) for item in api.stored("outbox") if "session.updated" in str(item)]
    details = [
        event["Detail"] if isinstance(event["Detail"], dict) else json.loads(event["Detail"]) for event in events
    ]
    assert sorted(detail["data"]["changed"] for detail in details) == [["title"], ["title", "metadata"]]
    assert "sleep" not in str(events)


def test_an_ended_session_takes_no_message_until_it_is_reopened(api: Api, persona: str) -> None:
    session_id = say(api, persona, "Did you sleep?")["session_id"]
    ended = change(api, session_id, {"ended": True}).json()
    assert (ended["status"], ended["ended_at"] is None) == ("ended", False)
    before = api.stored("personas")
    for body in ({"message": "Hello?"}, {"message": "Hello?", "stream": True}):
        path = f"/v1/personas/{persona}/chat"
        refused = api.call("POST", path, FULL_KEY, json={**body, "session_id": session_id})
        assert (refused.status_code, refused.json()["code"]) == (409, "session_ended")
        assert "reopen" in refused.json()["detail"].lower()
    headers = {"Fourfold-Session": session_id}
    completion = {"model": f"persona:{persona}", "messages": [{"role": "user", "content": "Hello?"}]}
    refused = api.call("POST", "/v1/openai/chat/completions", FULL_KEY, json=completion, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "session_ended")
    assert api.stored("personas") == before
    assert change(api, session_id, {"ended": False}).json()["status"] == "active"
    assert say(api, persona, "Hello?", session_id)["session_id"] == session_id


BAD_CHANGES = [
    ({"title": ""}, "/title"),
    ({"title": "x" * 201}, "/title"),
    ({"title": "two\nlines"}, "/title"),
    ({"metadata": {"a b": "x"}}, "/metadata"),
    ({"metadata": {str(number): "x" for number in range(17)}}, "/metadata"),
    ({"metadata": {"a": "x" * 501}}, "/metadata/a"),
    ({"metadata": {"a": 1}}, "/metadata/a"),
    ({"ended": "yes"}, "/ended"),
    ({"status": "ended"}, "/status"),
]


def test_a_bad_change_names_its_field_and_changes_nothing(api: Api, persona: str) -> None:
    session_id = say(api, persona, "Did you sleep?")["session_id"]
    before = api.stored("personas")
    for body, pointer in BAD_CHANGES:
        refused = change(api, session_id, body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"].startswith(pointer)
    assert api.stored("personas") == before


def test_one_id_may_name_sessions_of_several_personas(api: Api) -> None:
    ids = [str(api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"]) for _ in range(2)]
    for persona in ids:
        completion = {"model": f"persona:{persona}", "messages": [{"role": "user", "content": "Hello?"}]}
        headers = {"Fourfold-Session": "mine"}
        assert api.call("POST", "/v1/openai/chat/completions", FULL_KEY, json=completion, headers=headers).is_success
    both = api.call("GET", "/v1/sessions/mine", FULL_KEY)
    assert (both.status_code, both.json()["code"]) == (409, "ambiguous_session")
    one = api.read("/v1/sessions/mine", persona_id=ids[1])
    assert one["persona_id"] == ids[1]
    assert api.call("DELETE", "/v1/sessions/mine", FULL_KEY, params={"persona_id": ids[0]}).status_code == 204
    assert api.read("/v1/sessions/mine")["persona_id"] == ids[1]


def test_a_session_belongs_to_its_workspace_and_reading_it_changes_nothing(api: Api, persona: str) -> None:
    session_id = say(api, persona, "Did you sleep?")["session_id"]
    for method, path in (("GET", ""), ("GET", "/messages"), ("PATCH", ""), ("DELETE", "")):
        request = {"json": {"ended": True}} if method == "PATCH" else {}
        foreign = api.call(method, f"/v1/sessions/{session_id}{path}", OTHER_FULL_KEY, **request)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    assert api.call("GET", f"/v1/sessions/{session_id}", READ_KEY).status_code == 200
    assert api.call("DELETE", f"/v1/sessions/{session_id}", READ_KEY).status_code == 403


def rows_with(api: Api, *marks: str) -> list[str]:
    """The items of any table that hold one of the marks, but for events that wait to be published."""
    tables = [name for name in _TABLES if name != "outbox"]
    found = [f"{table}: {json.dumps(item, default=str)}" for table in tables for item in api.kept.items(table)]
    return [item for item in found if any(mark in item for mark in marks)]


def events_with(api: Api, mark: str) -> list[str]:
    return [text for item in api.kept.items("outbox") if mark in (text := json.dumps(item, default=str))]


def test_a_deleted_session_leaves_no_row_in_any_table(api: Api, persona: str) -> None:
    api.call("POST", f"/v1/personas/{persona}/fingerprint", FULL_KEY)
    api.do_jobs()
    spoken = say(api, persona, SECRET, **{"Idempotency-Key": "first"})
    session_id = spoken["session_id"]
    say(api, persona, "And then?", session_id, **{"Idempotency-Key": "second"})
    assert score(api, persona, session_id, **{"Idempotency-Key": "third"}).status_code == 200
    assert score(api, persona, session_id).status_code == 200
    change(api, session_id, {"title": SECRET})
    kept = say(api, persona, "Another chat", **{"Idempotency-Key": "fourth"})
    before = len(rows_with(api, kept["session_id"]))
    marks = (session_id, SECRET, spoken["reply"])
    assert {row.split(":")[0] for row in rows_with(api, *marks)} == {"personas", "idempotency"}
    assert api.call("DELETE", f"/v1/sessions/{session_id}", FULL_KEY).status_code == 204
    assert rows_with(api, *marks) == []
    assert not any(SECRET in event or spoken["reply"] in event for event in events_with(api, session_id))
    assert any("session.deleted" in event for event in events_with(api, session_id))
    assert len(rows_with(api, kept["session_id"])) == before
    assert api.read(f"/v1/personas/{persona}/sessions")["data"][0]["id"] == kept["session_id"]
    assert api.call("DELETE", f"/v1/sessions/{session_id}", FULL_KEY).status_code == 404
    gone = api.call("POST", f"/v1/personas/{persona}/chat", FULL_KEY, json={"message": "?", "session_id": session_id})
    assert gone.status_code == 404


def test_a_deleted_persona_leaves_no_row_of_its_chats_in_any_table(api: Api, persona: str) -> None:
    spoken = say(api, persona, SECRET, **{"Idempotency-Key": "first"})
    assert api.call("DELETE", f"/v1/personas/{persona}", FULL_KEY).status_code == 204
    assert rows_with(api, spoken["session_id"], SECRET, spoken["reply"]) == []


def test_a_deletion_that_was_cut_off_is_finished_by_the_next(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = 0

    def cut_off(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise ConnectionResetError
            return original(*arguments, **named)

        return call

    # The first write marks the session: before it, nothing has begun.
    for stops_after in range(1, 5):
        session_id = say(api, persona, SECRET, **{"Idempotency-Key": f"key {stops_after}"})["session_id"]
        left = stops_after
        with monkeypatch.context() as crash:
            crash.setattr(Table, "delete", cut_off(Table.delete))
            crash.setattr(Table, "delete_many", cut_off(Table.delete_many))
            crash.setattr(session_deletion, "transact", cut_off(transact))
            status = api.call("DELETE", f"/v1/sessions/{session_id}", FULL_KEY).status_code
        assert status == (204 if stops_after == 4 else 500)
        assert api.call("GET", f"/v1/sessions/{session_id}", FULL_KEY).status_code == 404
        assert api.read(f"/v1/personas/{persona}/sessions")["data"] == []
        again = api.call("DELETE", f"/v1/sessions/{session_id}", FULL_KEY).status_code
        assert again == (404 if status == 204 else 204)
        assert rows_with(api, session_id, SECRET) == []


def lease_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = DynamoClaims._now_ms  # noqa: SLF001 - the clock of leases
    monkeypatch.setattr(DynamoClaims, "_now_ms", lambda self: now_ms(self) + (LEASE_S + 1) * 1000)


def test_a_chat_that_died_before_its_answer_was_kept_appears_once(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies when the exchange is stored and the reply is not; the request is sent again with its key."""

    def dies(*_: object) -> bool:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    def again(path: str, body: dict[str, Any], key: str) -> Any:
        target, headers = f"/v1/personas/{persona}/{path}", {"Idempotency-Key": key}
        with monkeypatch.context() as crash:
            crash.setattr(DynamoClaims, "keep", dies)
            api.call("POST", target, FULL_KEY, json=body, headers=headers)
        assert api.call("POST", target, FULL_KEY, json=body, headers=headers).status_code == 409, "its lease holds"
        lease_expires(monkeypatch)
        return api.call("POST", target, FULL_KEY, json=body, headers=headers)

    api.call("POST", f"/v1/personas/{persona}/fingerprint", FULL_KEY)
    api.do_jobs()
    begun = again("chat", {"message": SECRET}, "new").json()
    session_id = begun["session_id"]
    continued = again("chat", {"message": "And then?", "session_id": session_id}, "next").json()
    streamed = again("chat", {"message": "So?", "session_id": session_id, "stream": True}, "stream")
    assert streamed.status_code == 200
    assert "event: completed" in streamed.text
    messages = api.read(f"/v1/sessions/{session_id}/messages")["data"]
    assert [message["content"] for message in messages[::2]] == [SECRET, "And then?", "So?"]
    assert [message["content"] for message in messages[1:4:2]] == [begun["reply"], continued["reply"]]
    assert [message["drift"] for message in messages[1:4:2]] == [begun["drift"], continued["drift"]]
    assert [session["id"] for session in api.read(f"/v1/personas/{persona}/sessions")["data"]] == [session_id]
    before = api.read(f"/v1/sessions/{session_id}")["drift"]["replies"]
    assert again("drift", {"reply": FOREIGN, "session_id": session_id}, "scored").status_code == 200
    assert api.read(f"/v1/sessions/{session_id}")["drift"]["replies"] == before + 1


def test_a_session_deleted_while_its_reply_is_written_takes_no_turn(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = say(api, persona, "Did you sleep?")["session_id"]
    asked = chat_turn.ask

    def delete_first(*arguments: Any, **named: Any) -> Any:
        assert api.call("DELETE", f"/v1/sessions/{session_id}", FULL_KEY).status_code == 204
        return asked(*arguments, **named)

    monkeypatch.setattr("fourfold.voice.conversation.ask", delete_first)
    late = api.call(
        "POST", f"/v1/personas/{persona}/chat", FULL_KEY, json={"message": SECRET, "session_id": session_id}
    )
    assert (late.status_code, late.json()["code"]) == (409, "session_deleted")
    assert rows_with(api, session_id, SECRET) == []


def test_commands_and_client_do_what_the_api_does(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    persona = str(live.api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"])

    def run(*words: str) -> str:
        done = CliRunner().invoke(command_line, ["sessions", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    with Fourfold(api_key=FULL_KEY, base_url=live.url) as client:
        spoken = client.chat(persona, "Did you sleep?")
        for _ in range(2):
            client.chat(persona, "And now?", spoken.session_id)
        assert [each.seq for each in client.messages(spoken.session_id, page_size=4)] == [1, 2, 3, 4, 5, 6]
        assert client.update_session(spoken.session_id, ended=True).status == "ended"
        assert [each.id for each in client.sessions(persona)] == [spoken.session_id]
        assert "ended" in run("list", persona)
        assert " ".join(spoken.reply.split()) in " ".join(run("show", spoken.session_id).split())
        run("end", spoken.session_id, "--reopen")
        run("rename", spoken.session_id, "Night", "-m", "ticket=A-17")
        shown = json.loads(run("list", persona, "--json"))[0]
        assert (shown["title"], shown["metadata"], shown["status"]) == ("Night", {"ticket": "A-17"}, "active")
        run("delete", spoken.session_id, "--yes")
        assert list(client.sessions(persona)) == []
