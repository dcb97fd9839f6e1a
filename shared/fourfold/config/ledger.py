"""Changing settings: commits under optimistic concurrency, snapshots and rollback."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from pydantic import JsonValue

from fourfold.catalogue import greatest_temperature
from fourfold.config.commit import Author, Fault, KeyChange, LockOp, Op, apply, restored
from fourfold.config.effective import StateSource
from fourfold.config.history import Revision, Snapshot, content_hash, new_snapshot_id
from fourfold.config.nodes import Nodes, Place, ScopeState
from fourfold.config.registry import registry
from fourfold.config.request import provider_of, usable_names, why_unusable
from fourfold.config.resolution import Resolution, effective, resolve
from fourfold.persona import Model

Kind = Literal["commit", "preset", "rollback"]

_ROUNDS: Final = 12
MOST_REPORTED: Final = 100


class StaleError(Exception):
    """Somebody committed in between; nothing was written."""


class RevisionMismatchError(Exception):
    """The scope is at another revision than the caller expects; `current` tells which."""

    def __init__(self, current: int) -> None:
        super().__init__(f"at revision {current}")
        self.current = current


class ConfigStore(StateSource, Protocol):
    """Where states, revisions and snapshots are kept."""

    def write(self, ancestors: Sequence[ScopeState], after: ScopeState, record: Revision) -> None:
        """Stores a commit whole, if the scope is still at the revision before and no ancestor has moved.

        The store announces it on the bus (`config.changed`).

        Raises:
            StaleError: it is not, or one has.
        """

    def below(self, place: Place) -> Iterable[tuple[ScopeState, ...]]:
        """Of every scope below `place` that was ever committed to: the states from just below it down to that one."""

    def put_snapshot(self, place: Place, snapshot: Snapshot, nodes: Nodes) -> None:
        """Keeps a snapshot."""


class Shadowed(Model):
    """A value of a descendant that a lock overrules. It is kept, and holds again once the lock is gone."""

    scope: str
    owner: str
    key: str
    value: JsonValue


class Caution(Model):
    """Something a commit leaves behind that will not work as it may be meant to."""

    key: str
    code: str
    detail: str


@dataclass(frozen=True)
class Committed:
    """What a commit came to, or with a dry run would come to. `refused` is what a rollback cannot restore."""

    state: ScopeState
    changes: tuple[KeyChange, ...]
    shadowed: tuple[Shadowed, ...] = ()
    warnings: tuple[Caution, ...] = ()
    refused: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Terms:
    """On what terms a commit is made.

    `places` is the chain, system first; the last one is committed to. `expected` is the revision the caller saw; None
    commits to whatever stands. A `dry_run` tells what would happen and stores nothing.
    """

    places: Sequence[Place]
    author: Author
    kind: Kind = "commit"
    expected: int | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Ledger:
    """Where settings change. `defaults` is what the deployment starts from, `providers` those with credentials."""

    store: ConfigStore
    defaults: Mapping[str, JsonValue]
    providers: Collection[str]

    def commit(self, terms: Terms, ops: Callable[[Sequence[ScopeState]], Sequence[Op]]) -> Committed:
        """Applies the operations made for the chain as it stands, all together.

        Raises:
            RefusedError: the operations cannot be taken.
            RevisionMismatchError: the scope is not at the expected revision.
            StaleError: others kept committing in between.
        """

        def change(chain: Sequence[ScopeState]) -> Committed:
            wanted = ops(chain)
            state, changes = apply(wanted, chain, self.defaults, terms.author)
            locked = {op.key for op in wanted if isinstance(op, LockOp)}
            touched = {op.key for op in wanted}
            after = [*chain[:-1], state]
            return Committed(state, changes, self._shadowed(after, locked), self._warnings(after, touched))

        return self._written(terms, change)

    def roll_back(self, terms: Terms, nodes: Nodes) -> Committed:
        """Puts the last place back to `nodes` by a new revision; what locks or schema now forbid stays as it is.

        Raises:
            RevisionMismatchError: the scope is not at the expected revision.
            StaleError: others kept committing in between.
        """

        def change(chain: Sequence[ScopeState]) -> Committed:
            state, changes, refused = restored(nodes, chain, self.defaults, terms.author)
            after = [*chain[:-1], state]
            keys = {change.key for change in changes if change.key in registry()}
            locked = {name for name in keys if name in state.nodes and state.nodes[name].lock is not None}
            return Committed(state, changes, self._shadowed(after, locked), self._warnings(after, keys), refused)

        return self._written(terms, change)

    def snapshot(
        self, place: Place, label: str, author: Author, snapshot_id: str | None = None
    ) -> tuple[Snapshot, Nodes]:
        """Keeps what a place says now, under a label; `snapshot_id` None: under a fresh id."""
        state = self.store.states([place])[place]
        made = Snapshot(
            id=snapshot_id or new_snapshot_id(),
            scope=place.scope,
            label=label,
            revision=state.revision,
            by=author.by,
            at=author.at,
            hash=content_hash(state.nodes),
            keys=len(state.nodes),
        )
        self.store.put_snapshot(place, made, state.nodes)
        return made, state.nodes

    def _written(self, terms: Terms, change: Callable[[Sequence[ScopeState]], Committed]) -> Committed:
        for _ in range(_ROUNDS):
            states = self.store.states(terms.places)
            chain = [states[place] for place in terms.places]
            if terms.expected is not None and chain[-1].revision != terms.expected:
                raise RevisionMismatchError(chain[-1].revision)
            outcome = change(chain)
            if terms.dry_run or not outcome.changes:
                return outcome
            with suppress(StaleError):
                self.store.write(chain[:-1], outcome.state, _record(terms, outcome))
                return outcome
        raise StaleError

    def _shadowed(self, chain: Sequence[ScopeState], locked: Collection[str]) -> tuple[Shadowed, ...]:
        if not locked:
            return ()
        found = []
        for tail in self.store.below(chain[-1].place):
            place = tail[-1].place
            for name in sorted(locked & tail[-1].nodes.keys()):
                resolution = resolve(registry()[name], [*chain, *tail], self.defaults[name])
                if place.scope in resolution.shadowed:
                    value = tail[-1].nodes[name].value
                    found.append(Shadowed(scope=place.scope, owner=place.owner, key=name, value=value))
            if len(found) >= MOST_REPORTED:
                break
        return tuple(found[:MOST_REPORTED])

    def _warnings(self, chain: Sequence[ScopeState], touched: Collection[str]) -> tuple[Caution, ...]:
        view = effective(chain, self.defaults)
        return tuple(
            each
            for name in sorted(touched)
            for each in (_no_credentials(name, view, usable_names(self.providers)), _not_sent(name, view))
            if each is not None
        )


def _record(terms: Terms, outcome: Committed) -> Revision:
    return Revision(
        revision=outcome.state.revision,
        scope=outcome.state.place.scope,
        kind=terms.kind,
        by=terms.author.by,
        at=terms.author.at,
        reason=terms.author.reason,
        changes=outcome.changes,
    )


def _no_credentials(name: str, view: Mapping[str, Resolution], usable: set[str]) -> Caution | None:
    if name.rsplit(".", 1)[1] not in {"model", "fallback"}:
        return None
    value = view[name].value
    names = value if isinstance(value, list) else [value]
    missing = sorted({provider_of(str(each)) for each in names} - usable)
    if not missing:
        return None
    detail = f"{why_unusable(missing)}: a run that depends on it is refused until that changes."
    return Caution(key=name, code="provider_not_configured", detail=detail)


def _not_sent(name: str, view: Mapping[str, Resolution]) -> Caution | None:
    block, _, setting = name.rpartition(".")
    if setting not in {"model", "temperature"} or f"{block}.temperature" not in view:
        return None
    model, temperature = str(view[f"{block}.model"].value), view[f"{block}.temperature"].value
    greatest = greatest_temperature(model)
    if not isinstance(temperature, int | float) or greatest is None or 0 < greatest >= temperature:
        return None
    takes = f"takes at most {greatest:g}" if greatest else "takes none"
    detail = f"{model} {takes}: it is asked without a temperature."
    return Caution(key=f"{block}.temperature", code="temperature_not_sent", detail=detail)
