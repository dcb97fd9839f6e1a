"""A persona's layers as a TOML file for an editor, and the changes in it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import typer

from fourfold.cli.assignments import settings_of
from fourfold.errors import CommandError
from fourfold.layers import Layers
from fourfold.persona import Persona

_HEADER = """\
# {name} ({id}), version {version}.
# Change values, save and leave the editor. Fields that you leave out keep their values.
"""


def written(persona: Persona, layers: Layers) -> str:
    """Returns the layers as TOML. Each JSON string, number and list of strings is a TOML value too."""
    header = _HEADER.format(name=layers.surface.name, id=persona.id, version=persona.version)
    tables = _tables((), layers.model_dump(mode="json"))
    return header + "".join(f"\n[{'.'.join(path)}]\n" + "".join(lines) for path, lines in tables if lines)


def changes_in(text: str, before: Layers) -> dict[str, Any]:
    """Returns the fields of the file that differ from the layers, as nested JSON.

    Raises:
        CommandError: the text is not TOML.
    """
    try:
        content = json.loads(json.dumps(tomllib.loads(text), default=str))  # a date is text here
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"The file is not TOML: {error}.") from None
    return _difference(content, before.model_dump(mode="json"))


def edits_of(assignments: list[str]) -> dict[str, Any]:
    """Parses `surface.name=Derya` pairs into nested JSON.

    Raises:
        BadParameter: an argument is not `layer.field=value`.
    """
    edits: dict[str, Any] = {}
    for path, value in settings_of(assignments).items():
        *tables, name = path.split(".")
        if not tables or not all((*tables, name)):
            raise typer.BadParameter(f"{path!r} is not layer.field, such as surface.name", param_hint="--set")
        node = edits
        for table in tables:
            node = node.setdefault(table, {})
            if not isinstance(node, dict):
                raise typer.BadParameter(f"{path!r} is set twice", param_hint="--set")
        node[name] = value
    return edits


def _tables(path: tuple[str, ...], node: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    yield (
        path,
        [
            f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
            for name, value in node.items()
            if not isinstance(value, dict)
        ],
    )
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _tables((*path, name), value)


def _difference(content: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in content.items():
        old = before.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            inner = _difference(value, old)
            changed |= {name: inner} if inner else {}
        elif name not in before or value != old:
            changed[name] = value
    return changed
