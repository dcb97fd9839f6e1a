"""`fourfold judges` and `fourfold label`: how far judges can be trusted, and labels of one's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli.session import connected

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print the JSON document instead.")]
_FIGURES = ("kappa", "sensitivity", "specificity", "retest")


@app.command()
def judges(as_json: AsJson = False) -> None:
    """Show how far each judge can be trusted: its agreement with labels, with n and 95 % intervals."""
    with connected() as client:
        found = client.call("GET", "/v1/judges")["data"]
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        show_judges(found, Console())


@app.command()
def label(
    name: Annotated[str, typer.Argument(help="The name of the label set.")],
    file: Annotated[Path, typer.Argument(help='A JSON file: {"labels": [{"kind": "document", ...}, ...]}')],
) -> None:
    """Store labels of your own, and show the passports of the judges they measure."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file}: {error}") from error
    with connected() as client:
        stored = client.call("PUT", f"/v1/labels/{name}", json=content)
    show_judges(stored["passports"], Console())


def show_judges(found: list[dict[str, Any]], console: Console) -> None:
    """Prints a line for each figure of each judge."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("judge", "scores", "labels", "verified", "figure", "value (95 % interval)"):
        table.add_column(column, overflow="fold")
    for judge in found:
        figures = {name: judge[name] for name in _FIGURES if judge[name] is not None}
        figures |= {f"gap by {cohort}": gap for cohort, gap in judge["cohort_gap"].items()}
        verified = Text("verified", "green") if judge["verified"] else Text("unverified", "yellow")
        head = (Text(judge["judge"]), Text("documents" if judge["kind"] == "audit" else "transcripts"))
        rows = [(name, _figure(figure)) for name, figure in figures.items()] or [("not measured", "")]
        table.add_row(*head, Text(judge["labels"]), verified, *rows[0])
        for row in rows[1:]:
            table.add_row("", "", "", "", *row)
    console.print(table)


def _figure(figure: dict[str, Any]) -> str:
    return f"{figure['value']:.2f} ({figure['low']:.2f}-{figure['high']:.2f}, n = {figure['n']})"
