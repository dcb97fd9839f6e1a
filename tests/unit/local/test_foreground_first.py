"""Requests of the API pass those of workers, and jobs come after generations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from infra.local.bridges import foreground_first
from infra.local.bridges.foreground_first import JOB, WORKER, ForegroundFirst

GET_ITEM = b"DynamoDB_20120810.GetItem"


def request(name: str, agent: str, target: bytes = GET_ITEM) -> dict[str, Any]:
    headers = [(b"user-agent", f"Botocore/1.40 app/{agent}".encode()), (b"x-amz-target", target)]
    return {"type": "http", "name": name, "headers": headers}


class Engine:
    """Handles a request until it is let on; keeps the order in which they were begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Any, receive: Any, _send: object) -> None:
        self.begun.append(scope["name"])
        assert (await receive())["body"] == b"{}"
        await self._ends.setdefault(scope["name"], asyncio.Event()).wait()

    async def end(self, name: str) -> None:
        self._ends.setdefault(name, asyncio.Event()).set()
        await settle()


async def whole() -> dict[str, Any]:
    return {"type": "http.request", "body": b"{}", "more_body": False}


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def play(scenes: Callable[[Engine, Callable[[dict[str, Any]], asyncio.Task[None]]], Awaitable[None]]) -> None:
    async def go() -> None:
        engine = Engine()
        app: Any = ForegroundFirst(engine)
        tasks: list[asyncio.Task[None]] = []

        def send(scope: dict[str, Any]) -> asyncio.Task[None]:
            tasks.append(asyncio.create_task(app(scope, scope.get("receive", whole), None)))
            return tasks[-1]

        await scenes(engine, send)
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    asyncio.run(go())


def test_the_api_waits_for_no_worker_and_workers_take_turns() -> None:
    async def scenes(engine: Engine, send: Any) -> None:
        send(request("worker 1", WORKER))
        send(request("worker 2", WORKER))
        send(request("api", "other"))
        await settle()
        assert engine.begun == ["api", "worker 1"]
        await engine.end("worker 1")
        assert engine.begun[2:] == ["worker 2"]

    play(scenes)


def test_a_request_of_the_api_that_has_reached_the_socket_passes_a_worker() -> None:
    """It is read in the passes of the loop that follow those in which the worker's request was."""

    async def scenes(engine: Engine, send: Any) -> None:
        send(request("worker", WORKER))
        for _ in range(2):
            await asyncio.sleep(0)
        send(request("api", "other"))
        await settle()
        assert engine.begun == ["api", "worker"]

    play(scenes)


def test_a_generation_passes_jobs_that_came_shortly_before() -> None:
    async def scenes(engine: Engine, send: Any) -> None:
        for name, agent in (("first", WORKER), ("job", JOB), ("step", WORKER)):
            send(request(name, agent))
        await settle()
        await engine.end("first")
        assert engine.begun == ["first", "step"]
        await engine.end("step")
        assert engine.begun[2:] == ["job"]

    play(scenes)


def test_a_job_does_not_wait_for_what_comes_later_than_its_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreground_first, "JOBS_LATER_S", 0.0)

    async def scenes(engine: Engine, send: Any) -> None:
        for name, agent in (("first", WORKER), ("job", JOB), ("step", WORKER)):
            send(request(name, agent))
        await settle()
        await engine.end("first")
        assert engine.begun == ["first", "job"]

    play(scenes)


def test_a_caller_that_leaves_keeps_no_turn() -> None:
    async def scenes(engine: Engine, send: Any) -> None:
        send(request("first", WORKER))
        leaving = send(request("leaves", WORKER))
        send(request("last", WORKER))
        await settle()
        leaving.cancel()
        await engine.end("first")
        assert engine.begun == ["first", "last"]

    play(scenes)


def test_a_request_takes_its_turn_when_all_of_it_has_come() -> None:
    async def scenes(engine: Engine, send: Any) -> None:
        send({**request("stopped", WORKER), "receive": asyncio.Event().wait})
        send(request("worker", WORKER))
        await settle()
        assert engine.begun == ["worker"]

    play(scenes)


def test_only_dynamodb_takes_turns() -> None:
    """Other handlers may wait for a worker, whose own requests would then never have their turn."""

    async def scenes(engine: Engine, send: Any) -> None:
        send(request("worker", WORKER))
        send(request("bus", WORKER, b"AWSEvents.PutEvents"))
        await settle()
        assert set(engine.begun) == {"worker", "bus"}

    play(scenes)
