"""How the client wants its answer: RFC 7240 `Prefer`, and whether it asked for a stream."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?")


@dataclass(frozen=True)
class Preference:
    """`wait_s`: seconds to wait for the result, None as long as the server does; `applied` is answered back."""

    wait_s: float | None
    applied: str | None


def preference(headers: list[str]) -> Preference:
    """What the Prefer header(s) ask for: `respond-async`, `wait=<seconds>`, both or neither; the rest is ignored."""
    tokens = [token.strip().lower() for header in headers for token in header.split(",")]
    wait = next((match for token in tokens if (match := _WAIT.fullmatch(token))), None)
    applied = ["respond-async"] if "respond-async" in tokens else []
    if wait is not None:
        return Preference(float(wait[1]), ", ".join([*applied, f"wait={wait[1]}"]))
    return Preference(0.0, "respond-async") if applied else Preference(None, None)


def accepts(header: str | None, media_type: str) -> bool:
    """Whether the Accept header names this media type itself (a wildcard does not)."""
    media_types = [part.split(";")[0].strip().lower() for part in (header or "").split(",")]
    return media_type in media_types
