"""The trace that a request, a step or a job belongs to: X-Ray's header, which each part hands on to the next.

API Gateway begins a trace and sends its header with the request. The execution of a run gets it from the API, and
Lambda from the execution, in an environment variable; events carry it to the queues of the jobs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

HEADER: Final = "x-amzn-trace-id"
_VARIABLE: Final = "_X_AMZN_TRACE_ID"
_FORM: Final = re.compile(
    r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(;(Parent=[0-9a-f]{16}|Sampled=[01?]|Self=[0-9a-f-]{1,40}|Lineage=[0-9a-f:]{1,80})){0,6}"
)
_PARENT: Final = re.compile(r";Parent=([0-9a-f]{16})")
_of_request: ContextVar[str | None] = ContextVar("trace", default=None)


def current_trace() -> str | None:
    """The trace header of the request or the invocation that is being handled; None if there is none."""
    header = _of_request.get() or os.environ.get(_VARIABLE)
    return header if header is not None and _FORM.fullmatch(header) else None


def trace_id(header: str | None) -> str | None:
    """The id of the whole trace in a header, such as `1-5759e988-bd862e3fe1be46a994272793`."""
    found = None if header is None else _FORM.fullmatch(header)
    return None if found is None else found[1]


def parent_id(header: str | None) -> str | None:
    """The id of the segment that a header names as parent, 16 hexadecimal digits."""
    found = None if trace_id(header) is None else _PARENT.search(header or "")
    return None if found is None else found[1]


@contextmanager
def traced(header: str | None) -> Iterator[None]:
    """Handles a request with this header: `current_trace` returns it, also in threads of the request."""
    token = _of_request.set(header)
    try:
        yield
    finally:
        _of_request.reset(token)


@dataclass(frozen=True, slots=True)
class Work:
    """What model calls are made for, by ids alone: `kind` is the step, the kind of job, or `chat`."""

    kind: str
    workspace_id: str | None = None
    persona_id: str | None = None
    run_id: str | None = None
    session_id: str | None = None
    trace: str | None = field(default_factory=current_trace)


_work: ContextVar[Work | None] = ContextVar("work", default=None)


def current_work() -> Work | None:
    """The work that the caller is part of; None on a thread that does not know it."""
    return _work.get()


@contextmanager
def working(work: Work) -> Iterator[None]:
    """Does a piece of work: `current_work` returns it."""
    token = _work.set(work)
    try:
        yield
    finally:
        _work.reset(token)
