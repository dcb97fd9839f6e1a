"""The counted requests and units of each operation (`request_counts.json`), and their tables in the documentation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.dynamo_meter import Usage

STORED = Path(__file__).with_suffix(".json")
_DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE, SCALE_PAGE = _DOCS / "access-patterns.md", _DOCS / "scale.md"
_BEGIN = "<!-- counted: written by `make generated` from request_counts.json -->\n"
_END = "<!-- /counted -->"
# The events of a persona with both jobs. The parts of its cost: column -> operations, each with how often it is done.
_EVENTS = 5
_OF_A_PERSONA: Mapping[str, Mapping[str, float]] = {
    "request until the run starts": {"POST /v1/personas, until the run starts": 1},
    "six steps and the end": {"six steps and the end of the run": 1},
    "fingerprint job, the first with a model": {"fingerprint job, the first with its model": 1},
    "provocation suite": {"provocation suite job": 1},
    "events and one webhook endpoint": {
        "publishing its 3 events": _EVENTS / 3,
        "fan-out of an event to one endpoint": _EVENTS,
        "one attempt at a delivery, accepted": _EVENTS,
    },
}

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
    """The page of access patterns with the table of `counts`."""
    return _with(page, _table(counts))


def with_persona(page: str, counts: Counts) -> str:
    """The page about scale with the table of what a persona costs."""
    return _with(page, _table_of_a_persona(counts))


def _with(page: str, lines: Iterator[str]) -> str:
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    return before + _BEGIN + "".join(f"{line}\n" for line in lines) + _END + after


def _table_of_a_persona(counts: Counts) -> Iterator[str]:
    yield f"| | {' | '.join(_OF_A_PERSONA)} | together |"
    yield "|---" * (len(_OF_A_PERSONA) + 2) + "|"
    amounts: dict[str, Callable[[Mapping[str, Any]], float]] = {
        "DynamoDB write units": lambda used: used["write_units"],
        "DynamoDB read units": lambda used: used["read_units"],
        "items written": lambda used: sum(used["writes"].values()),
        "requests": lambda used: sum(used["requests"].values()),
    }
    for name, amount in amounts.items():
        found = [
            round(sum(amount(counts[operation]) * times for operation, times in parts.items()))
            for parts in _OF_A_PERSONA.values()
        ]
        yield f"| {name} | {' | '.join(map(str, found))} | {sum(found)} |"


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
    for page_, written in ((PAGE, with_table), (SCALE_PAGE, with_persona)):
        page_.write_text(written(page_.read_text(encoding="utf-8"), read_counts()), encoding="utf-8")
