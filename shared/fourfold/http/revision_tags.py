"""ETags made of a revision number, and If-Match (RFC 9110, sections 8.8.3 and 13.1.1)."""

from __future__ import annotations

import re

from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError, problem

_TAG = re.compile(r'"([0-9]{1,12})"')


def etag(revision: int) -> str:
    """The ETag of a revision."""
    return f'"{revision}"'


def expected_revision(headers: list[str]) -> int | None:
    """Returns the revision named by If-Match; None without the header and for `*`.

    Raises:
        ProblemError: 400, the value is not an ETag of this API.
    """
    if not headers or headers == ["*"]:
        return None
    match = _TAG.fullmatch(headers[0].strip()) if len(headers) == 1 else None
    if match is None:
        detail = 'Send the ETag of the last reply unchanged, such as "7" including the quotes.'
        raise rejected(
            [FieldError(pointer="If-Match", code="invalid_etag", detail=detail)],
            code="invalid_if_match",
            title="Invalid If-Match",
            status=400,
        )
    return int(match[1])


def precondition_failed(current: int) -> ProblemError:
    """412: the resource is at another revision."""
    detail = f"The current revision is {current}. Read it again and retry with its ETag."
    answer = problem("precondition_failed", "The resource has changed", 412, detail)
    return ProblemError(answer, {"ETag": etag(current)})
