"""A process that serves one Lambda function: many invocations at once, each on a thread.

It is forked by `infra.local.bridges.fork_server`, or started as `python -m infra.local.bridges.worker <descriptor>`
where nothing is forked. Its first message is the function (see `Function`), answered with `{"ready": true}` or
`{"error": ...}`. Each further message is an invocation, `{"id", "event", "request_id", "arn", "timeout_s"}`, answered
in any order with `{"id", "result", "log"}` or `{"id", "error", "kind", "trace", "log"}`; `kind` is the name of the
exception's class, as on AWS, where state machines retry errors by it. When the channel closes, the process ends at
once: no worker outlives the engine.

An invocation has a context of its own (`contextvars`), and what it writes to the standard streams is its log. What it
leaves in variables of a module it shares with the others: that is why everything the product keeps there is either
immutable or safe for threads.
"""

from __future__ import annotations

import contextvars
import importlib
import io
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TextIO, TypedDict

from infra.local.bridges.worker_channel import Channel, ChannelClosedError, Message

INVOCATIONS_AT_ONCE: Final = 64
# The type of what is no exception: an exit, or a result that is not JSON.
HANDLER_ERROR: Final = "Runtime.HandlerError"

Handler = Callable[[Any, "Context"], Any]


class Function(TypedDict):
    """What a worker serves: code in `folder`, `module.handler`, and the function's environment variables."""

    folder: str
    module: str
    handler: str
    environment: dict[str, str]
    niceness: int
    name: str
    memory_mb: int


@dataclass(frozen=True)
class Context:
    """The context object of one invocation, as Lambda's runtime for Python has it."""

    function_name: str
    function_version: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self.deadline - time.time()) * 1000))


class InvocationStream(io.TextIOBase):
    """A standard stream that writes into the log of the invocation whose context it is used in."""

    def __init__(self, log: contextvars.ContextVar[io.StringIO | None], outside: TextIO) -> None:
        super().__init__()
        self._log = log
        self._outside = outside

    def write(self, text: str) -> int:
        """Outside an invocation, or on a thread that one started, it is the process's own stream."""
        return (self._log.get() or self._outside).write(text)

    def flush(self) -> None:
        if self._log.get() is None:
            self._outside.flush()

    def writable(self) -> bool:
        return True


class Worker:
    """Serves invocations of one function until the channel closes."""

    def __init__(self, channel: Channel, function: Function) -> None:
        self._channel = channel
        self._function = function
        self._log: contextvars.ContextVar[io.StringIO | None] = contextvars.ContextVar("log", default=None)
        self._handler: Handler

    def initialise(self) -> None:
        """Becomes the function's environment and imports its handler; raises what that raises."""
        function = self._function
        os.environ.clear()
        os.environ.update(function["environment"])
        os.chdir(function["folder"])
        sys.path.insert(0, function["folder"])
        with suppress(OSError):  # where niceness is not ours to raise, the worker is as urgent as any
            os.nice(function["niceness"])
        sys.stdout = InvocationStream(self._log, sys.__stderr__ or io.StringIO())
        sys.stderr = InvocationStream(self._log, sys.__stderr__ or io.StringIO())
        self._handler = getattr(importlib.import_module(function["module"]), function["handler"])

    def serve(self) -> None:
        """Returns when the channel is closed."""
        threads = ThreadPoolExecutor(INVOCATIONS_AT_ONCE, thread_name_prefix="invocation")
        with suppress(ChannelClosedError):
            while True:
                threads.submit(contextvars.copy_context().run, self._invoke, self._channel.receive())

    def _invoke(self, invocation: Message) -> None:
        log = io.StringIO()
        self._log.set(log)
        answer: Message = {"id": invocation["id"]}
        try:
            answer["result"] = self._handler(invocation["event"], self._context(invocation))
        except BaseException as error:  # noqa: BLE001 - the invocation failed, whatever it was; the others go on
            kind = type(error).__name__ if isinstance(error, Exception) else HANDLER_ERROR
            answer |= {"error": str(error), "kind": kind, "trace": traceback.format_exc()}
        answer["log"] = log.getvalue()
        with suppress(ChannelClosedError):
            try:
                self._channel.send(answer)
            except (TypeError, ValueError) as error:
                answer.pop("result", None)
                text = f"the result is not JSON: {error}"
                self._channel.send({**answer, "error": text, "kind": HANDLER_ERROR, "trace": ""})

    def _context(self, invocation: Message) -> Context:
        name = self._function["name"]
        return Context(
            function_name=name,
            function_version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            memory_limit_in_mb=self._function["memory_mb"],
            invoked_function_arn=invocation["arn"],
            aws_request_id=invocation["request_id"],
            log_group_name=f"/aws/lambda/{name}",
            log_stream_name=os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
            deadline=time.time() + invocation["timeout_s"],
        )


def run(connection: socket.socket) -> NoReturn:
    """Serves the function that comes as the first message; ends the process."""
    channel, code = Channel(connection), 0
    try:
        function: Function = channel.receive()  # type: ignore[assignment]
        worker = Worker(channel, function)
        try:
            worker.initialise()
        except BaseException as error:  # noqa: BLE001 - whatever the code does as it is imported
            channel.send({"error": str(error) or type(error).__name__, "trace": traceback.format_exc()})
            code = 1
        else:
            channel.send({"ready": True})
            worker.serve()
    except ChannelClosedError:
        pass
    finally:
        os._exit(code)


if __name__ == "__main__":
    run(socket.socket(fileno=int(sys.argv[1])))
