"""ETag and If-Match (RFC 9110, sections 8.8.3 and 13.1.1) over a revision number."""

from __future__ import annotations

import re

from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError, problem

_TAG = re.compile(r'"([0-9]{1,12})"')


def etag(revision: int) -> str:
    """The ETag of a thing at a revision."""
    return f'"{revision}"'


def expected_revision(headers: list[str]) -> int | None:
    """The revision If-Match asks for; None without the header, and for `*`, which asks for none in particular.

    Raises:
        ProblemError: 400, the header is no ETag of this API.
    """
    if not headers or headers == ["*"]:
        return None
    match = _TAG.fullmatch(headers[0].strip()) if len(headers) == 1 else None
    if match is None:
        detail = 'Send the ETag of the last reply as it came, such as "7" with its quotes.'
        raise rejected(
            [FieldError(pointer="If-Match", code="invalid_etag", detail=detail)],
            code="invalid_if_match",
            title="If-Match is not valid",
            status=400,
        )
    return int(match[1])


def precondition_failed(current: int) -> ProblemError:
    """412: somebody changed it first."""
    detail = f"It is at revision {current} now. Read it again, and decide whether your change still holds."
    return ProblemError(
        problem("precondition_failed", "It has changed since you read it", 412, detail), {"ETag": etag(current)}
    )
