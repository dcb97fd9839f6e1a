"""Bounds a blocking call by the clock. The SDKs bound each read, so a body that drips would never end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class OutOfTimeError(Exception):
    """The call did not end in time. Its thread goes on until its own read timeout, or for as long as a body drips."""


class _Call(Generic[Value]):
    def __init__(self, call: Callable[[], Value]) -> None:
        self._call = call
        self._value: list[Value] = []
        self._error: BaseException | None = None
        # A daemon: a call that was given up must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="model-call", daemon=True)

    def result(self, timeout_s: float) -> Value:
        self._thread.start()
        self._thread.join(timeout_s)
        if self._error is not None:
            raise self._error
        if not self._value:
            raise OutOfTimeError
        return self._value[0]

    def _run(self) -> None:
        try:
            self._value.append(self._call())
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the caller's thread
            self._error = error


def within(timeout_s: float, call: Callable[[], Value]) -> Value:
    """The call's result, or its exception.

    Raises:
        OutOfTimeError: after `timeout_s` seconds.
    """
    return _Call(call).result(timeout_s)
