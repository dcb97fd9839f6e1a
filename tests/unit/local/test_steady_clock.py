"""Bridge: what MiniStack waits for does not depend on whether the machine's clock is set."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ministack.core import sigv4
from ministack.services import sqs

from infra.local.bridges.steady_clock import install_steady_clock
from tests.unit.local.store.engines import copy_of

HOUR_S, HIDDEN_S, MONTH_S = 3600, 600, 30 * 86_400


class Machine:
    """The clocks of this process, which a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._set_s = self._passed_s = 0.0
        wall, monotonic = time.time, time.monotonic
        monkeypatch.setattr(time, "time", lambda: wall() + self._set_s + self._passed_s)
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + self._passed_s)

    def set(self, ahead_s: float) -> None:
        """Sets the wall clock so many seconds ahead of the right time."""
        self._set_s = ahead_s

    def passes(self, seconds: float) -> None:
        self._passed_s += seconds


class Queue:
    """A queue of MiniStack's with one message."""

    def __init__(self) -> None:
        self._sqs = copy_of(sqs)
        install_steady_clock(self._sqs)
        self._url = self._act("CreateQueue", QueueName="q", Attributes={"VisibilityTimeout": str(HIDDEN_S)})["QueueUrl"]
        self._act("SendMessage", QueueUrl=self._url, MessageBody="x")

    def receives(self) -> int:
        return len(self._sqs._receive_messages_for_esm(self._url, 10))  # noqa: SLF001

    def _act(self, action: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._sqs._HANDLERS[action](request, request.get("QueueUrl", ""))  # noqa: SLF001
        return answer


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.fixture
def queue(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Queue:  # noqa: ARG001 - which is set before it is made
    monkeypatch.setattr(sigv4, "request_time_failure", sigv4.request_time_failure)  # what is installed is taken back
    return Queue()


def test_a_message_that_is_received_while_the_clock_is_ahead_is_not_hidden_for_longer(
    machine: Machine, queue: Queue
) -> None:
    machine.set(HOUR_S)
    assert queue.receives() == 1
    machine.set(0)
    machine.passes(HIDDEN_S + 1)
    assert queue.receives() == 1


@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S])
def test_a_message_in_progress_is_not_given_to_another_as_the_clock_is_set(
    machine: Machine, queue: Queue, ahead_s: float
) -> None:
    assert queue.receives() == 1
    machine.set(ahead_s)
    assert queue.receives() == 0
    machine.passes(HIDDEN_S - 1)
    assert queue.receives() == 0


def test_a_message_is_not_dropped_as_too_old_when_the_clock_is_set(machine: Machine, queue: Queue) -> None:
    machine.set(MONTH_S)
    assert queue.receives() == 1
