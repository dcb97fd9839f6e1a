"""Invocations that share a process: what one answers is its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from functions.execution_ended import handler as execution_ended
from functions.progress_push import handler as progress_push
from functions.webhook_fanout import handler as webhook_fanout

RECORD_HANDLERS = [(execution_ended, "_end"), (webhook_fanout, "_fan_out"), (progress_push, "_catch_up")]


@pytest.mark.parametrize(("module", "of_record"), RECORD_HANDLERS, ids=lambda part: getattr(part, "__name__", part))
def test_each_reports_the_messages_it_failed_itself(
    module: ModuleType, of_record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = threading.Barrier(4)

    def handle(record: Any) -> None:
        everybody.wait(10)  # every invocation is in the middle of its batch
        if record.body == "bad":
            raise ValueError

    monkeypatch.setattr(module, of_record, handle)

    def invoke(number: int) -> list[str]:
        bodies = ("good", "bad") if number % 2 else ("bad", "good")
        records = [
            {"messageId": f"{number}-{body}", "eventSource": "aws:sqs", "body": body, "attributes": {}}
            for body in bodies
        ]
        answer = module.handler({"Records": records}, SimpleNamespace())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    with ThreadPoolExecutor(4) as threads:
        failed = list(threads.map(invoke, range(4)))
    assert failed == [[f"{number}-bad"] for number in range(4)]
