"""Replies kept by Idempotency-Key, for any route that does its work through `idempotent`."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, Request, Response
from pydantic import BaseModel

from fourfold.http.auth import Caller
from fourfold.http.body import json_body
from fourfold.http.problems import ProblemError
from fourfold.idempotency import LEASE_S, Execution
from fourfold.problem import problem
from fourfold.storage.idempotency.claims import DynamoClaims
from functions import clock
from functions.api import idempotent as once_module
from functions.api.app import create_app
from functions.api.dependencies import caller_with
from functions.api.idempotent import idempotent
from functions.api.wiring import claims
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api

KEYED = {"Idempotency-Key": "a thing"}
BODY = {"name": "naïve 🙂"}
HELD_AT_MOST_S = 60


class Thing(BaseModel):
    name: str


@dataclass
class Workshop:
    """A route that makes things; what it does is set by the test, and each time it is done is written down."""

    api: Api
    done: list[Execution] = field(default_factory=list)
    outcome: Callable[[], Awaitable[Response]] | None = None

    async def work(self, execution: Execution) -> Response:
        self.done.append(execution)
        if self.outcome is not None:
            return await self.outcome()
        content = json.dumps({"id": execution.operation_id})
        return Response(content, 201, {"Location": "/v1/things/1"}, media_type="application/json")

    def make(self, body: object = None, key: str = FULL_KEY, place: str = "a", **headers: str) -> httpx.Response:
        async def go() -> httpx.Response:
            async with self.api.client(key) as client:
                return await client.post(f"/v1/places/{place}/things", json=body or BODY, headers=KEYED | headers)

        return asyncio.run(go())

    def make_at_once(self, count: int) -> list[httpx.Response]:
        """Sends `count` requests; the one that does the work is answered after all others were."""
        waiting, over = count - 1, asyncio.Event()

        async def held() -> Response:
            await asyncio.wait_for(over.wait(), HELD_AT_MOST_S)
            return Response("{}", 201, media_type="application/json")

        async def go() -> list[httpx.Response]:
            async def make() -> httpx.Response:
                nonlocal waiting
                reply = await client.post("/v1/places/a/things", json=BODY, headers=KEYED)
                waiting -= 1
                if not waiting:
                    over.set()
                return reply

            async with self.api.client(FULL_KEY) as client:
                return await asyncio.gather(*(make() for _ in range(count)))

        self.outcome = held
        return asyncio.run(go())


@pytest.fixture
def workshop(api: Api) -> Workshop:
    app = create_app()  # not the others': it gets a route more
    made = Workshop(replace(api, app=app))

    @app.post("/v1/places/{place}/things")
    async def make(
        place: str,  # noqa: ARG001 - a part of the path
        request: Request,
        caller: Annotated[Caller, Depends(caller_with("chat:write"))],
    ) -> Response:
        return await idempotent(request, caller, await json_body(request, Thing), made.work)

    return made


def answers(status: int, code: str = "") -> Callable[[], Awaitable[Response]]:
    async def answer() -> Response:
        if code:
            raise ProblemError(problem(code, "No", status, "Not now."), {"Retry-After": "7"})
        return Response(status_code=status)

    return answer


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = clock.now().timestamp()
    claims.cache_clear()
    monkeypatch.setattr(DynamoClaims, "_now_ms", lambda _self: int((real + seconds) * 1000))


def test_a_repeated_request_gets_the_first_reply(workshop: Workshop) -> None:
    first, second = workshop.make(), workshop.make()
    assert (second.status_code, second.json()) == (first.status_code, first.json()) == (201, first.json())
    assert second.headers["location"] == "/v1/things/1"
    assert second.headers["content-type"] == "application/json"
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(workshop.done) == 1


def test_without_a_key_each_request_is_its_own(workshop: Workshop) -> None:
    async def go() -> set[str]:
        async with workshop.api.client(FULL_KEY) as client:
            return {(await client.post("/v1/places/a/things", json=BODY)).json()["id"] for _ in range(3)}

    assert len(asyncio.run(go())) == 3


def test_another_body_or_another_place_is_refused(workshop: Workshop) -> None:
    workshop.make()
    for reply in (workshop.make({"name": "other"}), workshop.make(place="b")):
        assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert len(workshop.done) == 1


def test_another_workspace_has_keys_of_its_own(workshop: Workshop) -> None:
    assert workshop.make().json() != workshop.make(key=OTHER_FULL_KEY).json()


def test_a_refusal_by_the_work_is_replayed_under_its_own_request_id(workshop: Workshop) -> None:
    workshop.outcome = answers(409, "persona_busy")
    first, second = workshop.make(), workshop.make()
    assert (first.status_code, second.status_code) == (409, 409)
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json()["request_id"] == second.headers["request-id"] != first.json()["request_id"]
    assert len(workshop.done) == 1


@pytest.mark.parametrize(("status", "code"), [(429, "rate_limited"), (503, "service_unavailable"), (502, "")])
def test_what_may_pass_is_done_again_under_the_same_name(workshop: Workshop, status: int, code: str) -> None:
    workshop.outcome = answers(status, code)
    assert workshop.make().status_code == status
    assert workshop.make({"name": "other"}).status_code == 422
    workshop.outcome = None
    again = workshop.make()
    assert again.status_code == 201
    assert "idempotency-replayed" not in again.headers
    assert [execution.resumed for execution in workshop.done] == [False, True]
    assert len({execution.operation_id for execution in workshop.done}) == 1


def test_work_that_breaks_leaves_the_key_free(workshop: Workshop) -> None:
    async def broken() -> Response:
        raise RuntimeError

    workshop.outcome = broken
    assert workshop.make().status_code == 500
    workshop.outcome = None
    assert workshop.make().status_code == 201


def test_twenty_at_once_do_the_work_once(workshop: Workshop) -> None:
    replies = workshop.make_at_once(20)
    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 19}
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"request_in_progress"}
    assert all(int(reply.headers["retry-after"]) > 0 for reply in replies if reply.status_code == 409)
    assert len(workshop.done) == 1
    assert workshop.make().headers["idempotency-replayed"] == "true"


def test_after_a_crash_the_work_is_taken_up_under_the_same_name(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the work and before its reply is stored."""

    def dies(*_: object) -> bool:
        raise ConnectionResetError

    with monkeypatch.context() as crash:
        crash.setattr(DynamoClaims, "keep", dies)
        assert workshop.make().status_code == 500
    assert workshop.make().status_code == 409, "its lease has not expired"
    later(monkeypatch, LEASE_S + 1)
    replies = workshop.make_at_once(20)
    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 19}
    assert [execution.resumed for execution in workshop.done] == [False, True]
    assert len({execution.operation_id for execution in workshop.done}) == 1


def test_long_work_keeps_its_claim(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    renewals, renewed_twice = list[bool](), threading.Event()
    renew = DynamoClaims.renew

    def counted(self: DynamoClaims, execution: Execution) -> bool:
        renewals.append(renew(self, execution))
        if len(renewals) == 2:
            renewed_twice.set()
        return renewals[-1]

    async def slow() -> Response:
        await asyncio.to_thread(renewed_twice.wait, HELD_AT_MOST_S)
        return Response(status_code=204)

    monkeypatch.setattr(DynamoClaims, "renew", counted)
    monkeypatch.setattr(once_module, "LEASE_S", 0.03)
    workshop.outcome = slow
    assert workshop.make().status_code == 204
    assert len(renewals) >= 2
    assert all(renewals)


def test_a_process_slower_than_its_lease_does_not_answer_for_its_heir(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def overtaken() -> Response:
        later(monkeypatch, LEASE_S + 1)
        heir = await asyncio.to_thread(claims().claim, _key(workshop), _fingerprint(workshop))
        assert isinstance(heir, Execution)
        return Response(status_code=204)

    workshop.outcome = overtaken
    reply = workshop.make()
    assert (reply.status_code, reply.json()["code"]) == (409, "request_in_progress")


def _key(workshop: Workshop) -> str:
    [item] = [item for item in workshop.api.stored("idempotency") if "operation_id" in item]
    return str(item["id"]["S"])


def _fingerprint(workshop: Workshop) -> str:
    [item] = [item for item in workshop.api.stored("idempotency") if "operation_id" in item]
    return str(item["fingerprint"]["S"])
