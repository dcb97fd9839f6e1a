"""moto's items at a cost that does not grow with the square of their attributes or the depth of their values."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.utilities import bytesize


def use_cheap_items(patch: pytest.MonkeyPatch) -> None:
    """Until the patch ends, values are sized and converted in one pass, and unpickled items are not sized again."""
    patch.setattr(DynamoType, "size", _size)
    patch.setattr(DynamoType, "to_regular_json", _as_json)
    patch.setattr(LimitedSizeDict, "__reduce__", lambda attributes: (_unpickled, (dict(attributes),)))


def _unpickled(attributes: dict[str, Any]) -> LimitedSizeDict:
    """An item's attributes, whose size was checked when they were stored."""
    made = LimitedSizeDict()
    made.update(attributes)
    return made


def _size(value: Any) -> int:
    """moto's count of a value's bytes, which copies each map and set to count it."""
    kind, content = value.type, value.value
    match kind:
        case "S":
            return bytesize(content)
        case "N":
            return len(str(content))
        case "M":
            return sum(bytesize(name) + _size(each) for name, each in content.items())
        case "L":
            return sum(map(_size, content))
        case "SS" | "NS" | "BS":
            return sum(len(str(each)) if kind == "NS" else bytesize(each) for each in content)
    return 1 if isinstance(content, bool) else bytesize(content)


def _as_json(value: Any) -> dict[str, Any]:
    """A value in DynamoDB's JSON, with bytes as bytes."""
    kind, content = value.type, value.value
    match kind:
        case "M":
            return {kind: {name: _as_json(each) for name, each in content.items()}}
        case "L":
            return {kind: [_as_json(each) for each in content]}
        case "B" if isinstance(content, str):
            return {kind: base64.b64decode(content)}
    return {kind: list(content) if isinstance(content, list) else content}
