"""The Idempotency-Key header and what it is compared by."""

from __future__ import annotations

import hashlib
import json
import re

from pydantic import BaseModel

from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError, problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[ -~]{1,255}")


def scoped_key(headers: list[str], workspace_id: str, route: str) -> str | None:
    """The stored name of the client's key, or None if it sent none: one key means one thing per workspace and route.

    The key itself is hashed: people put e-mail addresses in there.

    Raises:
        ProblemError: 400, not 1-255 printable ASCII characters, or sent twice.
    """
    if not headers:
        return None
    if len(headers) > 1 or not _KEY.fullmatch(headers[0]) or not headers[0].strip():
        detail = "Send one key of 1-255 printable ASCII characters, such as a UUID."
        raise rejected(
            [FieldError(pointer=HEADER, code="invalid_idempotency_key", detail=detail)],
            code="invalid_idempotency_key",
            title="The Idempotency-Key is not valid",
            status=400,
        )
    return f"{workspace_id}#{route}#{hashlib.sha256(headers[0].encode()).hexdigest()}"


def fingerprint(body: BaseModel | None, path: str = "") -> str:
    """What makes two requests the same: the parsed body, so white space and the order of fields do not matter.

    `path`: for a route whose path names something, the path; the key then stands for that thing alone.
    """
    content = None if body is None else body.model_dump(mode="json")
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256((f"{path}\n" * bool(path) + canonical).encode()).hexdigest()


def key_reused() -> ProblemError:
    """422: the key stands for another request."""
    fault = FieldError(pointer=HEADER, code="key_reused", detail="Used before with another body.")
    answer = problem("idempotency_key_reused", "The Idempotency-Key is taken", 422, "Use a new key for a new request.")
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))


def in_progress(retry_after_s: int) -> ProblemError:
    """409: the first request with the key is still being worked on."""
    answer = problem(
        "request_in_progress",
        "The first request with this key is still running",
        409,
        "Send the request again when it is over; it is then answered with the first one's result.",
    )
    return ProblemError(answer, {"Retry-After": str(retry_after_s)})
