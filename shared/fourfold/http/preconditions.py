"""Entity tags of personas, and `If-Match` (RFC 9110, sections 8.8.3 and 13.1.1)."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from fourfold.http.problems import ProblemError
from fourfold.persona import Persona
from fourfold.problem import problem

HEADER = "If-Match"
# What background work changes of a persona stays out of its tag: it meets no writer's change.
_NOT_IN_TAG: Final = frozenset({"pending_run_id", "fingerprint", "test_suite"})
# No part of it may match an empty text or a space: callers choose the header, and the search must stay linear.
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def etag_of(persona: Persona) -> str:
    """The persona's tag: another one after every change a caller or a run makes."""
    content = persona.model_dump_json(exclude=set(_NOT_IN_TAG))
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def require_match(headers: list[str], persona: Persona) -> None:
    """Raises ProblemError (412) if the request names tags and the persona's is not among them.

    A request without the header is not bound to any state; `*` is any. Weak tags match nothing.
    """
    if not headers:
        return
    named = ", ".join(headers)
    if named.strip() == "*" or etag_of(persona) in _TAG.findall(named):
        return
    answer = problem(
        "precondition_failed",
        "The persona has changed",
        412,
        "It is no longer what If-Match names. Read it again, look at what changed, and send the request with its ETag.",
    )
    raise ProblemError(answer, {"ETag": etag_of(persona)})
