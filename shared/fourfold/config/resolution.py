"""Which value holds: the nearest one set, unless an ancestor locked the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import JsonValue

from fourfold.config.entries import Bounds, Entry, ScopeState
from fourfold.config.registry import BadValueError, Key, registry
from fourfold.config.scope import STORED, Scope, stored

DEFAULT: Final = "default"
Standing = Literal["applies", "overridden", "shadowed", "invalid", "silent"]
Source = Literal["default", "system", "org", "workspace"]


@dataclass(frozen=True)
class ScopeEntry:
    """What one scope contributes to a key. `standing`: applies, overridden, shadowed, invalid or silent."""

    scope: Scope
    entry: Entry | None
    standing: Standing


@dataclass(frozen=True)
class Resolution:
    """The value that holds for a key at the last scope of a chain, and why.

    `source` is the scope it comes from, or `default`. `locked_by` is the ancestor that keeps the scope from setting the
    key; `bounds` are the ancestors' ranges and sets it may choose within.
    """

    key: Key
    value: JsonValue
    source: Source
    locked_by: Scope | None
    bounds: tuple[tuple[Scope, Bounds], ...]
    by_scope: tuple[ScopeEntry, ...]

    @property
    def shadowed(self) -> tuple[Scope, ...]:
        """Scopes whose value is kept but overruled by a lock above them."""
        return tuple(item.scope for item in self.by_scope if item.standing == "shadowed")

    def refused_by(self, value: JsonValue) -> Scope | None:
        """The ancestor that forbids this value here, if one does."""
        if self.locked_by is not None:
            return self.locked_by
        return next((scope for scope, bounds in self.bounds if not bounds.admits(value)), None)


def resolve(key: Key, chain: Sequence[ScopeState], default: JsonValue, target: Scope | None = None) -> Resolution:
    """The value of `key` at the end of `chain` (system first).

    `target` is the scope on whose behalf is asked; without it, the last one of the chain. A value that no longer fits
    the key's type is passed over.
    """
    target = target or chain[-1].ref.scope
    value: JsonValue = default
    source: Source = DEFAULT
    exact: Scope | None = None
    bounds: list[tuple[Scope, Bounds]] = []
    by_scope: list[ScopeEntry] = []
    for state in chain:
        scope, entry = state.ref.scope, state.entries.get(key.name)
        standing = _standing(key, entry, exact, bounds)
        if entry is not None and standing == "applies":
            by_scope = [_overridden(item) for item in by_scope]
            value, source = key.parsed(entry.value), stored(scope)
        by_scope.append(ScopeEntry(scope, entry, standing))
        if entry is not None and entry.lock is not None and scope is not target and exact is None:
            if entry.lock.bounds is None:
                exact = scope
            else:
                bounds.append((scope, entry.lock.bounds))
    return Resolution(key, value, source, exact or _reserved(key, target), tuple(bounds), tuple(by_scope))


def effective(chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue]) -> dict[str, Resolution]:
    """Every key at the end of `chain`."""
    return {name: resolve(key, chain, defaults[name]) for name, key in registry().items()}


def _standing(key: Key, entry: Entry | None, exact: Scope | None, bounds: Sequence[tuple[Scope, Bounds]]) -> Standing:
    if entry is None or not entry.is_set:
        return "silent"
    try:
        value = key.parsed(entry.value)
    except BadValueError:
        return "invalid"
    if exact is not None or not all(each.admits(value) for _, each in bounds):
        return "shadowed"
    return "applies"


def _overridden(item: ScopeEntry) -> ScopeEntry:
    return ScopeEntry(item.scope, item.entry, "overridden") if item.standing == "applies" else item


def _reserved(key: Key, target: Scope) -> Scope | None:
    """The nearest scope that may set a key which `target` may not: by its nature locked there."""
    if target in key.scopes:
        return None
    above = [scope for scope in STORED if scope in key.scopes]
    return above[-1]
