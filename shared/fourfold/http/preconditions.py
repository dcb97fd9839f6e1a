"""ETags of personas, and If-Match (RFC 9110, sections 8.8.3 and 13.1.1)."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from fourfold.http.problems import ProblemError
from fourfold.persona import Persona
from fourfold.problem import problem

HEADER = "If-Match"
# Fields that background jobs write. They are not part of the ETag, so a job does not invalidate a client's If-Match.
_NOT_IN_TAG: Final = frozenset({"pending_run_id", "fingerprint", "test_suite"})
# The pattern matches no empty string and no space, so that searching a hostile header takes linear time.
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def etag_of(persona: Persona) -> str:
    """The persona's strong ETag: it changes with every change by a caller or a generation run."""
    content = persona.model_dump_json(exclude=set(_NOT_IN_TAG))
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def require_match(headers: list[str], persona: Persona) -> None:
    """Raises ProblemError (412) if If-Match is present and does not contain the persona's ETag.

    `*` matches any state. Weak tags never match.
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
        "If-Match does not match the current ETag. Read the persona again and retry with its ETag.",
    )
    raise ProblemError(answer, {"ETag": etag_of(persona)})
