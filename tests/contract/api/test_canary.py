"""Secrets and texts are planted wherever a caller can put them; then every log line, event, item and input is searched.

Keys, headers and signing secrets must be nowhere. Texts of a persona may be in the tables, which exist for them, and
nowhere else.
"""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest

from functions.api.personas import lookup
from tests.contract.api.conftest import FULL_KEY, Api

BRIEF, MESSAGE, HEADER, KEYNAME = "canary-brief-7f3a", "canary-message-7f3a", "canary-header-7f3a", "canary-name-7f3a"
IDEMPOTENCY, FAULT, UNKNOWN_KEY = "canary-idempotency-7f3a", "canary-fault-7f3a", "ff_canary-unknown-key-7f3a"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every record of every logger with all its fields, as a handler could print it, whatever level is set."""
    lines: list[str] = []

    def keep(_logger: logging.Logger, record: logging.LogRecord) -> None:
        fields = {name: value for name, value in vars(record).items() if name != "exc_info"}
        error = record.exc_info
        trace = "".join(traceback.format_exception(*error)) if isinstance(error, tuple) and error[0] else ""
        lines.append(f"{record.getMessage()} {fields!r} {trace}")

    monkeypatch.setattr(logging.Logger, "callHandlers", keep)
    monkeypatch.setattr(logging.Logger, "isEnabledFor", lambda _logger, level: level >= logging.INFO)
    return lines


def stored(api: Api) -> dict[str, str]:
    """Table -> all its items."""
    names = api.tables.list_tables()["TableNames"]
    return {name: repr(list(api.tables.scan(TableName=name)["Items"])) for name in names}


def test_what_is_planted_is_found_only_where_it_belongs(
    api: Api, logged: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK", "1")
    headers = {"X-Secret": HEADER, "Cookie": f"session={HEADER}", "Idempotency-Key": IDEMPOTENCY}
    made = api.call("POST", "/v1/keys", FULL_KEY, json={"name": KEYNAME, "scopes": ["personas:read"]}).json()
    api.call("GET", "/v1/personas", made["key"], headers=headers)
    assert api.call("GET", "/v1/personas", UNKNOWN_KEY, headers=headers).status_code == 401
    hook = {"url": "http://127.0.0.1:9/hook", "events": ["*"]}
    endpoint = api.call("POST", "/v1/webhooks", FULL_KEY, json=hook).json()
    rotated = api.call("POST", f"/v1/webhooks/{endpoint['id']}/rotate", FULL_KEY, json={}).json()
    body = {"intent": f"A founder called {BRIEF}"}
    generated = api.call("POST", "/v1/personas", FULL_KEY, json=body, headers=headers)
    assert generated.status_code == 201, generated.text
    persona = generated.json()
    api.call("POST", "/v1/personas", FULL_KEY, json=body, headers=headers)
    api.do_jobs()
    chat = api.call("POST", f"/v1/personas/{persona['id']}/chat", FULL_KEY, json={"message": MESSAGE}).json()
    assert api.call("POST", "/v1/personas", FULL_KEY, json={"intent": BRIEF, "unknown": MESSAGE}).status_code == 422

    def fail(*_arguments: object) -> Any:
        raise RuntimeError(FAULT)

    with monkeypatch.context() as broken:
        broken.setattr(lookup, "persona_store", fail)
        assert api.call("GET", f"/v1/personas/{persona['id']}", FULL_KEY).status_code == 500

    # FULL_KEY is in the id that the fixture gives it.
    secrets = [made["key"], UNKNOWN_KEY, endpoint["secret"], rotated["secret"], HEADER]
    texts = [BRIEF, MESSAGE, FAULT, chat["reply"], persona["soul"]["desire"], persona["mask"]["signature_phrases"][0]]
    tables = stored(api)
    output = capfd.readouterr()
    leaving = {
        "log": "\n".join([*logged, output.out, output.err]),
        "executions": json.dumps([name for name, _ in api.machine.started]),
        "queues": json.dumps(api.orders),
        "events": tables["outbox"],
    }
    assert len(logged) > 0
    found = {
        (place, secret) for place, content in {**leaving, **tables}.items() for secret in secrets if secret in content
    }
    assert found == set(), "a secret is where none may be"
    places = {**leaving, **{name: tables[name] for name in ("api-keys", "config", "connections", "webhooks")}}
    assert {(place, text) for place, content in places.items() for text in texts if text in content} == set()
    assert BRIEF in tables["personas"], "the search can find what is there"
    assert sum(len(content) for content in leaving.values()) > 0
