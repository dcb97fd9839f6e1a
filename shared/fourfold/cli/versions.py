"""`fourfold diff | restore`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.text import Text

from fourfold.cli.edit import Reason
from fourfold.cli.output import AsJson, print_json
from fourfold.cli.portrait import shown
from fourfold.cli.session import connected
from fourfold.cli.terminal import SafeConsole
from fourfold.persona import Persona

_STYLES = {"removed": "red strike", "added": "green"}
# Without colours, as `git diff --word-diff` marks words.
_MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}"), "equal": ("", "")}


def diff(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    first: Annotated[int | None, typer.Argument(min=1, help="A version; by default the one before SECOND.")] = None,
    second: Annotated[int | None, typer.Argument(min=1, help="A version; by default the current one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two versions of a persona."""
    with connected() as client:
        newer = second if second is not None else client.persona(persona_id).version
        older = first if first is not None else max(1, newer - 1)
        found = client.call("GET", f"/v1/personas/{persona_id}/versions/{older}/diff/{newer}")
    if as_json:
        print_json(found)
    else:
        _print_difference(found, SafeConsole())


def restore(
    persona_id: Annotated[str, typer.Argument(help="per_...")],
    version: Annotated[int, typer.Argument(min=1, help="The version whose layers return.")],
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Restore the layers of an earlier version of a persona, as a new version."""
    body = {} if reason is None else {"reason": reason}
    with connected() as client:
        persona = client.post(f"/v1/personas/{persona_id}/versions/{version}/restore", body)
    shown(Persona.model_validate(persona), as_json=as_json)


def _print_difference(found: dict[str, Any], console: SafeConsole) -> None:
    for place in ("from", "to"):
        side = found[place]
        words = [f"version {side['version']}", side["change"], side["at"], side["author"], side["reason"]]
        console.print(Text(f"{place:>4}: {', '.join(str(word) for word in words if word)}", style="dim"))
    if not found["fields"]:
        console.print(Text("No differences."))
    for field in found["fields"]:
        console.print()
        console.print(Text(field["field"], style="bold cyan"))
        console.print(_changes(field, coloured=console.color_system is not None))


def _changes(field: dict[str, Any], *, coloured: bool) -> Text:
    parts = field["words"] or [
        {"op": "removed", "text": _value(field["before"])},
        {"op": "added", "text": _value(field["after"])},
    ]
    text = Text()
    for part in parts:
        op, (opening, closing) = part["op"], _MARKS[part["op"]]
        words = part["text"] if coloured else f"{opening}{part['text']}{closing}"
        text.append(words, style=_STYLES.get(op, ""))
        if field["words"] is None:
            text.append(" ")
    return text


def _value(value: object) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False)
