"""Shows the estimate of a request: models, calls, tokens and USD, each as a range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from fourfold.cli.formatting import money
from fourfold.cli.output import print_json


def show_estimate(estimate: Mapping[str, Any], console: Console, *, as_json: bool) -> None:
    """Prints an estimate as the API returns it."""
    if as_json:
        print_json(estimate)
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for part, model in estimate["models"].items():
        table.add_row(part, model)
    console.print(table)
    calls, tokens, usd = estimate["calls"], estimate["tokens"], estimate["usd"]
    console.print(f"calls   {calls['low']} to {calls['high']}")
    console.print(f"tokens  {tokens['low']:,} to {tokens['high']:,}")
    console.print("cost    unknown" if usd["high"] is None else f"cost    {money(usd['low'])} to {money(usd['high'])}")
