"""Settings on the command line: `key=value`."""

from __future__ import annotations

import json

import typer


def settings_of(assignments: list[str]) -> dict[str, object]:
    """`key=value` pairs; a value that is JSON is taken as such, any other as text."""
    settings: dict[str, object] = {}
    for assignment in assignments:
        key, given, value = assignment.partition("=")
        if not given:
            raise typer.BadParameter(f"{assignment!r} is not key=value", param_hint="--set")
        try:
            settings[key] = json.loads(value, parse_constant=_no_number)
        except ValueError:
            settings[key] = value
    return settings


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
