"""`fourfold judges` and `fourfold label`: how far judges can be trusted, and labels of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from fourfold.cli.output import AsJson, Column, print_json, print_rows
from fourfold.cli.session import connected

_FIGURES = ("kappa", "sensitivity", "specificity", "retest")
_COLUMNS = [Column(name) for name in ("judge", "scores", "labels", "verified", "figure", "value (95 % interval)")]


def judges(as_json: AsJson = False) -> None:
    """Show how far each judge can be trusted: its agreement with labels, with n and 95 % intervals."""
    with connected() as client:
        found = client.call("GET", "/v1/judges")["data"]
    _show(found, as_json=as_json)


def label(
    name: Annotated[str, typer.Argument(help="The name of the label set.")],
    file: Annotated[Path, typer.Argument(help='A JSON file: {"labels": [{"kind": "document", ...}, ...]}')],
    as_json: AsJson = False,
) -> None:
    """Store labels of your own, and show the passports of the judges they measure."""
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file}: {error}") from error
    with connected() as client:
        stored = client.call("PUT", f"/v1/labels/{name}", json=content)
    _show(stored["passports"], as_json=as_json)


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        print_rows(_COLUMNS, [row for judge in found for row in figure_rows(judge)])


def figure_rows(judge: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each figure of a passport; one without a figure for a judge that was not measured."""
    verified = "verified" if judge["verified"] else "unverified"
    scores = "documents" if judge["kind"] == "audit" else "transcripts"
    figures = {name: judge[name] for name in _FIGURES if judge[name] is not None}
    figures |= {f"gap by {cohort}": gap for cohort, gap in judge["cohort_gap"].items()}
    for name, figure in figures.items():
        yield (judge["judge"], scores, judge["labels"], verified, name, _text(figure))
    if not figures:
        yield (judge["judge"], scores, judge["labels"], verified, "not measured", "")


def _text(figure: dict[str, Any]) -> str:
    return f"{figure['value']:.2f} ({figure['low']:.2f}-{figure['high']:.2f}, n = {figure['n']})"
