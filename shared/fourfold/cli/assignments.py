"""Settings on the command line: `key=value`, and values by themselves."""

from __future__ import annotations

import json
from typing import Any

import typer


def settings_of(assignments: list[str]) -> dict[str, object]:
    """`key=value` pairs; a value that is JSON is taken as such, any other as text."""
    settings: dict[str, object] = {}
    for assignment in assignments:
        key, given, value = assignment.partition("=")
        if not given:
            raise typer.BadParameter(f"{assignment!r} is not key=value", param_hint="--set")
        settings[key] = value_of(value)
    return settings


def value_of(text: str) -> Any:  # noqa: ANN401 - JSON
    """What JSON says, or the text itself where it is no JSON."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError:
        return text


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
