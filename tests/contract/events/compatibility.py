"""May a consumer of an event go on as it was? Compares a schema with the one consumers were promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

# Bounds a producer may tighten and not loosen: what a consumer may be sent must stay within what it was told.
_BOUNDS: dict[str, int] = {
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "exclusiveMaximum"), 1),
    **dict.fromkeys(("minimum", "minLength", "minItems", "exclusiveMinimum"), -1),
}


def breaking_changes(promised: Schema, now: Schema) -> list[str]:
    """What of `now` a consumer built for `promised` cannot take, as readable places and reasons.

    A new field is no break: consumers ignore what they do not know. A field that is gone or no longer always there, one
    of another type, form or wider range, and a value nobody was told of are.
    """
    return list(_compare("", promised, now, promised, now))


def _compare(place: str, promised: Schema, now: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old, new = _followed(promised, old_root), _followed(now, new_root)
    here = place or "/"
    old_kinds, new_kinds = _alternatives(old, old_root), _alternatives(new, new_root)
    if len(old_kinds) > 1 or len(new_kinds) > 1:
        for kind in new_kinds:
            if not any(not list(_compare(place, known, kind, old_root, new_root)) for known in old_kinds):
                yield f"{here}: may now be {_named(kind)}"
        return
    if _kinds(new) - _kinds(old):
        yield f"{here}: was {_named(old)}, is {_named(new)}"
        return
    yield from (f"{here}: {change}" for change in _values(old, new))
    yield from _fields(place, old, new, old_root, new_root)
    for part in ("items", "additionalProperties"):
        if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
            yield from _compare(f"{place}/*", old[part], new[part], old_root, new_root)


def _values(old: Schema, new: Schema) -> Iterator[str]:
    """Values of the same type that a consumer was not told of."""
    for name in ("pattern", "format", "const"):
        if name in old and old[name] != new.get(name):
            yield f"{name} was {old[name]!r}, is {new.get(name)!r}"
    if "enum" in old and (unknown := set(map(str, new.get("enum", ["anything"]))) - set(map(str, old["enum"]))):
        yield f"may now be {', '.join(sorted(unknown))}"
    for name, wider in _BOUNDS.items():
        if name in old and (name not in new or wider * (new[name] - old[name]) > 0):
            yield f"{name} was {old[name]}, is {new.get(name, 'unbounded')}"


def _fields(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    for name, field in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{place}/{name}: is gone"
        elif name in old.get("required", ()) and name not in new.get("required", ()):
            yield f"{place}/{name}: is no longer always there"
        else:
            yield from _compare(f"{place}/{name}", field, new["properties"][name], old_root, new_root)


def _followed(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _alternatives(schema: Schema, root: Schema) -> list[Schema]:
    return [_followed(one, root) for one in schema.get("anyOf") or schema.get("oneOf") or [schema]]


def _kinds(schema: Schema) -> set[str]:
    """An integer is a number: a consumer of numbers takes it."""
    kind = schema.get("type", [])
    kinds = {kind} if isinstance(kind, str) else set(kind)
    return kinds | {"integer"} if "number" in kinds else kinds


def _named(schema: Schema) -> str:
    return str(schema.get("title") or schema.get("type") or "anything")
