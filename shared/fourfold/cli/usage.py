"""`fourfold usage`: what the workspace's model calls came to, as a table with a bar for each group's cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from fourfold.cli.formatting import bar, money
from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole

By = Literal["day", "model", "step", "key", "kind"]
_COLUMNS = ("calls", "failed", "input", "cached", "output", "USD", "")
_BAR = 16


def usage(
    first: Annotated[str | None, typer.Option("--from", help="The first day (UTC), such as 2026-11-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day; by default today.")] = None,
    by: Annotated[By, typer.Option(help="What the figures are grouped by.")] = "day",
    as_json: AsJson = False,
) -> None:
    """Show calls, tokens and cost of the workspace, by default of 30 days."""
    query = {"from": first, "to": last, "group_by": by}
    with connected() as client:
        report = client.call("GET", "/v1/usage", params={name: text for name, text in query.items() if text})
    if as_json:
        print_json(report)
        return
    console = SafeConsole()
    print_rows([Column(by, is_id=True), *map(Column, _COLUMNS)], _rows(report), console)
    unpriced = report["total"]["unpriced_calls"]
    if unpriced and console.is_terminal:
        console.print(Text(f"{unpriced} calls have no known price and are not in the cost."))


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each group, days without a call left out, and the total. The bar compares costs, or calls if free."""
    groups = [group for group in report["data"] if group["calls"]]
    measure = "cost_usd" if report["total"]["cost_usd"] else "calls"
    most = max((group[measure] for group in groups), default=0) or 1
    for group in groups:
        yield (group["group"], *_figures(group), bar(group[measure] / most, _BAR).rstrip("·"))
    yield ("total", *_figures(report["total"]), "")


def _figures(figures: Mapping[str, Any]) -> tuple[str, ...]:
    tokens, cached = figures["tokens"], figures["cached_share"]
    read = tokens["input_tokens"] + tokens["cache_read_tokens"] + tokens["cache_write_tokens"]
    return (
        f"{figures['calls']:,}",
        f"{figures['failures']:,}",
        f"{read:,}",
        "-" if cached is None else f"{cached:.0%}",
        f"{tokens['output_tokens']:,}",
        money(figures["cost_usd"]),
    )
