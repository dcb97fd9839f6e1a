"""When a request is sent again, and after how long."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping

import httpx

KEY = "Idempotency-Key"
MAX_RETRIES = 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_RETRIED = frozenset({429, 503})
_IN_PROGRESS = "request_in_progress"


def with_key(method: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with an Idempotency-Key for a POST, so that sending it again does nothing twice."""
    return {KEY: str(uuid.uuid4()), **headers} if method == "POST" else dict(headers)


def is_repeatable(method: str, headers: Mapping[str, str]) -> bool:
    """Whether the request may be sent again: a second one has no further effect."""
    return method in {"GET", "HEAD", "PUT", "DELETE"} or KEY in headers


def pause_after(reply: httpx.Response | None, attempt: int, retries: int) -> float | None:
    """Seconds until the next attempt, or None if there is none; `reply` is None if the connection failed.

    Args:
        reply: the reply, with its body read.
        attempt: the number of attempts before this one.
        retries: the number of attempts after the first.
    """
    if attempt >= retries:
        return None
    if reply is not None and reply.status_code not in _RETRIED and not _is_in_progress(reply):
        return None
    named = "" if reply is None else reply.headers.get("retry-after", "")
    if named.isdecimal():
        seconds = float(named)
        return seconds if seconds <= _LONGEST_PAUSE_S else None
    return min(_FIRST_PAUSE_S * 2.0**attempt, _LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def _is_in_progress(reply: httpx.Response) -> bool:
    if reply.status_code != httpx.codes.CONFLICT:
        return False
    try:
        return bool(reply.json()["code"] == _IN_PROGRESS)
    except (ValueError, TypeError, KeyError):
        return False
