"""One trace id from the API through the machine to the jobs: what each part receives, and hands on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import anyio.to_thread
import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from starlette.types import Receive, Scope, Send

from fourfold.http import edge
from fourfold.progress.run import RunKind
from fourfold.storage.outbox import entry_item
from fourfold.trace import current_trace, trace_id
from functions import event_bus, job_entry
from functions.api.runs import start_execution as api_start

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
HEADER = f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"
ENTRY: dict[str, Any] = {
    "Source": "fourfold",
    "DetailType": "persona.created",
    "Detail": {"metadata": {"event_id": "evt_1"}, "data": {}},
}


class Calls:
    """Stands for Step Functions and EventBridge: remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def start_execution(self, **request: Any) -> None:
        self.asked.append(request)

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto's name
        self.asked += Entries
        return {"Entries": [{"EventId": "x"} for _ in Entries]}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    made = Calls()
    monkeypatch.setattr(api_start, "stepfunctions", lambda: made)
    monkeypatch.setattr(event_bus, "_bus", lambda: made)
    monkeypatch.setenv("FOURFOLD_STATE_MACHINE_ARN", "arn:machine")
    monkeypatch.setenv("FOURFOLD_EVENT_BUS", "bus")
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    return made


def served(*headers: str) -> dict[str, Any]:
    """A request that starts an execution on a thread; returns the fields of its log line."""
    lines: list[dict[str, Any]] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await anyio.to_thread.run_sync(lambda: api_start.start_execution("run_1", "{}"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ignore(_message: Any) -> None:
        return

    sent = [(b"x-amzn-trace-id", header.encode()) for header in headers]
    scope = {"type": "http", "method": "POST", "headers": sent}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge.logger, "info", lambda _text, extra: lines.append(extra))
        asyncio.run(edge.Edge(app)(scope, ignore, ignore))  # type: ignore[arg-type]
    [line] = lines
    return line


def test_the_execution_of_a_request_gets_its_trace(calls: Calls) -> None:
    assert served(HEADER)["trace_id"] == ROOT
    assert calls.asked[0]["traceHeader"] == HEADER
    assert current_trace() is None, "the next request begins without one"


@pytest.mark.parametrize("headers", [(), (HEADER, HEADER), ("Root=x",), (f"{HEADER}\r\nX: y",), ("Root=1-5759e988",)])
def test_a_header_that_is_none_is_not_handed_on(calls: Calls, headers: tuple[str, ...]) -> None:
    assert served(*headers)["trace_id"] is None
    assert "traceHeader" not in calls.asked[0]


def test_events_of_a_step_carry_its_trace_to_the_queues(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    untraced = json.loads(entry_item(ENTRY)["entry"]["S"])
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
    stored = json.loads(entry_item(ENTRY)["entry"]["S"])
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER.replace("5759e988", "5759e999"))  # of the publisher
    assert event_bus.publish([stored, untraced]) == []
    assert [entry.get("TraceHeader") for entry in calls.asked] == [HEADER, None]


def test_a_job_logs_the_trace_of_its_message() -> None:
    record: dict[str, Any] = {"attributes": {"AWSTraceHeader": HEADER, "ApproximateReceiveCount": "1"}}
    fields = job_entry._log_fields(None, RunKind.FINGERPRINT, SQSRecord(record))  # noqa: SLF001
    assert fields["trace_id"] == ROOT == trace_id(HEADER)
