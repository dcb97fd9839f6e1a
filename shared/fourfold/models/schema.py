"""The JSON Schema of an answer, in the forms that constrained decoding takes.

Our docstrings are left out: the schema is billed as input with every call, and the tasks say what a field means.
Whatever a provider promises, the answer is validated here again: all of them drop some bounds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from fourfold.persona import FIELD_PATH_PATTERN, LANGUAGE_PATTERN

_ANNOTATIONS: Final = frozenset({"title", "description", "default", "discriminator", "examples", "uniqueItems"})
# Keywords that strict decoding of hosted providers refuses; they go into the description as words.
_WORDED: Final = {"minLength": "at least {} characters", "maxLength": "at most {} characters", "pattern": "matching {}"}
_MEANINGLESS: Final = {"minLength": 1}
# Patterns that have a shorter name; the local validation has the pattern.
_NAMED_PATTERNS: Final = {LANGUAGE_PATTERN: "BCP 47", FIELD_PATH_PATTERN: "a path such as mask.tone"}
# Grammars know no bounds of a number: a bounded one becomes a choice among so many steps at most.
_STEPS: Final = ((2.0, 20), (5.0, 50))
_MOST_STEPS: Final = 50
_BOUNDS: Final = (("minimum", "maximum", ""), ("minItems", "maxItems", " items"))
Change = Callable[[dict[str, Any], dict[str, Any]], None]


@cache
def portable_schema(output_type: type[BaseModel]) -> dict[str, Any]:
    """The subset all hosted providers take: every property required and no other allowed, bounds of texts as words.

    An optional property may be null or its default.
    """
    return _of(output_type, _in_words)


@cache
def worded_schema(output_type: type[BaseModel]) -> dict[str, Any]:
    """The portable schema with bounds of numbers and lengths of lists as words too, for a decoder that knows neither.

    Anthropic's SDK would write them into descriptions as well, in three times the tokens.
    """
    return _of(output_type, _bounds_in_words)


@cache
def enforced_schema(output_type: type[BaseModel]) -> dict[str, Any]:
    """The form that llama.cpp, vLLM, Ollama and LM Studio turn into a grammar.

    `pattern`, lengths and bounds of integers stay; a number between bounds becomes an enum of steps.
    """
    return _of(output_type, _in_steps)


@cache
def written_schema(output_type: type[BaseModel]) -> str:
    """The schema as a prompt shows it: JSON on one line, with all bounds."""
    return json.dumps(_of(output_type, lambda _node, _found: None), separators=(",", ":"))


def _of(output_type: type[BaseModel], change: Change) -> dict[str, Any]:
    schema = _changed(output_type.model_json_schema(by_alias=True), change)
    if not isinstance(schema, dict):
        raise TypeError(f"{output_type.__name__} has no object schema")
    return schema


def _changed(node: Any, change: Change) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(node, list):
        return [_changed(item, change) for item in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for keyword, value in node.items():
        if keyword in _ANNOTATIONS:
            continue
        if keyword == "oneOf":
            found["anyOf"] = _changed(value, change)
        elif keyword == "const":
            found["enum"] = [value]
        elif keyword in {"properties", "$defs"}:  # their keys are names, not keywords
            found[keyword] = {name: _changed(part, change) for name, part in value.items()}
        else:
            found[keyword] = _changed(value, change)
    change(node, found)
    if "properties" in found:
        found["required"] = list(found["properties"])
        found["additionalProperties"] = False
    return found


def _in_words(node: dict[str, Any], found: dict[str, Any]) -> None:
    words = [
        _NAMED_PATTERNS.get(node[keyword]) or text.format(node[keyword])
        for keyword, text in _WORDED.items()
        if keyword in node and _MEANINGLESS.get(keyword) != node[keyword]
    ]
    for keyword in _WORDED:
        found.pop(keyword, None)
    if words:
        found["description"] = ", ".join(words)


def _bounds_in_words(node: dict[str, Any], found: dict[str, Any]) -> None:
    _in_words(node, found)
    for least, most, unit in _BOUNDS:
        low, high = found.pop(least, None), found.pop(most, None)
        if low is None and high is None:
            continue
        words = f"{low:g} to {high:g}" if None not in {low, high} else f"at most {high}" if low is None else f"{low}+"
        found["description"] = f"{words}{unit}"


def _in_steps(node: dict[str, Any], found: dict[str, Any]) -> None:
    low, high = node.get("minimum"), node.get("maximum")
    if node.get("type") != "number" or low is None or high is None:
        return
    steps = next((steps for width, steps in _STEPS if high - low <= width), _MOST_STEPS)
    found.clear()
    found["enum"] = [round(low + (high - low) * step / steps, 4) for step in range(steps + 1)]
