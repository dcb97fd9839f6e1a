"""Odd ids, queries, headers and methods on every route: an answer of the 4xx kind, never a 5xx, never a started run."""

from __future__ import annotations

import pytest

from fourfold.http.scopes import SCOPES
from functions.api.openapi.operations import Operation
from tests.contract.api.conftest import FULL_KEY, Api, Live
from tests.contract.api.sample_requests import sample_request
from tests.contract.api.served import all_operations
from tests.examples import some

OPERATIONS = [operation for operation in all_operations() if operation.scope is not None]
WITH_IDS = [operation for operation in OPERATIONS if "_id}" in operation.path]
LISTS = [operation for operation in OPERATIONS if operation.method == "GET" and "{" not in operation.path]
HOSTILE_IDS = {
    "NUL": "%00",
    "NUL behind an id": "per_00000000000000000000000000%00",
    "not UTF-8": "%ff%fe",
    "a surrogate": "%ED%A0%80",
    "an emoji": "%F0%9F%A6%8A",
    "dots": "%2e%2e",
    "a line end": "per_1%0d%0aSet-Cookie:%20x",
    "a line end behind an id": "per_00000000000000000000000000%0a",
    "a space": "%20",
    "upper case": "PER_00000000000000000000000000",
    "another alphabet": "per_0000000000000000000000000%D9%A1",
    "a percent sign": "%25",
    "a key's delimiter": "per_1%23RUN%23x",
    "JSON": "%7B%22$gt%22:%22%22%7D",
    "10,000 characters": "x" * 10_000,
}


@pytest.mark.random
@pytest.mark.parametrize("operation", WITH_IDS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_an_id_of_any_shape_names_nothing(live: Live, operation: Operation) -> None:
    body = sample_request(live.api, operation)
    with live.client(FULL_KEY) as client:
        for name, hostile in some(list(HOSTILE_IDS.items()), 3, WITH_IDS.index(operation)):
            path = operation.path.replace("{version}", "1").replace("{other_version}", "2")
            path = "/".join(
                hostile if part.startswith("{") and part.endswith("_id}") else part for part in path.split("/")
            )
            reply = client.request(operation.method, live.url + path, **body)
            assert (reply.status_code, reply.json()["code"]) == (404, "not_found"), name
            assert "set-cookie" not in reply.headers


@pytest.mark.random
@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.path)
def test_a_query_of_any_shape_is_taken_or_refused(live: Live, operation: Operation) -> None:
    queries = (
        "limit=%00",
        "limit=1e3",
        "limit=99999999999999999999999999",
        "limit=%EF%BC%91",
        "cursor=%00",
        "cursor=%ED%A0%80",
        "cursor=" + "A" * 50_000,
        "limit=1&limit=2",
        "x=" + "y" * 50_000,
        "&&&=&=%",
        "%00=%00",
    )
    with live.client(FULL_KEY) as client:
        for query in some(queries, 3, LISTS.index(operation)):
            status = client.get(f"{live.url}{operation.path}?{query}").status_code
            assert status in {200, 400, 422}, query[:40]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": b"Bearer " + b"x" * 20_000},
        {"Authorization": b"Bearer \xff\xfe"},
        {"Accept": b"\xff/\xff, application/json;q=oops"},
        {"Prefer": b"wait=99999999999999999999, \xff"},
        {"Last-Event-ID": b"-1"},
        {"Content-Type": b"\xff"},
        {"Content-Length": b"0", "Transfer-Encoding": b"chunked"},
        {"Cookie": b"a=b; " * 1000},
        {"X-Forwarded-For": b"127.0.0.1", "X-Forwarded-Host": b"evil.example.com"},
    ],
)
def test_headers_of_any_shape_break_nothing(api: Api, headers: dict[str, bytes]) -> None:
    for path in ("/v1/personas", "/v1/keys", "/v1/runs/run_00000000000000000000000000/events"):
        reply = api.call("GET", path, None, headers={"Authorization": f"Bearer {FULL_KEY}", **headers})
        assert reply.status_code < 500
        assert "evil.example.com" not in str(reply.headers) + reply.text


@pytest.mark.parametrize(
    "headers",
    [
        {"If-Match": '"a"' + " " * 9_000 + "x"},
        {"Accept": "a" * 9_000},
        {f"X-{number}": "a" * 4_000 for number in range(9)},
        {f"X-{number}": "a" for number in range(120)},
    ],
    ids=["If-Match", "one too long", "too long together", "too many"],
)
def test_headers_have_limits(live: Live, headers: dict[str, str]) -> None:
    with live.client(FULL_KEY) as client:
        for method in ("GET", "PATCH"):
            reply = client.request(method, "/v1/personas/per_00000000000000000000000000", headers=headers, json={})
            assert (reply.status_code, reply.json()["code"]) == (431, "headers_too_large")
            assert reply.headers["content-type"] == "application/problem+json"
        assert client.get("/v1/personas").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "OPTIONS", "PUT"])
def test_methods_nobody_serves_are_refused_with_those_that_are(api: Api, method: str) -> None:
    reply = api.call(method, "/v1/keys", FULL_KEY)
    assert reply.status_code == 405
    assert reply.headers["allow"] == "GET, HEAD, POST"


def test_a_refusal_never_repeats_what_was_sent(api: Api) -> None:
    secret = "hunter2-hunter2"
    for body in (
        {"intent": {"password": secret}},
        {"intent": 1, "stream": secret},
        {"intent": "x", "config": {"a": secret}},
    ):
        assert secret not in api.call("POST", "/v1/personas", FULL_KEY, json=body).text
    for key in ({"name": [secret], "scopes": SCOPES}, {"name": "x", "scopes": [{"x": secret}]}):
        assert secret not in api.call("POST", "/v1/keys", FULL_KEY, json=key).text
