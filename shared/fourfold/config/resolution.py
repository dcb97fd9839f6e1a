"""Resolves the effective value of a key: that of the nearest scope that sets it, unless an ancestor locked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import JsonValue

from fourfold.config.entries import Bounds, Entry, ScopeState
from fourfold.config.registry import BadValueError, Key, registry
from fourfold.config.scope import STORED, Scope, stored

DEFAULT: Final = "default"
Standing = Literal["applies", "overridden", "shadowed", "invalid", "expired", "silent"]
Source = Literal["default", "system", "org", "workspace", "persona"]


@dataclass(frozen=True)
class ScopeEntry:
    """One scope's entry for a key, and its effect.

    `standing` is `applies`, `overridden` (by a nearer scope), `shadowed` (by an ancestor's lock), `invalid` (for the
    current type of the key), `expired` (its time is over) or `silent` (no value).
    """

    scope: Scope
    entry: Entry | None
    standing: Standing


@dataclass(frozen=True)
class Resolution:
    """The effective value of a key at the last scope of a chain, and why it applies.

    `source` is the scope that set it, or `default`. `locked_by` is the ancestor that prevents the scope from setting
    the key; `bounds` are the ancestors' bounds for it.
    """

    key: Key
    value: JsonValue
    source: Source
    locked_by: Scope | None
    bounds: tuple[tuple[Scope, Bounds], ...]
    by_scope: tuple[ScopeEntry, ...]

    @property
    def shadowed(self) -> tuple[Scope, ...]:
        """The scopes whose value is overridden by an ancestor's lock."""
        return tuple(item.scope for item in self.by_scope if item.standing == "shadowed")

    def refused_by(self, value: JsonValue) -> Scope | None:
        """Returns the ancestor that forbids the value at this scope, or None."""
        if self.locked_by is not None:
            return self.locked_by
        return next((scope for scope, bounds in self.bounds if not bounds.admits(value)), None)


def resolve(
    key: Key,
    chain: Sequence[ScopeState],
    default: JsonValue,
    target: Scope | None = None,
    moment: datetime | None = None,
) -> Resolution:
    """Resolves `key` along `chain` (system first).

    `target` is the scope to resolve for; by default the last one of the chain. Values that are no longer valid for the
    key are ignored, and so are those that have expired at `moment`, by default now.
    """
    moment = moment or datetime.now(UTC)
    target = target or chain[-1].ref.scope
    value: JsonValue = default
    source: Source = DEFAULT
    exact: Scope | None = None
    bounds: list[tuple[Scope, Bounds]] = []
    by_scope: list[ScopeEntry] = []
    for state in chain:
        scope, entry = state.ref.scope, state.entries.get(key.name)
        standing: Standing
        expired = entry is not None and entry.has_expired(moment)
        standing = "expired" if expired else _standing(key, entry, exact, bounds)
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


def effective(
    chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue], moment: datetime | None = None
) -> dict[str, Resolution]:
    """Resolves every key along `chain` at `moment`, by default now."""
    moment = moment or datetime.now(UTC)
    return {name: resolve(key, chain, defaults[name], moment=moment) for name, key in registry().items()}


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
    """Returns the nearest scope that may set the key if `target` may not: the key counts as locked by it."""
    if target in key.scopes:
        return None
    above = [scope for scope in STORED if scope in key.scopes]
    return above[-1]
