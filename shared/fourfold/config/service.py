"""Changes of settings: commits with optimistic concurrency, snapshots and rollbacks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, Protocol

from pydantic import JsonValue

from fourfold.config.commit import Author, KeyChange, LockOp, Op, OpFault, apply_ops, restore_entries
from fourfold.config.effective import StateSource
from fourfold.config.entries import Entries, ScopeRef, ScopeState
from fourfold.config.history import Revision, Snapshot, content_hash, new_snapshot_id
from fourfold.config.registry import registry
from fourfold.config.request import models_named, provider_of, usable_names, why_unusable
from fourfold.config.resolution import Resolution, effective, resolve
from fourfold.errors import ConflictError
from fourfold.llm.model_names import greatest_temperature
from fourfold.persona import Document

Kind = Literal["commit", "preset", "rollback"]

MAX_ATTEMPTS: Final = 12
MAX_REPORTED: Final = 100
# Scopes below that a commit with a lock looks at: a deployment may have any number of workspaces.
MOST_EXAMINED: Final = 1000


class StaleError(ConflictError):
    """The scope or an ancestor changed since it was read; nothing was written."""


class RevisionMismatchError(ConflictError):
    """The scope's revision differs from the expected one; `current` is its revision."""

    def __init__(self, current: int) -> None:
        super().__init__(f"at revision {current}")
        self.current = current


class ConfigStore(StateSource, Protocol):
    """Stores states, revisions and snapshots."""

    def write(
        self, ancestors: Sequence[ScopeState], after: ScopeState, record: Revision, relied_on: Sequence[ScopeState] = ()
    ) -> None:
        """Stores a commit and its `config.changed` event in one transaction.

        Raises:
            StaleError: the scope is not at the previous revision, or an ancestor or a state of `relied_on` has changed.
        """

    def below(self, ref: ScopeRef) -> Iterable[tuple[ScopeState, ...]]:
        """Yields, for each descendant of `ref` with commits, the states from the child of `ref` to that descendant."""

    def put_snapshot(self, ref: ScopeRef, snapshot: Snapshot, entries: Entries) -> None:
        """Stores a snapshot."""


# Raises if a commit must not be made: states of the chain before and after it, and its changes. Returns the states
# below the chain that it has read: the commit is stored only if they have not changed.
CommitGuard = Callable[[Sequence[ScopeState], Sequence[ScopeState], Sequence[KeyChange]], Sequence[ScopeState]]


class Overridden(Document):
    """A descendant's value that a lock overrides. It is kept and applies again when the lock is removed."""

    scope: str
    owner: str
    key: str
    value: JsonValue


class ConfigWarning(Document):
    """A consequence of a commit that may be unintended."""

    key: str
    code: str
    detail: str


@dataclass(frozen=True)
class Committed:
    """The result of a commit or of a dry run. `refused` lists what a rollback cannot restore."""

    state: ScopeState
    changes: tuple[KeyChange, ...]
    shadowed: tuple[Overridden, ...] = ()
    warnings: tuple[ConfigWarning, ...] = ()
    refused: tuple[OpFault, ...] = ()


@dataclass(frozen=True)
class CommitRequest:
    """The scope, author and conditions of a commit.

    `refs` is the chain of scopes, system first; the commit changes the last one. `expected` is the revision that the
    caller expects, None for any. A `dry_run` stores nothing. `read` are states of the chain that the caller has read
    already: the first attempt reads only the others, and one that another commit overtook reads all again.
    """

    refs: Sequence[ScopeRef]
    author: Author
    kind: Kind = "commit"
    expected: int | None = None
    dry_run: bool = False
    read: Collection[ScopeState] = ()


@dataclass(frozen=True)
class ConfigService:
    """Commits settings. `defaults` are the deployment's; `providers` are those with credentials.

    `guard` is called before a commit is stored, also in a dry run, and refuses it by an exception of its own.
    """

    store: ConfigStore
    defaults: Mapping[str, JsonValue]
    providers: Collection[str]
    guard: CommitGuard = lambda _before, _after, _changes: ()

    def commit(self, request: CommitRequest, ops: Callable[[Sequence[ScopeState]], Sequence[Op]]) -> Committed:
        """Commits the operations that `ops` returns for the current chain, all or none.

        Raises:
            RefusedError: the operations are not valid.
            RevisionMismatchError: the scope is not at the expected revision.
            StaleError: concurrent commits won at every attempt.
        """

        def change(chain: Sequence[ScopeState]) -> Committed:
            operations = ops(chain)
            state, changes = apply_ops(operations, chain, self.defaults, request.author)
            locked = {op.key for op in operations if isinstance(op, LockOp)}
            touched = {op.key for op in operations}
            after = [*chain[:-1], state]
            return Committed(state, changes, self._overridden(after, locked), self._warnings(after, touched))

        return self._write(request, change)

    def roll_back(self, request: CommitRequest, entries: Entries) -> Committed:
        """Restores the last scope to `entries` with a new revision.

        Entries that locks or the schema now forbid keep their current value.

        Raises:
            RevisionMismatchError: the scope is not at the expected revision.
            StaleError: concurrent commits won at every attempt.
        """

        def change(chain: Sequence[ScopeState]) -> Committed:
            state, changes, refused = restore_entries(entries, chain, self.defaults, request.author)
            after = [*chain[:-1], state]
            keys = {change.key for change in changes if change.key in registry()}
            locked = {name for name in keys if name in state.entries and state.entries[name].lock is not None}
            return Committed(state, changes, self._overridden(after, locked), self._warnings(after, keys), refused)

        return self._write(request, change)

    def snapshot(
        self, state: ScopeState, label: str, author: Author, snapshot_id: str | None = None
    ) -> tuple[Snapshot, Entries]:
        """Stores a snapshot of a scope's state under a label. Without `snapshot_id`, a new id is used."""
        ref = state.ref
        made = Snapshot(
            id=snapshot_id or new_snapshot_id(),
            scope=ref.scope,
            label=label,
            revision=state.revision,
            by=author.by,
            at=author.at,
            hash=content_hash(state.entries),
            keys=len(state.entries),
        )
        self.store.put_snapshot(ref, made, state.entries)
        return made, state.entries

    def _write(self, request: CommitRequest, change: Callable[[Sequence[ScopeState]], Committed]) -> Committed:
        for attempt in range(MAX_ATTEMPTS):
            chain = chain_states(self.store, request.refs, () if attempt else request.read)
            if request.expected is not None and chain[-1].revision != request.expected:
                raise RevisionMismatchError(chain[-1].revision)
            outcome = change(chain)
            relied_on = self.guard(chain, [*chain[:-1], outcome.state], outcome.changes)
            if request.dry_run or not outcome.changes:
                return outcome
            with suppress(StaleError):
                self.store.write(chain[:-1], outcome.state, _record(request, outcome), relied_on)
                return outcome
        raise StaleError

    def _overridden(self, chain: Sequence[ScopeState], locked: Collection[str]) -> tuple[Overridden, ...]:
        if not locked:
            return ()
        found = []
        for tail in islice(self.store.below(chain[-1].ref), MOST_EXAMINED):
            ref = tail[-1].ref
            for name in sorted(locked & tail[-1].entries.keys()):
                resolution = resolve(registry()[name], [*chain, *tail], self.defaults[name])
                if ref.scope in resolution.shadowed:
                    value = tail[-1].entries[name].value
                    found.append(Overridden(scope=ref.scope, owner=ref.owner, key=name, value=value))
            if len(found) >= MAX_REPORTED:
                break
        return tuple(found[:MAX_REPORTED])

    def _warnings(self, chain: Sequence[ScopeState], touched: Collection[str]) -> tuple[ConfigWarning, ...]:
        view = effective(chain, self.defaults)
        return tuple(
            each
            for name in sorted(touched)
            for each in (_no_credentials(name, view, usable_names(self.providers)), _not_sent(name, view))
            if each is not None
        )


def chain_states(source: StateSource, refs: Sequence[ScopeRef], read: Iterable[ScopeState] = ()) -> list[ScopeState]:
    """Returns the states of a chain of scopes; those that are in `read` are not read again."""
    states = {state.ref: state for state in read}
    if missing := [ref for ref in refs if ref not in states]:
        states |= source.states(missing)
    return [states[ref] for ref in refs]


def _record(request: CommitRequest, outcome: Committed) -> Revision:
    return Revision(
        revision=outcome.state.revision,
        scope=outcome.state.ref.scope,
        kind=request.kind,
        by=request.author.by,
        at=request.author.at,
        reason=request.author.reason,
        changes=outcome.changes,
    )


def _no_credentials(name: str, view: Mapping[str, Resolution], usable: set[str]) -> ConfigWarning | None:
    missing = sorted({provider_of(each) for each in models_named(name, view[name].value)} - usable)
    if not missing:
        return None
    detail = f"{why_unusable(missing)}; runs that need it are rejected."
    return ConfigWarning(key=name, code="provider_not_configured", detail=detail)


def _not_sent(name: str, view: Mapping[str, Resolution]) -> ConfigWarning | None:
    block, _, setting = name.rpartition(".")
    if setting not in {"model", "temperature"} or f"{block}.temperature" not in view:
        return None
    model, temperature = str(view[f"{block}.model"].value), view[f"{block}.temperature"].value
    greatest = greatest_temperature(model)
    if not isinstance(temperature, int | float) or greatest is None or 0 < greatest >= temperature:
        return None
    takes = f"accepts at most {greatest:g}" if greatest else "accepts none"
    detail = f"{model} {takes}: it is called without a temperature."
    return ConfigWarning(key=f"{block}.temperature", code="temperature_not_sent", detail=detail)
