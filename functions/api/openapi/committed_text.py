"""The text of docs/openapi.json: what fits in a line is one line, so that a change shows as the lines it concerns."""

from __future__ import annotations

import json
from typing import Final

_COLUMNS: Final = 120
_INDENT: Final = 2


def committed_text(document: object) -> str:
    """Returns the JSON text of a document, with each object or list that fits into 120 columns on one line."""
    return _text(document, 0, 0) + "\n"


def _text(value: object, depth: int, taken: int) -> str:
    """The text of a value inside of `depth` others; `taken` columns are before it, in its line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or taken + len(line) < _COLUMNS:
        return line
    inner, outer = "\n" + " " * _INDENT * (depth + 1), "\n" + " " * _INDENT * depth
    if isinstance(value, list):
        items = [_text(item, depth + 1, len(inner)) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{outer}]"
    names = {name: f"{json.dumps(name, ensure_ascii=False)}: " for name in value}
    items = [names[name] + _text(item, depth + 1, len(inner) + len(names[name])) for name, item in value.items()]
    return f"{{{inner}{f',{inner}'.join(items)}{outer}}}"
