"""One commit: operations on a scope's keys, taken together or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from fourfold.config.entries import Bounds, Entries, Entry, Lock, ScopeState
from fourfold.config.registry import BadValueError, Key, nearest, registry
from fourfold.config.resolution import Resolution, resolve
from fourfold.config.scope import Scope
from fourfold.errors import InputError
from fourfold.persona import Document

MAX_OPS = 500
_KeyName = Annotated[str, Field(min_length=1, max_length=200, examples=["engine.pipeline.soul_draft.model"])]


class SetOp(Document):
    """Sets a key's value at the scope."""

    op: Literal["set"]
    key: _KeyName
    value: JsonValue


class UnsetOp(Document):
    """Takes the scope's value away: the key is inherited again."""

    op: Literal["unset"]
    key: _KeyName


class LockOp(Document):
    """Keeps descendants from setting a key, or holds them within `bounds`. A `value` is set with it."""

    op: Literal["lock"]
    key: _KeyName
    bounds: Bounds | None = None
    value: JsonValue = None


class UnlockOp(Document):
    """Takes the scope's lock away: values it overruled hold again."""

    op: Literal["unlock"]
    key: _KeyName


Op = Annotated[SetOp | UnsetOp | LockOp | UnlockOp, Field(discriminator="op")]


@dataclass(frozen=True)
class OpFault:
    """Why an operation cannot be taken. `pointer` is a JSON pointer below the operation."""

    index: int
    pointer: str
    code: str
    detail: str
    locked_by: Scope | None = None
    nearest: tuple[str, ...] = ()


class RefusedError(InputError):
    """A commit that cannot be taken; `faults` names every reason. Nothing of it was applied."""

    def __init__(self, faults: Sequence[OpFault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = tuple(faults)

    @property
    def locked_by(self) -> Scope | None:
        """The lock that stops the commit, if nothing else is wrong with it."""
        scopes = [fault.locked_by for fault in self.faults]
        return scopes[0] if scopes and None not in scopes else None


class KeyChange(Document):
    """A key's node before and after a commit."""

    key: str
    before: Entry | None
    after: Entry | None


@dataclass(frozen=True)
class Author:
    """Who commits, when and why."""

    by: str
    at: datetime
    reason: str | None = None


def apply(
    ops: Sequence[Op], chain: Sequence[ScopeState], defaults: Mapping[str, JsonValue], author: Author
) -> tuple[ScopeState, tuple[KeyChange, ...]]:
    """The last scope of `chain` after `ops`, and what they change in it; the same state if they change nothing.

    Raises:
        RefusedError: unknown keys, values that do not fit, or an ancestor's lock.
    """
    state = chain[-1]
    known = registry()
    unknown = [_unknown(index, op.key) for index, op in enumerate(ops) if op.key not in known]
    if unknown:
        raise RefusedError(unknown)
    faults: list[OpFault] = []
    entries = dict(state.entries)
    for index, op in enumerate(ops):
        key = known[op.key]
        before = entries.get(op.key, Entry())
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
    """The last scope of `chain` put back to `entries`: the state, its changes, and what cannot be restored and why.

    A node that today's schema or an ancestor's lock forbids stays as it is now.
    """
    *ancestors, state = chain
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


def apply_changes(entries: Entries, changes: Iterable[KeyChange]) -> Entries:
    """`entries` after `changes`, as the log of revisions tells them."""
    result = dict(entries)
    for change in changes:
        result.pop(change.key, None)
        if change.after is not None:
            result[change.key] = change.after
    return MappingProxyType(result)


def diff_entries(before: Entries, after: Entries) -> tuple[KeyChange, ...]:
    """What turns one state into another, key by key."""
    return _changes(before, after)


def _entry_after(index: int, key: Key, op: Op, before: Entry) -> Entry:
    match op:
        case SetOp():
            return before.model_copy(update={"is_set": True, "value": key.parsed(op.value)})
        case UnsetOp():
            return before.model_copy(update={"is_set": False, "value": None})
        case LockOp():
            given = {"is_set": True, "value": key.parsed(op.value)} if "value" in op.model_fields_set else {}
            return before.model_copy(update={"lock": _lock(index, key, op), **given})
        case UnlockOp():
            return before.model_copy(update={"lock": None})


def _lock(index: int, key: Key, op: LockOp) -> Lock:
    try:
        return Lock(bounds=_bounds(key, op.bounds))
    except BadValueError as error:
        raise RefusedError([OpFault(index, "/bounds", "invalid_value", f"{op.key}: {error}")]) from None


def _bounds(key: Key, bounds: Bounds | None) -> Bounds | None:
    """The bounds as they are stored: their values in the form the key's own values are kept in.

    Raises:
        BadValueError: bounds that bound nothing this key takes.
    """
    if bounds is None:
        return None
    if (bounds.min is not None or bounds.max is not None) and not key.is_numeric:
        raise BadValueError("A range bounds numbers only; give an enum.")
    if bounds.enum is None:
        return bounds
    return bounds.model_copy(update={"enum": tuple(_choice(key, value) for value in bounds.enum)})


def _choice(key: Key, value: JsonValue) -> JsonValue:
    """One value of a set: of a list's key, one element of the list."""
    if key.schema().get("type") != "array":
        return key.parsed(value)
    parsed = key.parsed([value])
    return parsed[0] if isinstance(parsed, list) else parsed


def _check_locks(index: int, op: Op, after: Entry, found: Resolution) -> None:
    """Values may be taken away and own locks opened whatever stands above."""
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
    """Descendants begin with what holds here, so that has to be within the bounds they are given."""
    if not isinstance(op, LockOp) or after.lock is None or after.lock.bounds is None:
        return
    value = after.value if after.is_set else inherited.value
    if not after.lock.bounds.admits(value):
        detail = f"{op.key} is {json.dumps(value)} here, outside these bounds. Give a value with the lock."
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
    return OpFault(index, "/key", "unknown_key", f"There is no key {name[:80]}.{hint}", nearest=similar)


def _signed(state: ScopeState, entries: Mapping[str, Entry], author: Author) -> ScopeState:
    """Nodes that say something, those that changed signed by the author, at the next revision."""
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


def _content(entry: Entry | None) -> tuple[bool, JsonValue, Lock | None]:
    return (entry or Entry()).content()
