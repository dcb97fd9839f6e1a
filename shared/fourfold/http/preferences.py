"""The Prefer header (RFC 7240)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fourfold.http.header_lists import elements

_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?")


@dataclass(frozen=True)
class Preference:
    """`wait_s`: seconds to wait for the result, None for the server's default; `applied`: Preference-Applied."""

    wait_s: float | None
    applied: str | None


def preference(headers: Iterable[str]) -> Preference:
    """Parses `respond-async` and `wait=<seconds>` of the Prefer headers. Other preferences are ignored."""
    names = [name for name, *_ in elements(headers)]
    wait = next((match for name in names if (match := _WAIT.fullmatch(name))), None)
    applied = ["respond-async"] if "respond-async" in names else []
    if wait is not None:
        return Preference(float(wait[1]), ", ".join([*applied, f"wait={wait[1]}"]))
    return Preference(0.0, "respond-async") if applied else Preference(None, None)
