"""Progress of an evaluation on the real engine: clients that leave after each event and return miss and repeat none."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from httpx_sse import connect_sse

from fourfold.progress.events import TERMINAL_TYPES
from tests.integration.local_server import LocalServer
from tests.integration.progress_client import connected

Events = list[dict[str, Any]]
# Two single calls for each brief: the cheapest evaluation there is.
BODY: dict[str, Any] = {
    "a": {"method": "naive"},
    "b": {"method": "naive"},
    "allow_same": True,
    "briefs": ["A nurse in Leeds, 40", "A baker in Bonn, 50"],
    "preferences": False,
    "max_usd": 1,
}


def by_sse(stack: LocalServer, run_id: str) -> Events:
    """Reads one event of each stream, and returns with Last-Event-ID."""
    seen: Events = []
    headers = {"Authorization": f"Bearer {stack.api_key}"}
    with httpx.Client(base_url=stack.server.api_url, headers=headers, timeout=60) as http:
        while not seen or seen[-1]["type"] not in TERMINAL_TYPES:
            last = {"Last-Event-ID": str(seen[-1]["seq"])} if seen else {}
            with connect_sse(http, "GET", f"/v1/runs/{run_id}/events", headers=last) as source:
                seen.append(next(json.loads(sse.data) for sse in source.iter_sse() if sse.data))
    return seen


def by_websocket(stack: LocalServer, run_id: str) -> Events:
    """Hears one event of each connection, and returns with `after`."""
    seen: Events = []
    while not seen or seen[-1]["type"] not in TERMINAL_TYPES:
        with connected(stack) as client:
            after = seen[-1]["seq"] if seen else 0
            assert client.ask(action="subscribe", run_id=run_id, after=after)["type"] == "ack"
            seen.append(client.hear())
    return seen


def test_a_client_that_returns_misses_and_repeats_no_event_of_an_evaluation(stack: LocalServer) -> None:
    started = stack.call("POST", "/v1/evaluations", body=BODY)
    assert started.status_code == 202, started.text
    run_id = started.json()["run_id"]
    with ThreadPoolExecutor(2) as pool:
        streamed, pushed = pool.submit(by_sse, stack, run_id), pool.submit(by_websocket, stack, run_id)
        streamed_events, pushed_events = streamed.result(120), pushed.result(120)
    logged = stack.call("GET", f"/v1/runs/{run_id}/events/list").json()["data"]
    assert [event["type"] for event in logged] == ["run.started", "job.started", *["job.progress"] * 2, "job.completed"]
    # Two pairs that end within milliseconds may be logged in either order.
    assert {event["done"] for event in logged if event["type"] == "job.progress"} == {1, 2}
    assert streamed_events == logged
    assert pushed_events == logged
    last = {"Last-Event-ID": str(logged[-1]["seq"])}
    assert stack.call("GET", f"/v1/runs/{run_id}/events", headers=last).status_code == 204
    assert stack.call("GET", started.headers["location"]).json()["status"] == "completed"
