"""Parses settings on the command line: `key=value` pairs, and JSON or text values."""

from __future__ import annotations

import json
from typing import Any

import typer


def settings_of(assignments: list[str]) -> dict[str, object]:
    """Parses `key=value` pairs. A value that is valid JSON is parsed, any other is text.

    Raises:
        BadParameter: an argument is not `key=value`.
    """
    settings: dict[str, object] = {}
    for assignment in assignments:
        key, given, value = assignment.partition("=")
        if not given:
            raise typer.BadParameter(f"{assignment!r} is not key=value", param_hint="--set")
        settings[key] = value_of(value)
    return settings


def text_pairs(assignments: list[str], option: str) -> dict[str, str]:
    """Parses `name=text` pairs of an option; every value is text.

    Raises:
        BadParameter: an argument is not `name=text`.
    """
    pairs = [assignment.partition("=") for assignment in assignments]
    for (_, given, _), assignment in zip(pairs, assignments, strict=True):
        if not given:
            raise typer.BadParameter(f"{assignment!r} is not name=text", param_hint=option)
    return {name: text for name, _, text in pairs}


def value_of(text: str) -> Any:  # noqa: ANN401 - JSON
    """The parsed JSON value, or the text if it is not JSON."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError:
        return text


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
