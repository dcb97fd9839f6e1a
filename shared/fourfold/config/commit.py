"""Commits: operations on the keys of a scope, applied all or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, JsonValue

from fourfold.config.entries import Bounds, Entries, Entry, Lock, ScopeState
from fourfold.config.registry import BadValueError, Key, nearest, registry
from fourfold.config.resolution import Resolution, resolve
from fourfold.config.scope import Scope
from fourfold.errors import InputError
from fourfold.persona import Document

MAX_OPS = 500
_KeyName = Annotated[str, Field(min_length=1, max_length=200, examples=["engine.pipeline.soul_draft.model"])]


class SetOp(Document):
    """Set the value of a key at the scope, for ever or until `expires_at`."""

    op: Literal["set"]
    key: _KeyName
    value: JsonValue
    expires_at: Annotated[AwareDatetime, Field(strict=False)] | None = None


class UnsetOp(Document):
    """Remove the scope's value; the key is inherited again."""

    op: Literal["unset"]
    key: _KeyName


class LockOp(Document):
    """Prevent descendant scopes from setting a key, or restrict them to `bounds`. Optionally sets a `value`."""

    op: Literal["lock"]
    key: _KeyName
    bounds: Bounds | None = None
    value: JsonValue = None


class UnlockOp(Document):
    """Remove the scope's lock; values that it overrode apply again."""

    op: Literal["unlock"]
    key: _KeyName


Op = Annotated[SetOp | UnsetOp | LockOp | UnlockOp, Field(discriminator="op")]


@dataclass(frozen=True)
class OpFault:
    """An error in an operation. `pointer` is a JSON pointer relative to the operation."""

    index: int
    pointer: str
    code: str
    detail: str
    locked_by: Scope | None = None
    nearest: tuple[str, ...] = ()


class RefusedError(InputError):
    """The commit is rejected; `faults` lists the reasons. Nothing was applied."""

    def __init__(self, faults: Sequence[OpFault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = tuple(faults)

    @property
    def locked_by(self) -> Scope | None:
        """The scope whose lock forbids the commit, if the commit has no other errors."""
        scopes = [fault.locked_by for fault in self.faults]
        return scopes[0] if scopes and None not in scopes else None


class KeyChange(Document):
    """The entry of a key before and after a commit."""

    key: str
    before: Entry | None
    after: Entry | None


@dataclass(frozen=True)
class Author:
    """Who commits (an API key id), when and why."""

    by: str
    at: datetime
    reason: str | None = None


def apply_ops(
    ops: Sequence[Op], chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue], author: Author
) -> tuple[ScopeState, tuple[KeyChange, ...]]:
    """Applies operations to the last scope of `chain`.

    Returns:
        The new state of the scope and its changes; the unchanged state and () if nothing changes.

    Raises:
        RefusedError: unknown keys, invalid values, or an ancestor's lock.
    """
    state = chain[-1]
    known = registry()
    unknown = [_unknown(index, op.key) for index, op in enumerate(ops) if op.key not in known]
    if unknown:
        raise RefusedError(unknown)
    faults: list[OpFault] = []
    entries = dict(without_expired(state.entries, author.at))
    for index, op in enumerate(ops):
        key = known[op.key]
        before = entries.get(op.key, Entry())
        if (early := _early_fault(index, op, key, state.ref.scope, author)) is not None:
            faults.append(early)
            continue
        try:
            after = _entry_after(index, key, op, before)
            _check_locks(index, op, after, resolve(key, chain, defaults[op.key]))
            _check_own_bounds(index, op, after, resolve(key, chain[:-1], defaults[op.key], state.ref.scope))
        except BadValueError as error:
            faults.append(OpFault(index, "/value", "invalid_value", f"{op.key}: {error}"))
        except RefusedError as refusal:
            faults.extend(refusal.faults)
        else:
            entries[op.key] = after
    if faults:
        invalid = [fault for fault in faults if fault.locked_by is None]
        raise RefusedError(invalid or faults)
    changed = _signed(state, entries, author)
    changes = _changes(state.entries, changed.entries)
    if not changes:
        return state, ()
    return changed, changes


def restore_entries(
    entries: Entries, chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue], author: Author
) -> tuple[ScopeState, tuple[KeyChange, ...], tuple[OpFault, ...]]:
    """Restores the last scope of `chain` to `entries`.

    Returns:
        The new state, its changes, and an `OpFault` for each entry that the current schema or an ancestor's lock
        forbids. Such an entry keeps its current value.
    """
    *ancestors, state = chain
    entries = without_expired(entries, author.at)
    target = dict(entries)
    refused: list[OpFault] = []
    for name in dict.fromkeys((*entries, *state.entries)):
        target_entry, current = entries.get(name), state.entries.get(name)
        if _content(target_entry) == _content(current):
            continue
        fault = None if target_entry is None else _forbidden(name, target_entry, [*ancestors, state], defaults)
        if fault is not None:
            refused.append(fault)
            target.pop(name, None)
            if current is not None:
                target[name] = current
    changed = _signed(state, target, author)
    changes = _changes(state.entries, changed.entries)
    return (changed if changes else state), changes, tuple(refused)


def without_expired(entries: Entries, moment: datetime) -> Entries:
    """Returns the entries without values that have expired at `moment`; their locks stay."""
    kept = {name: entry.without_value() if entry.has_expired(moment) else entry for name, entry in entries.items()}
    return {name: entry for name, entry in kept.items() if entry.is_set or entry.lock is not None}


def apply_changes(entries: Entries, changes: Iterable[KeyChange]) -> Entries:
    """Returns `entries` after the `changes` of one or more revisions."""
    result = dict(entries)
    for change in changes:
        result.pop(change.key, None)
        if change.after is not None:
            result[change.key] = change.after
    return MappingProxyType(result)


def diff_entries(before: Entries, after: Entries) -> tuple[KeyChange, ...]:
    """Returns the changes from one set of entries to another, by key."""
    return _changes(before, after)


def _early_fault(index: int, op: Op, key: Key, scope: Scope, author: Author) -> OpFault | None:
    """Returns the fault of an operation that the scope cannot have, or whose value would have expired already."""
    if scope is Scope.PERSONA and scope not in key.scopes and not isinstance(op, UnsetOp | UnlockOp):
        detail = f"{op.key} cannot be set for a persona: chat, drift, fingerprint and suite keys can."
        return OpFault(index, "/key", "not_settable", detail)
    if isinstance(op, SetOp) and op.expires_at is not None and op.expires_at <= author.at:
        return OpFault(index, "/expires_at", "in_the_past", f"{op.key}: expires_at is in the past.")
    return None


def _entry_after(index: int, key: Key, op: Op, before: Entry) -> Entry:
    match op:
        case SetOp():
            value = {"is_set": True, "value": key.parsed(op.value), "expires_at": op.expires_at}
            return before.model_copy(update=value)
        case UnsetOp():
            return before.without_value()
        case LockOp():
            sets = "value" in op.model_fields_set
            given = {"is_set": True, "value": key.parsed(op.value), "expires_at": None} if sets else {}
            return before.model_copy(update={"lock": _lock(index, key, op), **given})
        case UnlockOp():
            return before.model_copy(update={"lock": None})


def _lock(index: int, key: Key, op: LockOp) -> Lock:
    try:
        return Lock(bounds=_bounds(key, op.bounds))
    except BadValueError as error:
        raise RefusedError([OpFault(index, "/bounds", "invalid_value", f"{op.key}: {error}")]) from None


def _bounds(key: Key, bounds: Bounds | None) -> Bounds | None:
    """Returns the bounds in stored form: their values are parsed like values of the key.

    Raises:
        BadValueError: the bounds do not match the type of the key.
    """
    if bounds is None:
        return None
    if (bounds.min is not None or bounds.max is not None) and not key.is_numeric:
        raise BadValueError("min and max are for numbers only; use enum.")
    if bounds.enum is None:
        return bounds
    return bounds.model_copy(update={"enum": tuple(_choice(key, value) for value in bounds.enum)})


def _choice(key: Key, value: JsonValue) -> JsonValue:
    """Parses one value of an `enum`; for a list key, an element of the list."""
    if key.schema().get("type") != "array":
        return key.parsed(value)
    parsed = key.parsed([value])
    return parsed[0] if isinstance(parsed, list) else parsed


def _check_locks(index: int, op: Op, after: Entry, found: Resolution) -> None:
    """Raises if an ancestor's lock forbids the operation. `unset` and `unlock` are always allowed."""
    if isinstance(op, UnsetOp | UnlockOp):
        return
    sets = isinstance(op, SetOp) or "value" in op.model_fields_set
    forbidden = found.refused_by(after.value) if sets else found.locked_by
    if forbidden is not None:
        bounds = next((each for scope, each in found.bounds if scope is forbidden), None)
        limits = "" if found.locked_by is not None or bounds is None else f": it takes {bounds.in_words()}"
        detail = f"{op.key} is locked by the {forbidden} scope{limits}."
        raise RefusedError([OpFault(index, "/key", "config_locked", detail, forbidden)])


def _check_own_bounds(index: int, op: Op, after: Entry, inherited: Resolution) -> None:
    """Raises if the scope's effective value, which descendants inherit, is outside the new bounds."""
    if not isinstance(op, LockOp) or after.lock is None or after.lock.bounds is None:
        return
    value = after.value if after.is_set else inherited.value
    if not after.lock.bounds.admits(value):
        detail = f"{op.key} is {json.dumps(value)} at this scope, outside the bounds. Set a value with the lock."
        raise RefusedError([OpFault(index, "/bounds", "value_outside_bounds", detail)])


def _forbidden(
    name: str, entry: Entry, chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue]
) -> OpFault | None:
    key = registry().get(name)
    if key is None:
        return _unknown(0, name)
    found = resolve(key, chain, defaults[name])
    try:
        value = key.parsed(entry.value) if entry.is_set else None
        _bounds(key, entry.lock.bounds if entry.lock else None)
    except BadValueError as error:
        return OpFault(0, "", "invalid_value", f"{name}: {error}")
    forbidden = found.refused_by(value) if entry.is_set else found.locked_by if entry.lock else None
    if forbidden is None:
        return None
    return OpFault(0, "", "config_locked", f"{name} is locked by the {forbidden} scope.", forbidden)


def _unknown(index: int, name: str) -> OpFault:
    similar = nearest(name)
    hint = f" Did you mean {', '.join(similar)}?" if similar else " See GET /v1/config/schema."
    return OpFault(index, "/key", "unknown_key", f"Unknown key {name[:80]}.{hint}", nearest=similar)


def _signed(state: ScopeState, entries: Mapping[str, Entry], author: Author) -> ScopeState:
    """Returns the state at the next revision. Empty entries are removed; changed ones get revision and author."""
    revision = state.revision + 1
    signed: dict[str, Entry] = {}
    for name, entry in entries.items():
        if not entry.is_set and entry.lock is None:
            continue
        current = state.entries.get(name)
        if current is not None and current.content() == entry.content():
            signed[name] = current
        else:
            mark: dict[str, Any] = {"revision": revision, "by": author.by, "at": author.at, "reason": author.reason}
            signed[name] = entry.model_copy(update=mark)
    return replace(state, revision=revision, entries=MappingProxyType(signed))


def _changes(before: Entries, after: Entries) -> tuple[KeyChange, ...]:
    names = sorted({*before, *after})
    return tuple(
        KeyChange(key=name, before=before.get(name), after=after.get(name))
        for name in names
        if _content(before.get(name)) != _content(after.get(name))
    )


def _content(entry: Entry | None) -> tuple[bool, JsonValue, datetime | None, Lock | None]:
    return (entry or Entry()).content()
