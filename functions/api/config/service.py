"""The settings of one scope as a caller sees and changes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from fastapi import Request, Response

from fourfold.config.commit import Author, RefusedError, diff_entries
from fourfold.config.entries import Entries, ScopeState, chain_of
from fourfold.config.history import Snapshot, is_snapshot_id
from fourfold.config.registry import nearest, registry
from fourfold.config.resolution import DEFAULT, Resolution, ScopeEntry, effective, resolve
from fourfold.config.scope import STORED, Revisions, Scope, StoredScope, stored
from fourfold.config.service import CommitRequest, Committed, ConfigService, Kind, RevisionMismatchError, StaleError
from fourfold.http.auth import Caller, require_scope
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.http.revision_tags import etag, expected_revision, precondition_failed
from fourfold.models.credentials import usable_providers
from fourfold.problem import FieldError, problem
from functions.api.config.schemas import (
    ChainLink,
    CommitResult,
    ConfigDiff,
    ConfigView,
    EffectiveValue,
    Explanation,
    OfAncestor,
    RollbackResult,
    SnapshotContent,
    SnapshotValue,
)
from functions.api.errors import settings_refused
from functions.api.responses import document
from functions.clock import now
from functions.configuration import config_store, deployment_defaults

Outcome = TypeVar("Outcome")

# `config:write` reaches a workspace's own settings only: what stands above it is not the workspace's to change.
_WRITES = {Scope.SYSTEM: ("config:write:system",), Scope.ORG: ("config:write:org",), Scope.WORKSPACE: ()}


class ScopeSettings:
    """One scope in the chain of the caller's workspace."""

    def __init__(self, caller: Caller, scope: StoredScope) -> None:
        self._caller = caller
        self.scope = Scope(scope)
        chain = chain_of(caller.org_id, caller.workspace_id)
        self.refs = chain[: STORED.index(self.scope) + 1]
        self.ref = self.refs[-1]
        self.store = config_store(caller.workspace_id)

    @classmethod
    def of_snapshot(cls, caller: Caller, snapshot_id: str) -> tuple[ScopeSettings, Entries]:
        """The tree a snapshot belongs to, and what the snapshot holds.

        Raises:
            ProblemError: 404, none of that name in the caller's chain.
        """
        if is_snapshot_id(snapshot_id):
            for scope in reversed(STORED):
                tree = cls(caller, stored(scope))
                found = tree.store.snapshot(tree.ref, snapshot_id)
                if found is not None:
                    return tree, found[1]
        raise not_found()

    @cached_property
    def ledger(self) -> ConfigService:
        """Where this scope's settings are changed."""
        return ConfigService(self.store, deployment_defaults(), usable_providers(os.environ))

    def require_write(self) -> None:
        """Raises ProblemError (403) unless the caller may change this scope."""
        for scope in _WRITES[self.scope]:
            require_scope(self._caller, scope)

    def terms(self, request: Request, reason: str | None, *, dry_run: bool, kind: Kind = "commit") -> CommitRequest:
        """The terms of a commit the caller asks for.

        Raises:
            ProblemError: 403 the key may not change this scope, 400 an If-Match that is no ETag.
        """
        self.require_write()
        expected = expected_revision(request.headers.getlist("if-match"))
        return CommitRequest(self.refs, self._author(reason), kind, expected, dry_run)

    def committed(self, terms: CommitRequest, result: Committed) -> Response:
        """The reply to a commit."""
        shown = CommitResult(**self._outcome(terms, result))
        return document(shown, headers={"ETag": etag(result.state.revision)} if not terms.dry_run else {})

    def rolled_back(self, terms: CommitRequest, result: Committed) -> Response:
        """The reply to a rollback."""
        refused = tuple(
            FieldError(pointer="", code=fault.code, detail=fault.detail, locked_by=fault.locked_by)
            for fault in result.refused
        )
        shown = RollbackResult(**self._outcome(terms, result), not_restored=refused)
        return document(shown, headers={"ETag": etag(result.state.revision)} if not terms.dry_run else {})

    def view(self, prefix: str) -> ConfigView:
        """What holds at this scope, of the keys that begin with `prefix`."""
        chain = self._chain()
        found = effective(chain, deployment_defaults())
        return ConfigView(
            scope=self.scope,
            scope_id=self.ref.owner,
            revision=chain[-1].revision,
            revisions=Revisions(**{state.ref.scope.value: state.revision for state in chain}),
            data=tuple(_shown(each) for name, each in found.items() if name.startswith(prefix)),
        )

    def explain(self, name: str) -> Explanation:
        """Why a key has its value.

        Raises:
            ProblemError: 422, there is no such key.
        """
        key = registry().get(name)
        if key is None:
            alike = nearest(name)
            hint = f" Did you mean {', '.join(alike)}?" if alike else ""
            raise rejected(
                [FieldError(pointer="key", code="unknown_key", detail=f"There is no such key.{hint}", nearest=alike)]
            )
        default = deployment_defaults()[name]
        found = resolve(key, self._chain(), default)
        start = ChainLink(
            scope=DEFAULT,
            standing="applies" if found.source == DEFAULT else "overridden",
            is_set=True,
            value=default,
            lock=None,
        )
        return Explanation(
            key=name,
            scope=self.scope,
            value=found.value,
            source=found.source,
            locked_by=found.locked_by,
            why=_why(found),
            chain=(start, *(_link(link) for link in found.by_scope)),
            unit=key.unit,
            description=key.description,
        )

    def diff(self, before: str, after: str) -> ConfigDiff:
        """What turns one state of this scope into another; each is a revision's number or a snapshot's id.

        Raises:
            ProblemError: 404, nothing of that name here.
        """
        changes = diff_entries(self._nodes_at(before), self._nodes_at(after))
        return ConfigDiff.model_validate({"scope": self.scope, "from": before, "to": after, "changes": changes})

    def take_snapshot(self, label: str, snapshot_id: str) -> SnapshotContent:
        """Keeps what this scope says now; the snapshot of that id if it is there already."""
        kept = self.store.snapshot(self.ref, snapshot_id)
        if kept is not None:
            return _content(*kept)
        made, entries = self.ledger.snapshot(self.ref, label, self._author(None), snapshot_id)
        return _content(made, entries)

    def snapshot_content(self, snapshot_id: str) -> SnapshotContent:
        """A snapshot of this scope and what it holds. Raises ProblemError (404)."""
        found = self.store.snapshot(self.ref, snapshot_id)
        if found is None:
            raise not_found()
        return _content(*found)

    def _author(self, reason: str | None) -> Author:
        return Author(self._caller.key_id, now(), reason)

    def _chain(self) -> list[ScopeState]:
        states = self.store.states(self.refs)
        return [states[ref] for ref in self.refs]

    def _nodes_at(self, reference: str) -> Entries:
        if reference == "0":
            return {}
        if is_snapshot_id(reference):
            kept = self.store.snapshot(self.ref, reference)
            entries = None if kept is None else kept[1]
        else:
            made = self.store.revision(self.ref, int(reference))
            entries = None if made is None else made[1]
        if entries is None:
            raise not_found()
        return entries

    def _outcome(self, terms: CommitRequest, result: Committed) -> dict[str, Any]:
        return {
            "scope": self.scope,
            "revision": result.state.revision - (1 if terms.dry_run and result.changes else 0),
            "dry_run": terms.dry_run,
            "changes": result.changes,
            "shadowed": result.shadowed,
            "warnings": result.warnings,
        }


def told(commit: Callable[[], Outcome]) -> Outcome:
    """Runs a commit; what stands in its way becomes a problem.

    Raises:
        ProblemError: 422 naming each operation that is wrong, 403 `config_locked`, 412 another revision, 409 the
            settings kept changing.
    """
    try:
        return commit()
    except RefusedError as error:
        raise _refused(error) from None
    except RevisionMismatchError as error:
        raise precondition_failed(error.current) from None
    except StaleError:
        detail = "Others are changing these settings right now. Send the commit again."
        raise ProblemError(
            problem("config_busy", "The settings kept changing", 409, detail), {"Retry-After": "1"}
        ) from None


def _refused(error: RefusedError) -> ProblemError:
    faults = [
        FieldError(
            pointer=f"/ops/{fault.index}{fault.pointer}",
            code=fault.code,
            detail=fault.detail,
            locked_by=fault.locked_by,
            nearest=fault.nearest,
        )
        for fault in error.faults
    ]
    return settings_refused(faults, error.locked_by)


def _shown(found: Resolution) -> EffectiveValue:
    entry = found.by_scope[-1].entry
    return EffectiveValue(
        key=found.key.name,
        value=found.value,
        source=found.source,
        locked_by=found.locked_by,
        bounds=tuple(OfAncestor(scope=scope, bounds=bounds) for scope, bounds in found.bounds),
        lock=None if entry is None else entry.lock,
        shadowed=found.shadowed,
        unit=found.key.unit,
    )


def _link(link: ScopeEntry) -> ChainLink:
    entry = link.entry
    if entry is None:
        return ChainLink(scope=stored(link.scope), standing=link.standing, is_set=False, value=None, lock=None)
    return ChainLink(
        scope=stored(link.scope),
        standing=link.standing,
        is_set=entry.is_set,
        value=entry.value,
        lock=entry.lock,
        set_by=entry.by,
        set_at=entry.at,
        reason=entry.reason,
        revision=entry.revision,
    )


def _why(found: Resolution) -> str:
    if found.source == DEFAULT:
        sentence = "No scope sets it: this is what the deployment starts from."
    else:
        sentence = f"The {found.source} scope sets it, and no nearer one does."
    if found.locked_by is not None:
        sentence += f" The {found.locked_by} scope keeps scopes below it from setting it."
    for scope, bounds in found.bounds:
        sentence += f" The {scope} scope lets those below choose {bounds.in_words()}."
    for scope in found.shadowed:
        sentence += f" The {scope} scope's own value is kept but overruled until the lock is gone."
    return sentence


def _content(snapshot: Snapshot, entries: Entries) -> SnapshotContent:
    data = tuple(
        SnapshotValue(key=name, is_set=entry.is_set, value=entry.value, lock=entry.lock)
        for name, entry in sorted(entries.items())
    )
    return SnapshotContent(**snapshot.model_dump(), data=data)
