"""Prints settings in a terminal, also in a narrow one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fourfold.config.entries import Bounds

Document = Mapping[str, Any]

_MINUTES = "%Y-%m-%d %H:%M"
_COLUMNS = ("key", "value", "source", "locked by", "unit")
_MIN_VALUE_WIDTH = 28  # a model's name


def show_view(view: Document, console: Console) -> None:
    """Prints every key with its value, source, locks and unit."""
    rows = view["data"]
    console.print(Text.assemble((view["scope"], "bold"), (f" at revision {view['revision']}", "dim")))
    cells = [
        (value_text(row["value"]), _source(row), _locks(row), Text(row["unit"] or "", style="dim")) for row in rows
    ]
    other_columns = sum(map(_width, list(zip(*cells, strict=True))[1:])) + _MIN_VALUE_WIDTH + 2 * len(_COLUMNS)
    if console.width < max(len(row["key"]) for row in rows) + other_columns:
        _print_blocks(rows, console)
        return
    table = _table(*_COLUMNS)
    for row, rest in zip(rows, cells, strict=True):
        table.add_row(Text(row["key"], style="cyan"), *rest)
    console.print(table)


def show_explanation(explanation: Document, console: Console) -> None:
    """Prints a key's value and the chain of scopes behind it, with author, time and reason."""
    unit = f" {explanation['unit']}" if explanation["unit"] else ""
    console.print(Text.assemble((explanation["key"], "cyan"), " = ", value_text(explanation["value"]), (unit, "dim")))
    console.print(_plain(explanation["description"]))
    console.print(_plain(explanation["why"]))
    table = _table("scope", "value", "")
    for link in explanation["chain"]:
        state = value_text(link["value"]) if link["is_set"] else Text("-", style="dim")
        if link["lock"] is not None:
            state = Text.assemble(state, (f"  {_lock(link['lock'])}", "yellow"))
        style = "bold green" if link["standing"] == "applies" else "dim"
        table.add_row(Text(link["scope"], style="cyan"), state, Text(link["standing"], style=style))
        if link["set_by"]:
            table.add_row("", Text(_signed(link["set_by"], link["set_at"], link["revision"]), style="dim"))
        if link["reason"]:
            table.add_row("", Text(f"“{_printable(link['reason'])}”", style="italic"))
    console.print(table)


def show_commit(result: Document, console: Console) -> None:
    """Prints the changes of a commit or dry run, overridden values, warnings, and what a rollback did not restore."""
    if not result["changes"]:
        console.print(Text(f"Nothing to change: {result['scope']} stays at revision {result['revision']}."))
    elif result["dry_run"]:
        summary = (
            f"Dry run: nothing was changed. {result['scope']} is at revision {result['revision']} and would change:"
        )
        console.print(Text(summary, style="yellow"))
    else:
        console.print(Text.assemble((result["scope"], "bold"), f" is now at revision {result['revision']}."))
    show_changes(result["changes"], console)
    _print_section(
        "Overridden by the lock; kept, and applied again when the lock is removed:",
        (f"{one['scope']} {one['owner']}: {one['key']} = {_value_line(one['value'])}" for one in result["shadowed"]),
        console,
    )
    _print_section("Warning:", (f"{one['key']}: {one['detail']}" for one in result["warnings"]), console)
    _print_section("Not restored:", (one["detail"] for one in result.get("not_restored", ())), console)


def show_changes(changes: Iterable[Document], console: Console) -> None:
    """Prints each changed key with its values before and after."""
    for change in changes:
        console.print(Text(change["key"], style="cyan"))
        line = Text.assemble(_state(change["before"]), ("  ->  ", "dim"), _state(change["after"]))
        console.print(Padding(line, (0, 0, 0, 2), expand=False))


def show_revisions(page: Document, console: Console) -> None:
    """Prints commits, newest first: revision, kind, author, time, reason and keys."""
    if not page["data"]:
        console.print("No commits yet.")
    for revision in page["data"]:
        heading = (f"{revision['revision']:>4}  ", "bold")
        signed = _signed(revision["by"], revision["at"], None)
        console.print(Text.assemble(heading, (revision["kind"], "cyan"), (f"  {signed}", "dim")))
        if revision["reason"]:
            console.print(
                Padding(Text(f"“{_printable(revision['reason'])}”", style="italic"), (0, 0, 0, 6), expand=False)
            )
        keys = [change["key"] for change in revision["changes"]]
        shown = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")  # noqa: PLR2004 - one line
        console.print(Padding(Text(shown), (0, 0, 0, 6), expand=False))
    if page["has_more"]:
        console.print(Text("There are older commits; --limit takes up to 100.", style="dim"))


def show_snapshots(listed: Iterable[Document], console: Console) -> None:
    """Prints snapshots, newest first: id, label, author, time and revision."""
    empty = True
    for snapshot in listed:
        empty = False
        console.print(Text.assemble((snapshot["id"], "bold"), "  ", _printable(snapshot["label"])))
        signed = f"{_signed(snapshot['by'], snapshot['at'], snapshot['revision'])}, {snapshot['keys']} key(s)"
        console.print(Padding(Text(signed, style="dim"), (0, 0, 0, 2), expand=False))
    if empty:
        console.print('No snapshots yet. Create one: fourfold config snapshot "before the swap"')


def show_schema(keys: Iterable[Document], console: Console) -> None:
    """Prints every key with its default, unit, meaning and scopes."""
    for key in keys:
        unit = f" {key['unit']}" if key["unit"] else ""
        console.print(Text.assemble((key["key"], "cyan"), " = ", value_text(key["default"]), (unit, "dim")))
        console.print(Padding(_plain(key["description"]), (0, 0, 0, 2), expand=False))
        console.print(Padding(Text("set at: " + ", ".join(key["scopes"]), style="dim"), (0, 0, 0, 2), expand=False))


def value_text(value: object) -> Text:
    """A value for display: text unchanged, lists and objects one element per line, other values as JSON."""
    if value is None:
        return Text("null", style="dim")
    if isinstance(value, list) and value:
        return Text("\n".join(_value_line(each) for each in value))
    if isinstance(value, dict):
        return Text("\n".join(f"{_printable(name)}: {_value_line(each)}" for name, each in value.items()))
    return Text(_value_line(value))


def _print_blocks(rows: Sequence[Document], console: Console) -> None:
    """The narrow layout: keys grouped by block, the unit beside the value, locks below the source."""
    names = [Text("  " + row["key"].rpartition(".")[2], style="cyan") for row in rows]
    values = [_with_unit(row) for row in rows]
    sources = [Text("\n").join(filter(None, (_source(row), _locks(row, "locked by ")))) for row in rows]
    fixed = (_width(names), min(_width(sources), console.width // 4))
    lines = iter(zip(names, values, sources, strict=True))
    for block, keys in groupby(rows, key=lambda row: row["key"].rpartition(".")[0]):
        console.print(Text(block, style="bold"))
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, expand=True)
        for width in (fixed[0], None, fixed[1]):
            table.add_column(width=width, ratio=None if width else 1, overflow="fold")
        for _ in keys:
            table.add_row(*next(lines))
        console.print(table)


def _width(cells: Iterable[Text]) -> int:
    return max(len(line) for cell in cells for line in cell.plain.split("\n"))


def _source(row: Document) -> Text:
    return Text(row["source"], style="dim" if row["source"] == "default" else "")


def _with_unit(row: Document) -> Text:
    value = value_text(row["value"])
    return Text.assemble(value, (f" {row['unit']}", "dim")) if row["unit"] else value


def _locks(row: Document, prefix: str = "") -> Text:
    """The locks on a key: by higher scopes (full or to bounds), and by this scope for lower ones."""
    locks = [prefix + row["locked_by"]] if row["locked_by"] else []
    locks += [f"{each['scope']}: {Bounds.model_validate(each['bounds']).in_words()}" for each in row["bounds"]]
    if row["lock"] is not None:
        locks.append(f"{_lock(row['lock'])} below")
    return Text("\n".join(locks), style="yellow")


def _lock(lock: Document) -> str:
    return "locked" if lock["bounds"] is None else f"locked to {Bounds.model_validate(lock['bounds']).in_words()}"


def _state(entry: Document | None) -> Text:
    """A scope's entry for a key: its value or `inherited`, and its lock."""
    if entry is None:
        return Text("inherited", style="dim")
    state = value_text(entry["value"]) if entry["is_set"] else Text("inherited", style="dim")
    return state if entry["lock"] is None else Text.assemble(state, (f"  {_lock(entry['lock'])}", "yellow"))


def _print_section(heading: str, lines: Iterable[str], console: Console) -> None:
    found = list(lines)
    if found:
        console.print(Text(heading, style="bold yellow"))
    for line in found:
        console.print(Padding(Text(_printable(line), style="yellow"), (0, 0, 0, 2), expand=False))


def _signed(by: str, at: str | None, revision: int | None) -> str:
    when = f", {datetime.fromisoformat(at).astimezone():{_MINUTES}}" if at else ""
    return f"{by}{when}" + (f", revision {revision}" if revision is not None else "")


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _value_line(value: object) -> str:
    return _printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _plain(text: str) -> Text:
    return Text(_printable(text))


def _printable(text: str) -> str:
    """Text from other users without control characters, which could manipulate the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
