"""The registry of settings keys: type, bounds, default, unit, description, and the scopes that may set them.

It is derived from the settings models: a field with a description is a key, a field without one is a block of keys.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from fourfold.config.scope import KeyMeta, Scope
from fourfold.config.settings import Settings
from fourfold.errors import InputError

_NEAREST: Final = 3
_NUMERIC: Final = frozenset({"number", "integer"})
_RUN_PREFIX: Final = "engine.pipeline."
# What a persona may have of its own: how it talks, and how that is measured.
_PERSONA_PREFIXES: Final = (
    "engine.chat.",
    "engine.pipeline.drift_detection.",
    "engine.fingerprint.",
    "engine.provocation.",
)
_DEFAULT_META: Final = KeyMeta()


class BadValueError(InputError):
    """The value is not valid for the key; the message says why."""


@dataclass(frozen=True)
class Key:
    """A settings key. `default` is the default of the models; a deployment may override it."""

    name: str
    default: JsonValue
    unit: str | None
    description: str
    scopes: tuple[Scope, ...]
    adapter: TypeAdapter[Any]

    def parsed(self, value: object) -> JsonValue:
        """Validates a value and returns it in stored form, with full model names.

        Raises:
            BadValueError: the value is not valid.
        """
        try:
            checked = self.adapter.validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=False, include_input=False)
            reasons = dict.fromkeys(fault["msg"].removeprefix("Value error, ") for fault in errors)
            raise BadValueError("; or: ".join(reasons) + ".") from None
        parsed: JsonValue = self.adapter.dump_python(checked, mode="json")
        return parsed

    def schema(self) -> dict[str, Any]:
        """Returns the JSON Schema of the key's values."""
        return self.adapter.json_schema()

    @property
    def is_numeric(self) -> bool:
        """Whether values may be numbers, so that a lock may use a range."""
        schema = self.schema()
        return any(kind.get("type") in _NUMERIC for kind in (schema, *schema.get("anyOf", ())))


@cache
def registry() -> Mapping[str, Key]:
    """Returns all keys by name, in the order of the settings tree."""
    return {key.name: key for key in _keys(Settings, "", Settings())}


def nearest(name: str) -> tuple[str, ...]:
    """Returns the known keys most similar to an unknown one, best first."""
    return tuple(difflib.get_close_matches(name, registry(), n=_NEAREST, cutoff=0.5))


def flattened(settings: Settings) -> dict[str, JsonValue]:
    """Returns the values of a settings tree by key."""
    tree = settings.model_dump(mode="json")
    return {name: _at(tree, name) for name in registry()}


def nested(values: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Returns values by key as a nested dict."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *blocks, leaf = name.split(".")
        entry = tree
        for block in blocks:
            entry = entry.setdefault(block, {})
        entry[leaf] = value
    return tree


def _keys(model: type[BaseModel], prefix: str, defaults: BaseModel) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        default = getattr(defaults, name)
        if field.description is None:
            yield from _keys(type(default), f"{prefix}{name}.", default)
        else:
            yield _key(prefix + name, field, default)


def _key(name: str, field: FieldInfo, default: object) -> Key:
    meta = next((mark for mark in field.metadata if isinstance(mark, KeyMeta)), _DEFAULT_META)
    constraints = tuple(mark for mark in field.metadata if not isinstance(mark, KeyMeta))
    annotation: Any = Annotated[(field.annotation, *constraints)] if constraints else field.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    value: JsonValue = adapter.dump_python(default, mode="json")
    return Key(name, value, meta.unit, field.description or "", _scopes(name, meta), adapter)


def _scopes(name: str, meta: KeyMeta) -> tuple[Scope, ...]:
    """Returns the scopes that may set the key, in their order.

    A request may only set keys of the pipeline, even if other blocks (chat, judges) share the model of their settings
    with it. A persona may set keys of _PERSONA_PREFIXES that its workspace may set.
    """
    own = Scope.WORKSPACE in meta.scopes and name.startswith(_PERSONA_PREFIXES)
    allowed = {*meta.scopes, *([Scope.PERSONA] if own else [])}
    return tuple(
        each for each in Scope if each in allowed and (each is not Scope.REQUEST or name.startswith(_RUN_PREFIX))
    )


def _at(tree: Mapping[str, Any], name: str) -> JsonValue:
    entry: Any = tree
    for part in name.split("."):
        entry = entry[part]
    value: JsonValue = entry
    return value
