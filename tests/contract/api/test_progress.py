"""Where live progress is, and tickets."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from functions.api.progress.routes import tickets, websocket_url
from tests.contract.api.conftest import KEY, READ_KEY, WRITE_KEY, Api

WEBSOCKET = "wss://abcdef1234.execute-api.eu-central-1.amazonaws.com/prod"


def test_the_address_is_told_to_whoever_may_read(api: Api) -> None:
    reply = api.call("GET", "/v1/progress", key=READ_KEY)
    assert (reply.status_code, reply.json()["url"]) == (200, WEBSOCKET)
    assert api.call("GET", "/v1/progress", key=None).status_code == 401
    assert api.call("GET", "/v1/progress", key=WRITE_KEY).status_code == 403
    assert api.call("POST", "/v1/progress/tickets", key=WRITE_KEY).status_code == 403


def test_a_ticket_is_new_each_time_and_stored_hashed(api: Api) -> None:
    tickets.cache_clear()
    replies = [api.call("POST", "/v1/progress/tickets", key=READ_KEY) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    first, second = (reply.json() for reply in replies)
    assert first["ticket"] != second["ticket"]
    assert first["url"] == f"{WEBSOCKET}?ticket={first['ticket']}"
    left = datetime.fromisoformat(first["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    stored = json.dumps(api.stored("connections"))
    for secret in (first["ticket"], READ_KEY, KEY):
        assert secret not in stored


@pytest.mark.parametrize(
    ("endpoint", "base", "url"),
    [
        ("https://a.example/prod", "", "wss://a.example/prod"),
        ("https://a.example/prod", "http://127.0.0.1:4566", "wss://a.example/prod"),
        ("/_aws/execute-api/a/local", "http://127.0.0.1:4566", "ws://127.0.0.1:4566/_aws/execute-api/a/local"),
    ],
)
def test_the_address_may_be_relative_to_the_engine_s(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, base: str, url: str
) -> None:
    monkeypatch.setenv("FOURFOLD_PROGRESS_ENDPOINT", endpoint)
    monkeypatch.setenv("AWS_ENDPOINT_URL", base)
    assert websocket_url() == url
