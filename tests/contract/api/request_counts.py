"""The counted requests and units of each operation (`request_counts.json`), and their table in the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.dynamo_meter import Usage

STORED = Path(__file__).with_suffix(".json")
PAGE = Path(__file__).resolve().parents[3] / "docs" / "access-patterns.md"
_BEGIN = "<!-- counted: written by `make generated` from request_counts.json -->\n"
_END = "<!-- /counted -->"

Counts = Mapping[str, Mapping[str, Any]]


def counts_of(usage: Usage) -> dict[str, Any]:
    """What is stored of an operation's use."""
    return {
        "requests": dict(sorted(usage.requests.items())),
        "read_units": usage.read_units,
        "write_units": usage.write_units,
        "writes": usage.writes_by_shape(),
    }


def read_counts() -> Counts:
    """The stored counts, by operation."""
    counts: Counts = json.loads(STORED.read_text(encoding="utf-8"))
    return counts


def with_table(page: str, counts: Counts) -> str:
    """The documentation page with the table of `counts`."""
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    return before + _BEGIN + "".join(f"{line}\n" for line in _table(counts)) + _END + after


def _table(counts: Counts) -> Iterator[str]:
    yield "| operation | requests | read units | write units | items written, by key |"
    yield "|---|---|---|---|---|"
    for operation, used in counts.items():
        writes = ", ".join(f"{number} {shape}" for shape, number in used["writes"].items()) or "-"
        yield (
            f"| {operation} | {sum(used['requests'].values())} | {used['read_units']:g} | {used['write_units']:g} "
            f"| {writes} |"
        )


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), read_counts()), encoding="utf-8")
