"""The Prefer header (RFC 7240), and media types named in Accept."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?")


@dataclass(frozen=True)
class Preference:
    """`wait_s`: seconds to wait for the result, None for the server's default; `applied`: Preference-Applied."""

    wait_s: float | None
    applied: str | None


def preference(headers: list[str]) -> Preference:
    """Parses `respond-async` and `wait=<seconds>` of the Prefer headers; other preferences are ignored."""
    tokens = [token.strip().lower() for header in headers for token in header.split(",")]
    wait = next((match for token in tokens if (match := _WAIT.fullmatch(token))), None)
    applied = ["respond-async"] if "respond-async" in tokens else []
    if wait is not None:
        return Preference(float(wait[1]), ", ".join([*applied, f"wait={wait[1]}"]))
    return Preference(0.0, "respond-async") if applied else Preference(None, None)


def accepts(header: str | None, media_type: str) -> bool:
    """Whether the Accept header names this media type explicitly (wildcards do not count)."""
    media_types = [part.split(";")[0].strip().lower() for part in (header or "").split(",")]
    return media_type in media_types
