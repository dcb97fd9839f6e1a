"""Bounds a blocking call by the clock. The SDKs bound each read, so a body that drips would never end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from fourfold.errors import DeadlineError

Value = TypeVar("Value")


class CallTimeoutError(DeadlineError):
    """The call did not end in time. Its thread runs on until its own read timeout, or until its next piece arrives."""


def within(timeout_s: float, call: Callable[[], Value]) -> Value:
    """The call's result, or its exception.

    Raises:
        CallTimeoutError: after `timeout_s` seconds.
    """
    called: Future[Value] = Future()

    def run() -> None:
        try:
            called.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the caller's thread
            called.set_exception(error)

    # A daemon thread, not an executor's: a call that was given up must not keep the process from ending.
    threading.Thread(target=run, name="model-call", daemon=True).start()
    wait([called], timeout_s)
    if not called.done():
        raise CallTimeoutError
    return called.result()
