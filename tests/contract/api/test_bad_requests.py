"""What is wrong with a request is said, field by field; nothing starts and nothing is stored."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from tests.contract.api.conftest import KEY, Api, Live

JSON = {"Content-Type": "application/json"}
SECRET_WORDS = "the lighthouse keeper's debt"

BAD_FIELDS: dict[str, tuple[Any, str, str]] = {
    "missing": ({}, "/intent", "required"),
    "null": ({"intent": None}, "/intent", "wrong_type"),
    "number": ({"intent": 34}, "/intent", "wrong_type"),
    "list": ({"intent": [SECRET_WORDS]}, "/intent", "wrong_type"),
    "empty": ({"intent": ""}, "/intent", "string_too_short"),
    "blank": ({"intent": " \n\t\u00a0\u200b\u2003"}, "/intent", "blank"),
    "too long": ({"intent": "x" * 4001}, "/intent", "string_too_long"),
    "NUL": ({"intent": f"{SECRET_WORDS}\0"}, "/intent", "control_character"),
    "escape": ({"intent": f"{SECRET_WORDS}\x1b[31m"}, "/intent", "control_character"),
    "C1": ({"intent": f"{SECRET_WORDS}\x85"}, "/intent", "control_character"),
    "DEL": ({"intent": f"{SECRET_WORDS}\x7f"}, "/intent", "control_character"),
    "lone surrogate": ({"intent": f"{SECRET_WORDS}\ud83d"}, "/intent", "invalid_unicode"),
    "unknown field": ({"intent": SECRET_WORDS, "modell": "x"}, "/modell", "unknown_field"),
    "unknown field with a slash": ({"intent": SECRET_WORDS, "a/b~c": 1}, "/a~1b~0c", "unknown_field"),
    "unknown field that is no text": ({"intent": SECRET_WORDS, "\udfff": 1}, "", "invalid_unicode"),
    "stream as text": ({"intent": SECRET_WORDS, "stream": "yes"}, "/stream", "wrong_type"),
    "stream as number": ({"intent": SECRET_WORDS, "stream": 1}, "/stream", "wrong_type"),
    "body a list": ([SECRET_WORDS], "", "wrong_type"),
    "body a string": (SECRET_WORDS, "", "wrong_type"),
    "body null": (None, "", "wrong_type"),
}


@pytest.mark.parametrize(("body", "pointer", "code"), BAD_FIELDS.values(), ids=BAD_FIELDS.keys())
def test_a_bad_field_is_named(api: Api, body: Any, pointer: str, code: str) -> None:
    reply = api.call("POST", "/v1/personas", content=json.dumps(body), headers=JSON)
    told = reply.json()
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in told["errors"]}
    assert told["request_id"] == reply.headers["request-id"]
    assert SECRET_WORDS not in reply.text
    assert api.nothing_happened()


def test_all_bad_fields_are_named_at_once(api: Api) -> None:
    told = api.call("POST", "/v1/personas", json={"stream": "x", "model": "y"}).json()
    assert {error["pointer"] for error in told["errors"]} == {"/intent", "/stream", "/model"}


NOT_JSON = {
    "nothing": b"",
    "broken": b'{"intent": "' + SECRET_WORDS.encode(),
    "trailing": b'{"intent": "x"} x',
    "not UTF-8": b'{"intent": "\xff\xfe"}',
    "UTF-16": '{"intent": "x"}'.encode("utf-16"),
    "NaN": b'{"intent": "x", "stream": NaN}',
    "a field twice": b'{"intent": "x", "intent": "y"}',
    "a raw control character": b'{"intent": "x\x01"}',
    "nested too deep": b"[" * 60_000,
    "a number too long": b'{"intent": ' + b"9" * 60_000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_refused(api: Api, body: bytes) -> None:
    reply = api.call("POST", "/v1/personas", content=body, headers=JSON)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_json")
    assert SECRET_WORDS not in reply.text
    assert api.nothing_happened()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_another_content_type_is_refused(api: Api, headers: dict[str, str]) -> None:
    reply = api.call("POST", "/v1/personas", content=b'{"intent": "x"}', headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")
    assert api.nothing_happened()


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_by_any_spelling_is_taken(api: Api, content_type: str) -> None:
    reply = api.call("POST", "/v1/personas", content=b'{"intent": "x"}', headers={"Content-Type": content_type})
    assert reply.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "tab\there", "über"])
def test_a_bad_idempotency_key_is_refused(api: Api, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    reply = api.call("POST", "/v1/personas", json={"intent": "x"}, headers=headers)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (400, "Idempotency-Key")
    assert api.nothing_happened()


def test_a_body_over_the_limit_is_refused_by_its_announced_length(api: Api) -> None:
    reply = api.call("POST", "/v1/personas", json={"intent": "x" * 70_000})
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert api.nothing_happened()


def test_a_body_over_the_limit_is_refused_when_its_length_is_not_announced(live: Live) -> None:
    chunks = (b"x" * 8192 for _ in range(100))
    with live.client() as client:
        reply = client.post("/v1/personas", content=chunks, headers=JSON)
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert live.api.nothing_happened()


def test_a_client_that_only_writes_still_reads_413(live: Live) -> None:
    """Ten MB in one go, as clients without Expect: 100-continue send them."""
    body = b"x" * 10_000_000
    host, port = live.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            f"POST /v1/personas HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        connection.sendall(body)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")
    assert live.api.nothing_happened()


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/v1/personas?limit=0", "limit"),
        ("/v1/personas?limit=101", "limit"),
        ("/v1/personas?limit=many", "limit"),
        ("/v1/personas?cursor=", "cursor"),
        ("/v1/personas?cursor=nonsense", "cursor"),
        ("/v1/personas?cursor=%F0%9F%A6%8A", "cursor"),
        ("/v1/personas?cursor=" + "A" * 5000, "cursor"),
    ],
)
def test_a_bad_parameter_is_named(api: Api, path: str, parameter: str) -> None:
    reply = api.call("GET", path)
    assert reply.status_code == 422
    assert [error["pointer"] for error in reply.json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1", 404),
        ("GET", "/v1/personas/", 404),
        ("GET", "/v1/unknown", 404),
        ("GET", "/v1/personas/per_1", 404),
        ("GET", "/v1/personas/../../etc/passwd", 404),
        ("GET", "/v1/personas/per_00000000000000000000000000", 404),
        ("GET", "/v1/runs/run_1", 404),
        ("GET", "/v1/runs/run_00000000000000000000000000", 404),
        ("GET", "/v1/runs/run_00000000000000000000000000/events", 404),
        ("DELETE", "/v1/personas", 405),
        ("PUT", "/v1/health", 405),
        ("POST", "/v1/runs/run_00000000000000000000000000", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(api: Api, method: str, path: str, status: int) -> None:
    reply = api.call(method, path)
    assert reply.status_code == reply.json()["status"] == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert ("allow" in reply.headers) == (status == 405)
