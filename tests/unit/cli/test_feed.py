"""The events a subscriber of the command gets, from a server that breaks off, goes silent and comes back."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from websockets.sync.server import ServerConnection, serve

from fourfold.cli import watch
from fourfold.cli.client import ApiError, UnreachableError
from fourfold.cli.progress_feed import Feed
from fourfold.cli.watch import Board, describe_event, print_events, watch_live
from fourfold.client import ApiConnectionError, subscription
from fourfold.client.live_async import live_events
from fourfold.client.subscription import Subscription
from tests.examples import examples

RUN, OTHER = "run_01kaqf0c5v3y9m2t8z4n6r1w7b", "run_01kaqf0c5v3y9m2t8z4n6r1w7c"
LOG: list[dict[str, Any]] = [
    {"type": "run.started"},
    {"type": "step.started", "step": "soul_draft", "attempt": 1},
    {"type": "step.completed", "step": "soul_draft", "attempt": 1, "cost_usd": 0.02},
    {"type": "audit.scored", "attempt": 1, "overall": 2.5, "findings": 3},
    {"type": "pipeline.retrying", "attempt": 2, "retry_from": "soul_draft", "findings": 3},
    {"type": "pipeline.completed", "status": "active", "duration_ms": 10},
]
JOB: list[dict[str, Any]] = [
    {"type": "job.started", "kind": "fingerprint"},
    {"type": "job.progress", "done": 25, "total": 50},
    {"type": "job.brand_new", "anything": [1]},
    {"type": "job.failed", "problem": {"title": "No model answered"}},
]


def events(run_id: str, log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**entry, "seq": seq, "run_id": run_id, "persona_id": "per_1", "at": f"2026-11-25T00:00:{seq:02d}.000Z"}
        for seq, entry in enumerate(log, start=1)
    ]


@contextmanager
def server(behave: Callable[[ServerConnection, list[dict[str, Any]]], None]) -> Iterator[tuple[str, list[Any]]]:
    """A server that hands `behave` each connection with its first command; and the commands it has met."""
    commands: list[Any] = []

    def handle(socket: ServerConnection) -> None:
        commands.append(json.loads(socket.recv()))
        behave(socket, commands)

    with serve(handle, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{running.socket.getsockname()[1]}", commands
        finally:
            running.shutdown()
            thread.join()


def feed(url: str, silence_s: float = 30.0, **target: str | bool) -> Feed:
    return Feed(lambda: url, "key", [target or {"run_id": RUN}], pause=lambda _seconds: None, silence_s=silence_s)


def got(feed: Feed) -> list[dict[str, Any]]:
    return [event for event in feed.events() if event is not None]


@pytest.mark.random
@settings(max_examples=examples(25, 500), deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(0, 4), max_size=6), repeats=st.integers(0, 2))
def test_a_feed_that_breaks_off_anywhere_gives_each_event_once(cuts: list[int], repeats: int) -> None:
    waiting = list(cuts)

    def behave(socket: ServerConnection, commands: list[Any]) -> None:
        socket.send('{"type": "ack", "action": "subscribe"}')
        after = max(0, commands[-1]["after"] - repeats)  # a server that crashed may send something again
        many = waiting.pop(0) if waiting else len(LOG)
        for event in events(RUN, LOG)[after : after + many + repeats]:
            socket.send(json.dumps(event))

    with server(behave) as (url, commands):
        assert got(feed(url)) == events(RUN, LOG)
        assert commands[0] == {"action": "subscribe", "run_id": RUN, "after": 0}


def test_the_client_of_asyncio_gives_each_event_once_too() -> None:
    def behave(socket: ServerConnection, commands: list[Any]) -> None:
        for event in events(RUN, LOG)[commands[-1]["after"] :][:2]:
            socket.send(json.dumps(event))

    async def followed(url: str, key: str = "key") -> list[dict[str, Any]]:
        async def address() -> str:
            return url

        return [event async for event in live_events(address, f"Bearer {key}", Subscription([{"run_id": RUN}]))]

    with server(behave) as (url, commands):
        assert asyncio.run(followed(url)) == events(RUN, LOG)
        assert [command["after"] for command in commands] == [0, 2, 4]
    with pytest.raises(ApiConnectionError):
        asyncio.run(followed("ws://127.0.0.1:1"))


def test_a_follower_of_everything_names_what_it_has_when_it_comes_back() -> None:
    def behave(socket: ServerConnection, commands: list[Any]) -> None:
        if len(commands) == 1:
            for event in [*events(RUN, LOG)[:2], *events(OTHER, JOB)[:1]]:
                socket.send(json.dumps(event))
        else:
            socket.send(json.dumps(events(RUN, LOG)[2]))
            socket.recv()

    with server(behave) as (url, commands):
        coming = (event for event in feed(url, workspace=True).events() if event is not None)
        assert [next(coming)["seq"] for _ in range(4)] == [1, 2, 1, 3]
        coming.close()
    assert commands[1] == {"action": "subscribe", "workspace": True, "after": {RUN: 2, OTHER: 1}}


@pytest.mark.parametrize(
    "broken",
    [
        '{"message": "Internal server error", "connectionId": "x", "requestId": "y"}',
        '{"type": "error", "problem": {"status": 500}}',
    ],
)
def test_a_server_that_broke_is_tried_again(broken: str) -> None:
    def behave(socket: ServerConnection, commands: list[Any]) -> None:
        for message in [broken] if len(commands) == 1 else map(json.dumps, events(RUN, LOG)):
            socket.send(message)

    with server(behave) as (url, _):
        assert got(feed(url)) == events(RUN, LOG)


def test_a_silent_server_is_asked_and_then_left() -> None:
    asked: list[str] = []

    def behave(socket: ServerConnection, commands: list[Any]) -> None:
        if len(commands) == 1:
            socket.send('{"type": "ack", "action": "subscribe"}')
            asked.append(str(socket.recv()))
            threading.Event().wait(1)
        else:
            for event in events(RUN, LOG):
                socket.send(json.dumps(event))

    with server(behave) as (url, _):
        assert got(feed(url, silence_s=0.1)) == events(RUN, LOG)
    assert asked == ['{"action": "ping"}']


def test_a_refused_subscription_is_told_and_not_tried_again() -> None:
    def behave(socket: ServerConnection, _commands: list[Any]) -> None:
        socket.send(
            '{"type": "error", "problem": {"type": "urn:x", "code": "not_found", "status": 404,'
            ' "title": "Not found", "detail": "No such id."}}'
        )
        socket.recv()

    with server(behave) as (url, commands), pytest.raises(ApiError, match=r"Not found: No such id\."):
        got(feed(url))
    assert len(commands) == 1


def test_a_server_that_is_not_there_at_the_first_try_is_told() -> None:
    with pytest.raises(UnreachableError):
        got(feed("ws://127.0.0.1:1"))


def both(socket: ServerConnection, _commands: list[Any]) -> None:
    for event in [*events(RUN, LOG), *events(OTHER, JOB)]:
        socket.send(json.dumps(event))


def test_what_is_shown_outside_a_terminal_is_a_line_for_each_event() -> None:
    out = io.StringIO()
    with server(both) as (url, _):
        two = Feed(lambda: url, "key", [{"run_id": RUN}, {"run_id": OTHER}], pause=lambda _seconds: None)
        assert not watch_live(two, Console(file=out, width=100)), "a job failed"
    lines = out.getvalue().splitlines()
    assert len(lines) == len(LOG) + len(JOB)
    assert lines[0].split() == ["00:00:01", RUN, "1", "run.started"]
    assert lines[-1].endswith("No model answered")


def test_what_is_shown_in_a_terminal_names_every_run_and_how_it_ended() -> None:
    out = io.StringIO()
    with server(both) as (url, _):
        two = Feed(lambda: url, "key", [{"run_id": RUN}, {"run_id": OTHER}], pause=lambda _seconds: None)
        watch_live(two, Console(file=out, width=120, force_terminal=True))
    for words in (RUN, OTHER, "✓", "✗", "active", "fingerprint", "No model answered", "0 running, 2 ended"):
        assert words in out.getvalue()


def test_json_is_the_events_themselves() -> None:
    out = io.StringIO()

    def behave(socket: ServerConnection, _commands: list[Any]) -> None:
        for event in events(RUN, LOG):
            socket.send(json.dumps(event))

    with server(behave) as (url, _):
        assert print_events(feed(url), out)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == events(RUN, LOG)


def test_a_row_counts_what_is_done_whatever_the_kind_of_run() -> None:
    board = Board()
    for event in [*events(RUN, LOG[:4]), *events(OTHER, JOB[:3])]:
        board.add(event)
    persona, job = board.rows[RUN], board.rows[OTHER]
    assert (persona.done, persona.total, persona.cost_usd) == (1, 6, 0.02)
    assert (job.done, job.total, job.kind, job.activity) == (25, 50, "fingerprint", "job.brand_new")
    assert describe_event(JOB[1]) == "25 of 50"


def test_a_board_that_is_left_open_forgets_ended_runs_but_not_that_one_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_ROWS", 10)
    board = Board()
    for event in [*events("run_first", JOB), *events("run_open", LOG[:1])]:
        board.add(event)
    for number in range(50):
        for event in events(f"run_{number}", LOG):
            board.add(event)
    assert len(board.rows) == 10
    assert "run_open" in board.rows
    assert "run_first" not in board.rows
    assert len(board.rows) + board.dropped == 52
    assert not board.succeeded


def test_a_follower_of_a_workspace_remembers_a_bounded_number_of_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "_KNOWN_RUNS", 10)
    follower = Subscription([{"run_id": RUN}, {"workspace": True}])

    def new(event: dict[str, Any]) -> bool:
        return follower.new_event(json.dumps(event)) is not None

    assert new(events(RUN, LOG)[0])
    for number in range(50):
        for event in events(f"run_{number}", LOG):
            assert new(event)
            assert not new(event)
    assert not new(events(RUN, LOG)[0]), "a run that is named is not forgotten"
    [named, everything] = map(json.loads, follower.requests())
    assert named["after"] == 1
    assert set(everything["after"]) == {RUN, *(f"run_{number}" for number in range(40, 50))}
    assert new(events(RUN, LOG)[-1])
    assert len(follower.requests()) == 1


def test_a_full_screen_shows_what_is_going_on_before_what_is_over() -> None:
    board = Board()
    for number in range(60):
        run_id = f"run_{number}"
        for event in events(run_id, LOG if number % 2 else LOG[:1]):
            board.add(event)
    visible_rows = board.visible_rows()
    assert len(visible_rows) == 30
    assert all(not row.ended for row in visible_rows)
