"""Secrets and texts are planted in a local deployment; then all that it stored, logged and published is searched.

A secret may be nowhere but in the file that exists for it. A text of a persona may be in the tables and in the history
of its execution (decision 2), and in no log, event, queue or dead letter.
"""

from __future__ import annotations

import sqlite3
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_server import LocalServer, eventually
from tests.integration.provider_parts import home_of
from tests.providers.setting import KEY as PROVIDER_KEY
from tests.providers.wires import Provider
from tests.span_receiver import SpanReceiver, attributes

pytestmark = [pytest.mark.deep(part="operator"), pytest.mark.timeout(900)]

BRIEF, MESSAGE, TOOL = "canary-brief-7f3a", "canary-message-7f3a", "canary-tool-7f3a"
HEADER, UNKNOWN_KEY, IDEMPOTENCY = "canary-header-7f3a", "ff_live_canary7f3a", "canary-idempotency-7f3a"
MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
SQLITE = b"SQLite format 3\x00"
# The terminal in which the server was started shows the development key.
SHOWN = {("key of the API", "up.log")}
# Tables of DynamoDB that hold texts of personas and chats.
FOR_TEXTS = ("Personas", "RunEvents", "Idempotency")


def mcp(home: LocalServer, tool: str, arguments: dict[str, Any]) -> str:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    reply = home.call("POST", "/mcp", body=body, headers=MCP_HEADERS, timeout=120)
    assert reply.status_code == 200, reply.text
    return reply.text


def planted(home: LocalServer) -> tuple[dict[str, str], dict[str, str]]:
    """Uses the deployment with secrets and texts everywhere; returns both by what they are."""
    headers = {"X-Secret": HEADER, "Cookie": f"session={HEADER}", "Idempotency-Key": IDEMPOTENCY}
    made = home.call("POST", "/v1/keys", body={"name": "canary", "scopes": ["personas:read"]}).json()
    home.call("GET", "/v1/personas", headers={"Authorization": f"Bearer {made['key']}", "X-Secret": HEADER})
    assert home.call("GET", "/v1/personas", headers={"Authorization": f"Bearer {UNKNOWN_KEY}"}).status_code == 401
    hook = home.call("POST", "/v1/webhooks", body={"url": "http://127.0.0.1:9/hook", "events": ["*"]}).json()
    rotated = home.call("POST", f"/v1/webhooks/{hook['id']}/rotate", body={}).json()
    body = {"intent": f"A founder called {BRIEF}"}
    created = home.call("POST", "/v1/personas", body=body, headers=headers, timeout=270)
    assert created.status_code == 201, created.text
    persona = created.json()
    path = f"/v1/personas/{persona['id']}"
    chat = home.call("POST", f"{path}/chat", body={"message": MESSAGE}, timeout=120).json()
    assert home.call("POST", "/v1/personas", body={"intent": BRIEF, "unknown": MESSAGE}).status_code == 422
    mcp(home, "chat_with_persona", {"persona_id": persona["id"], "message": TOOL})
    assert home.call("POST", f"{path}/fingerprint", body={}).status_code == 202
    eventually(lambda: home.call("GET", f"{path}/fingerprint").json()["status"] == "ready", 400)
    secrets = {
        "key of the provider": PROVIDER_KEY,
        "key of the API": home.api_key,
        "created key": made["key"],
        "unknown key": UNKNOWN_KEY,
        "signing secret": hook["secret"],
        "rotated secret": rotated["secret"],
        "header": HEADER,
        "idempotency key": IDEMPOTENCY,
    }
    texts = {
        "brief": BRIEF,
        "message": MESSAGE,
        "message by MCP": TOOL,
        "reply": chat["reply"],
        "answer of a model": persona["soul"]["desire"],
        "phrase": persona["mask"]["signature_phrases"][0],
    }
    return secrets, texts


def files(home: LocalServer) -> Iterator[tuple[str, str]]:
    """Every line of every file of the home but the template's, and every row of its databases."""
    root = home.home.root
    for file in sorted(root.rglob("*")):
        name = str(file.relative_to(root))
        if not file.is_file() or name.startswith(("assembly/", "tools/")) or file == home.home.api_key_file:
            continue
        content = file.read_bytes()
        if content.startswith(SQLITE):
            yield from rows(file)
        elif not name.endswith(("-wal", "-shm")):
            yield from ((name, line.decode(errors="replace")) for line in content.splitlines())


def rows(file: Path) -> Iterator[tuple[str, str]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - names of the database itself
                yield f"{file.name}/{table}", " ".join(readable(cell) for cell in row)


def readable(cell: object) -> str:
    if isinstance(cell, bytes):
        try:
            return zlib.decompress(cell).decode(errors="replace")
        except zlib.error:
            return cell.decode(errors="replace")
    return str(cell)


def items(home: LocalServer) -> Iterator[tuple[str, str]]:
    """Every item of every table, with its compressed documents."""
    dynamodb = home.aws("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                values = [readable(next(iter(value.values()))) for value in item.values()]
                yield table, " ".join(values)


def histories(home: LocalServer) -> Iterator[tuple[str, str]]:
    """Every event of every execution of the state machine."""
    machines = home.aws("stepfunctions")
    for machine in machines.list_state_machines()["stateMachines"]:
        for execution in machines.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
            described = machines.describe_execution(executionArn=execution["executionArn"])
            yield "history", str({**described, "ResponseMetadata": None})
            history = machines.get_execution_history(executionArn=execution["executionArn"], maxResults=1000)
            yield from (("history", str(event)) for event in history["events"])


def log_events(home: LocalServer) -> Iterator[tuple[str, str]]:
    """Every event of every log group of the engine."""
    logs = home.aws("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        found = logs.filter_log_events(logGroupName=group["logGroupName"])
        yield from (("log group", event["message"]) for event in found["events"])


def holds_texts(place: str) -> bool:
    return place == "history" or any(table in place for table in FOR_TEXTS) or place.startswith("engine.sqlite3/")


def test_what_is_planted_is_found_only_where_it_belongs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any
) -> None:
    with (
        SpanReceiver() as receiver,
        home_of(
            Provider.ANTHROPIC, tmp_path / "home", None, {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}
        ) as configured,
    ):
        home = configured.home
        home.without_jobs()
        secrets, texts = planted(home)
        lines = [*items(home), *histories(home), *log_events(home)]
        calls = len(configured.server.requests)
        eventually(lambda: len(receiver.spans()) >= calls, 30)
    lines += files(home)  # as they are after the end: everything is written
    lines += [("span", body.decode(errors="replace")) for body in receiver.bodies]
    spans = [attributes(span) for span in receiver.spans()]
    assert len(spans) == calls, "one span for each call that the provider got"
    assert {"intent_parse", "audit", "chat", "fingerprint"} <= {span["fourfold.work"] for span in spans}
    assert all(span["gen_ai.usage.output_tokens"] > 0 for span in spans if "error.type" not in span)
    hits = [
        (what, place)
        for place, line in lines
        for what, planted_text in {**secrets, **texts}.items()
        if planted_text in line
    ]
    leaks = {(what, place) for what, place in hits if what in secrets or not holds_texts(place)}
    places = sorted({place for place, _ in lines})
    with capsys.disabled():
        sys.stdout.write(f"\n{len(lines)} lines of {len(places)} places, {len(hits)} hits, leaks: {sorted(leaks)}\n")
    record_property("canary", f"{len(lines)} lines, {len(leaks)} leaks")
    assert leaks == SHOWN
    found = {what for what, place in hits if holds_texts(place)}
    assert {"brief", "answer of a model", "message", "message by MCP"} <= found, "the search finds what is there"
    assert len(lines) > 500
