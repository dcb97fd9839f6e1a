"""What commands print: JSON documents, and rows as a table in a terminal or tab-separated in a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourfold.cli import session
from fourfold.cli.terminal import SafeConsole, print_json_text

_GAP = 2
_NARROWEST = 4


def _remember(wanted: bool) -> bool:
    session.report_problems_as_json(wanted)
    return wanted


AsJson = Annotated[
    bool, typer.Option("--json", callback=_remember, help="Print JSON; a problem is JSON on standard error.")
]


@dataclass(frozen=True)
class Column:
    """A column. An id is never cut or broken; other cells are cut in a narrow terminal."""

    name: str
    is_id: bool = False


def print_json(document: object) -> None:
    """Prints a document as indented JSON."""
    print_json_text(json.dumps(document, indent=2, ensure_ascii=False))


def print_rows(columns: Sequence[Column], rows: Iterable[Sequence[str]], console: Console | None = None) -> None:
    """Prints rows: a table in a terminal; elsewhere whole cells separated by tabs, without a heading."""
    console = console or SafeConsole()
    if not console.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(printable(cell) for cell in row) + "\n")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    cells = [[printable(cell) for cell in row] for row in rows]
    for column, width in zip(columns, _widths(columns, cells, console.width), strict=True):
        table.add_column(column.name, no_wrap=True, overflow="ellipsis", width=width)
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], available: int) -> list[int]:
    """The width of each column; the widest ones are cut until all fit, but never an id."""
    longest = [max(map(cell_len, column)) for column in zip(*rows, [each.name for each in columns], strict=True)]
    widths = [min(width, available) for width in longest]
    free = [place for place, column in enumerate(columns) if not column.is_id]
    while sum(widths) + _GAP * len(columns) > available:
        widest = max(free, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def printable(text: str) -> str:
    """Text from other users without control characters, which could manipulate the terminal or break a row."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
