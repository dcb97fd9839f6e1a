"""The Idempotency-Key header and what it is compared by."""

from __future__ import annotations

import hashlib
import json
import re

from pydantic import BaseModel

from fourfold.http.problems import rejected
from fourfold.problem import FieldError

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


def fingerprint(body: BaseModel) -> str:
    """What makes two requests the same: the parsed body, so white space and the order of fields do not matter."""
    canonical = json.dumps(body.model_dump(mode="json"), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
