"""The Idempotency-Key header: its storage key, the request fingerprint, and its problems."""

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
    """Returns the storage key of the client's Idempotency-Key, scoped to workspace and route; None without the header.

    The client's key is hashed, because callers put personal data such as e-mail addresses in it.

    Raises:
        ProblemError: 400, the key is not 1-255 printable ASCII characters, or the header is repeated.
    """
    require_valid(headers)
    if not headers:
        return None
    return f"{workspace_id}#{route}#{hashlib.sha256(headers[0].encode()).hexdigest()}"


def require_valid(headers: list[str]) -> None:
    """Accepts no header, or one with a key.

    Raises:
        ProblemError: 400, the key is not 1-255 printable ASCII characters, or the header is repeated.
    """
    if headers and (len(headers) > 1 or not _KEY.fullmatch(headers[0]) or not headers[0].strip()):
        detail = "Send one key of 1-255 printable ASCII characters, such as a UUID."
        raise rejected(
            [FieldError(pointer=HEADER, code="invalid_idempotency_key", detail=detail)],
            code="invalid_idempotency_key",
            title="Invalid Idempotency-Key",
            status=400,
        )


def fingerprint(body: BaseModel | None, path: str = "") -> str:
    """SHA-256 of the parsed body, independent of white space and field order: equal for equal requests.

    `path` holds the path parameters of the route, so that a key used for another resource is detected.
    """
    content = None if body is None else body.model_dump(mode="json")
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256((f"{path}\n" * bool(path) + canonical).encode()).hexdigest()


def key_reused() -> ProblemError:
    """422: the key was used for a different request."""
    fault = FieldError(pointer=HEADER, code="key_reused", detail="Already used with a different request.")
    detail = "Use a new Idempotency-Key for each new request."
    answer = problem("idempotency_key_reused", "Idempotency-Key already used", 422, detail)
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))


def in_progress(retry_after_s: int) -> ProblemError:
    """409: the first request with this key is still running."""
    answer = problem(
        "request_in_progress",
        "The first request with this Idempotency-Key is still running",
        409,
        "Retry later; the reply is then the result of the first request.",
    )
    return ProblemError(answer, {"Retry-After": str(retry_after_s)})
