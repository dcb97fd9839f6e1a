"""The version of a prompt: the content hash of everything in it that does not depend on the request."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Final

from pydantic import BaseModel

_DIGITS: Final = 12
# More than there are shipped prompts; the texts of variants are unbounded in number.
_KEPT: Final = 64
# Keywords of a JSON Schema that no provider receives (fourfold/models/schema.py).
_ANNOTATIONS: Final = frozenset({"title", "description", "default", "examples"})


@lru_cache(maxsize=_KEPT)
def prompt_version(prefix: str, system: str, task: str, output_type: type[BaseModel]) -> str:
    """Returns `<prefix>_<12 hex digits>` of the SHA-256 of system prompt, task and answer schema.

    Prompts with equal versions are equal to the byte. Docstrings do not count: models do not see them.
    """
    parts = [system, task, _without_annotations(output_type.model_json_schema())]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return f"{prefix}_{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def _without_annotations(node: object, *, names: bool = False) -> object:
    """Returns a schema without annotations. `names`: the keys of `node` are names of properties, not keywords."""
    match node:
        case dict():
            return {
                key: _without_annotations(value, names=not names and key in {"properties", "$defs"})
                for key, value in node.items()
                if names or key not in _ANNOTATIONS
            }
        case list():
            return [_without_annotations(item) for item in node]
        case _:
            return node
