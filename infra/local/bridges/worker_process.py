"""One Lambda worker as the engine sees it: invocations given to it and their answers."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from fourfold.errors import LocalError
from infra.local.bridges.worker import Function
from infra.local.bridges.worker_channel import Channel, ChannelClosedError, Message
from infra.local.home import REPOSITORY
from infra.local.process_group import ProcessGroup

Start = Callable[[Path, socket.socket], int]
"""Starts a process for the code in a folder with this end of its channel; returns its id."""
_ENDED_BEFORE: Final = "the worker's process ended before the invocation"


class WorkerEndedError(LocalError):
    """The worker's process ended with the invocation under way, or could not be started."""


class WorkerNotStartedError(WorkerEndedError):
    """The function was not asked anything.

    This machine had no process, file or connection left for the worker, or its process ended before the invocation.
    """


class InvocationTimeoutError(LocalError):
    """The function did not answer within its timeout."""


class WorkerProcess:
    """A process that serves one function. It is started by the first invocation; the others wait for it."""

    def __init__(self, function: Callable[[], Function], start: Start) -> None:
        """`function` is asked as the process is started; it raises WorkerEndedError or OSError."""
        self._function = function
        self._start = start
        self._starting = threading.Lock()
        self._channel: Channel | None = None
        self._not_started: WorkerEndedError | None = None
        self._ids = itertools.count()
        self._lock = threading.Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._last_used = time.monotonic()
        self.pid: int | None = None
        self.ended = False
        self.leases = 0
        """Invocations under way or to come; its owner counts them."""
        self.retired = False
        """Whether it is given no further invocation."""

    def takes_more(self, most: int) -> bool:
        """Whether it can be given an invocation more, of at most `most`."""
        return not self.ended and not self.retired and self.leases < most

    def is_done(self, idle_since: float) -> bool:
        """Whether it may be ended: it takes no more, or had no invocation since a moment of the monotonic clock."""
        return self.ended or self.retired or self._last_used < idle_since

    def ensure_started(self) -> None:
        """Returns when the handler is imported.

        Raises:
            WorkerNotStartedError: there could be no process for it, or it has ended; the text says why.
            WorkerEndedError: the function has no code, or its handler could not be imported.
        """
        with self._starting:
            if self.ended:
                raise self._not_started or WorkerNotStartedError(_ENDED_BEFORE)
            if self._channel is None:
                try:
                    self._channel = self._started()
                except WorkerEndedError as error:  # those that wait for it fail as the first one does
                    self._not_started = error
                    raise

    def invoke(self, event: Any, *, request_id: str, arn: str, timeout_s: float) -> Message:  # noqa: ANN401 - JSON
        """The worker's answer: `result` or `error`, and `log`.

        Raises:
            WorkerNotStartedError, WorkerEndedError: see the classes.
            InvocationTimeoutError: the invocation goes on in the worker, which must be given no further one.
        """
        self.ensure_started()
        waiting = _Waiting()
        number = next(self._ids)
        with self._lock:
            self._waiting[number] = waiting
        try:
            self._send({"id": number, "event": event, "request_id": request_id, "arn": arn, "timeout_s": timeout_s})
            if not waiting.answered.wait(timeout_s):
                raise InvocationTimeoutError
            if waiting.answer is None:
                raise WorkerEndedError("the worker's process ended during the invocation")
            return waiting.answer
        finally:
            with self._lock:
                del self._waiting[number]
            self._last_used = time.monotonic()

    def end(self) -> None:
        """Ends the process, with what is under way in it."""
        already, self.ended = self.ended, True
        if self._channel is not None:
            self._channel.close()
        if self.pid is not None and not already:  # a process that has ended has given its id back
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _send(self, message: Message) -> None:
        if self._channel is None:
            raise AssertionError("started before it is sent anything")
        try:
            self._channel.send(message)
        except ChannelClosedError:
            raise WorkerNotStartedError(_ENDED_BEFORE) from None

    def _started(self) -> Channel:
        try:
            function = self._function()
            channel = self._process_for(function)
        except OSError as error:
            raise WorkerNotStartedError(f"no process could be started: {error}") from error
        try:
            channel.send(dict(function))
            answer = channel.receive()
        except ChannelClosedError:
            answer = {"error": "the process ended"}
        if "error" in answer:
            self.ended = True
            channel.close()
            raise WorkerEndedError(f"{function['module']} could not be imported: {answer['error']}")
        threading.Thread(target=self._receive, args=(channel,), name="worker-answers", daemon=True).start()
        return channel

    def _process_for(self, function: Function) -> Channel:
        """Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self.pid = self._start(Path(function["folder"]), theirs)
            except OSError:
                ours.close()
                raise
        return Channel(ours)

    def _receive(self, channel: Channel) -> None:
        with suppress(ChannelClosedError):
            while True:
                answer = channel.receive()
                with self._lock:
                    waiting = self._waiting.get(answer["id"])
                if waiting is not None:
                    waiting.answer = answer
                    waiting.answered.set()
        self.ended = True
        with self._lock:
            for waiting in self._waiting.values():
                waiting.answered.set()


class _Waiting:
    """An invocation under way."""

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.answer: Message | None = None


def start_interpreter(group: ProcessGroup, code: Path, channel: socket.socket) -> int:  # noqa: ARG001 - the worker is sent its folder
    """Starts a worker as a fresh interpreter, where nothing is forked."""
    process = group.start(
        [sys.executable, "-m", "infra.local.bridges.worker", str(channel.fileno())],
        pass_fds=[channel.fileno()],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
    )
    threading.Thread(target=process.wait, name="worker-end", daemon=True).start()
    return process.pid
