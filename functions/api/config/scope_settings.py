"""Reads and changes the settings of one scope on behalf of a caller."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from fastapi import Request, Response

from fourfold.config.commit import Author, RefusedError, diff_entries
from fourfold.config.entries import Entries, ScopeState, chain_of
from fourfold.config.history import Revision, Snapshot, is_snapshot_id
from fourfold.config.registry import nearest, registry
from fourfold.config.resolution import DEFAULT, Resolution, ScopeEntry, effective, resolve
from fourfold.config.scope import STORED, Revisions, Scope, StoredScope, stored
from fourfold.config.service import (
    CommitRequest,
    Committed,
    ConfigService,
    Kind,
    RevisionMismatchError,
    StaleError,
    chain_states,
)
from fourfold.http.auth import require_scope
from fourfold.http.cursors import opaque_cursor
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.http.revision_tags import etag, expected_revision, precondition_failed
from fourfold.models.credentials import available_providers
from fourfold.persona import PersonaGoneError
from fourfold.problem import FieldError, problem
from functions.api.config.commit_guard import CommitGuard
from functions.api.config.evaluation_requirement import EvaluationRequirement, why_evaluated
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
    SnapshotList,
    SnapshotValue,
)
from functions.api.config.voice_requirement import VoiceRequirement
from functions.api.config.withheld import (
    change_without_author,
    link_without_author,
    revision_without_author,
    snapshot_without_author,
)
from functions.api.dependencies import AdmittedCaller
from functions.api.errors import settings_rejected
from functions.api.responses import document
from functions.clock import now
from functions.configuration import config_store, deployment_defaults

Outcome = TypeVar("Outcome")

# API key scopes needed beside `config:write`, which covers the caller's workspace only.
_WRITE_SCOPES = {
    Scope.SYSTEM: ("config:write:system",),
    Scope.ORG: ("config:write:org",),
    Scope.WORKSPACE: (),
    Scope.PERSONA: (),
}


class ScopeSettings:
    """A scope in the chain of the caller's workspace; `persona_id` names the persona of the persona scope."""

    def __init__(self, caller: AdmittedCaller, scope: StoredScope, persona_id: str | None = None) -> None:
        self._caller = caller
        self.scope = Scope(scope)
        chain = chain_of(caller.org_id, caller.workspace_id, persona_id)
        self.scope_refs = chain[: (*STORED, Scope.PERSONA).index(self.scope) + 1]
        self.scope_ref = self.scope_refs[-1]
        self.store = config_store(caller.workspace_id)

    @classmethod
    def of_snapshot(
        cls, caller: AdmittedCaller, snapshot_id: str, persona_id: str | None
    ) -> tuple[ScopeSettings, Snapshot, Entries]:
        """Returns the scope that a snapshot belongs to, the snapshot, and its entries.

        With `persona_id` the snapshot is one of this persona.

        Raises:
            ProblemError: 404, no scope of the caller's chain has this snapshot.
        """
        if is_snapshot_id(snapshot_id):
            for scope in reversed(STORED) if persona_id is None else (Scope.PERSONA,):
                settings = cls(caller, stored(scope), persona_id)
                found = settings.store.snapshot(settings.scope_ref, snapshot_id)
                if found is not None:
                    return settings, *found
        raise not_found()

    @cached_property
    def service(self) -> ConfigService:
        """The service that commits changes."""
        workspace_id = self._caller.workspace_id
        requirements = (VoiceRequirement(workspace_id), EvaluationRequirement(workspace_id))
        guard = CommitGuard(self._caller, self.store, requirements)
        return ConfigService(self.store, deployment_defaults(), available_providers(os.environ), guard)

    def shows_authors(self, scope: Scope) -> bool:
        """Whether the caller may know who changed a scope and why: only who may change it does."""
        return self._caller.scopes.issuperset(_WRITE_SCOPES[scope])

    def revisions(self, revisions: Iterable[Revision]) -> tuple[Revision, ...]:
        """Commits as the caller may see them."""
        return tuple(revisions if self.shows_authors(self.scope) else map(revision_without_author, revisions))

    def snapshots(self, limit: int, before: str | None) -> SnapshotList:
        """A page of the scope's snapshots as the caller may see them, newest first: those before `before`."""
        found = self.store.snapshots(self.scope_ref, limit + 1, before)
        shown, more = found[:limit], len(found) > limit
        cursor = opaque_cursor(shown[-1].id) if more else None
        return SnapshotList(data=tuple(map(self._shown, shown)), has_more=more, next_cursor=cursor)

    def _shown(self, snapshot: Snapshot) -> Snapshot:
        return snapshot if self.shows_authors(self.scope) else snapshot_without_author(snapshot)

    def require_write(self) -> None:
        """Raises ProblemError (403) unless the API key may change this scope."""
        for scope in _WRITE_SCOPES[self.scope]:
            require_scope(self._caller, scope)

    def commit_request(
        self, request: Request, reason: str | None, *, dry_run: bool, kind: Kind = "commit"
    ) -> CommitRequest:
        """Builds the commit request of an HTTP request.

        Raises:
            ProblemError: 403 the API key may not change this scope, 400 invalid If-Match.
        """
        self.require_write()
        expected = expected_revision(request.headers.getlist("if-match"))
        return CommitRequest(
            self.scope_refs, self._author(reason), kind, expected, dry_run, self._caller.effective.chain
        )

    def committed(self, commit_request: CommitRequest, result: Committed) -> Response:
        """The reply to a commit."""
        shown = CommitResult(**self._outcome(commit_request, result))
        return document(shown, headers={"ETag": etag(result.state.revision)} if not commit_request.dry_run else {})

    def rolled_back(self, commit_request: CommitRequest, result: Committed) -> Response:
        """The reply to a rollback."""
        refused = tuple(
            FieldError(pointer="", code=fault.code, detail=fault.detail, locked_by=fault.locked_by)
            for fault in result.refused
        )
        shown = RollbackResult(**self._outcome(commit_request, result), not_restored=refused)
        return document(shown, headers={"ETag": etag(result.state.revision)} if not commit_request.dry_run else {})

    def view(self, prefix: str) -> ConfigView:
        """Returns the effective values of the keys that begin with `prefix`."""
        chain = self._chain()
        resolutions = effective(chain, deployment_defaults(), now())
        return ConfigView(
            scope=self.scope,
            scope_id=self.scope_ref.owner,
            revision=chain[-1].revision,
            revisions=Revisions(**{state.ref.scope.value: state.revision for state in chain}),
            data=tuple(_effective_value(each) for name, each in resolutions.items() if name.startswith(prefix)),
        )

    def explain(self, name: str) -> Explanation:
        """Explains a key's value.

        Raises:
            ProblemError: 422, the key does not exist.
        """
        key = registry().get(name)
        if key is None:
            alike = nearest(name)
            hint = f" Did you mean {', '.join(alike)}?" if alike else ""
            raise rejected([FieldError(pointer="key", code="unknown_key", detail=f"Unknown key.{hint}", nearest=alike)])
        default = deployment_defaults()[name]
        chain, at = self._chain(), now()
        resolution = resolve(key, chain, default, moment=at)
        end = _end_of(resolution)
        then = None if end is None else resolve(key, chain, default, moment=end)
        default_link = ChainLink(
            scope=DEFAULT,
            standing="applies" if resolution.source == DEFAULT else "overridden",
            is_set=True,
            value=default,
            lock=None,
        )
        return Explanation(
            key=name,
            scope=self.scope,
            value=resolution.value,
            source=resolution.source,
            locked_by=resolution.locked_by,
            why=_why(resolution, then) + why_evaluated(name, chain, at),
            chain=(default_link, *(self._link(link) for link in resolution.by_scope)),
            unit=key.unit,
            description=key.description,
        )

    def diff(self, before: str, after: str) -> ConfigDiff:
        """Returns the changes between two states, each given as a revision number or a snapshot id.

        Raises:
            ProblemError: 404, a state does not exist.
        """
        changes = diff_entries(self._entries_at(before), self._entries_at(after))
        if not self.shows_authors(self.scope):
            changes = tuple(map(change_without_author, changes))
        return ConfigDiff.model_validate({"scope": self.scope, "from": before, "to": after, "changes": changes})

    def take_snapshot(self, label: str, snapshot_id: str) -> SnapshotContent:
        """Creates a snapshot, or returns the existing one with this id."""
        existing = self.store.snapshot(self.scope_ref, snapshot_id)
        if existing is not None:
            return _content(*existing)
        created, entries = self.service.snapshot(self._chain()[-1], label, self._author(None), snapshot_id)
        return _content(created, entries)

    def snapshot_content(self, snapshot: Snapshot, entries: Entries) -> SnapshotContent:
        """A snapshot with its entries as the caller may see it."""
        return _content(self._shown(snapshot), entries)

    def _link(self, link: ScopeEntry) -> ChainLink:
        shown = _link(link)
        return shown if link.entry is None or self.shows_authors(link.scope) else link_without_author(shown)

    def _author(self, reason: str | None) -> Author:
        return Author(self._caller.key_id, now(), reason)

    def _chain(self) -> list[ScopeState]:
        """The states of the chain; those that were read when the request was admitted are not read again."""
        return chain_states(self.store, self.scope_refs, self._caller.effective.chain)

    def _entries_at(self, reference: str) -> Entries:
        if reference == "0":
            return {}
        if is_snapshot_id(reference):
            snapshot = self.store.snapshot(self.scope_ref, reference)
            entries = None if snapshot is None else snapshot[1]
        else:
            created = self.store.revision(self.scope_ref, int(reference))
            entries = None if created is None else created[1]
        if entries is None:
            raise not_found()
        return entries

    def _outcome(self, commit_request: CommitRequest, result: Committed) -> dict[str, Any]:
        return {
            "scope": self.scope,
            "revision": result.state.revision - (1 if commit_request.dry_run and result.changes else 0),
            "dry_run": commit_request.dry_run,
            "changes": result.changes,
            "shadowed": result.shadowed,
            "warnings": result.warnings,
        }


def as_problem(commit: Callable[[], Outcome]) -> Outcome:
    """Runs a commit and converts its errors.

    Raises:
        ProblemError: 422 invalid operations, 403 `config_locked`, 412 another revision, 409 too many concurrent
            commits, 404 the persona was deleted.
    """
    try:
        return commit()
    except RefusedError as error:
        raise _refused(error) from None
    except RevisionMismatchError as error:
        raise precondition_failed(error.current) from None
    except PersonaGoneError:
        raise not_found() from None
    except StaleError:
        detail = "Other commits to this scope are in progress. Retry the commit."
        busy = problem("config_busy", "The settings changed during the commit", 409, detail)
        raise ProblemError(busy, {"Retry-After": "1"}) from None


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
    return settings_rejected(faults, error.locked_by)


def _effective_value(resolution: Resolution) -> EffectiveValue:
    entry = resolution.by_scope[-1].entry
    return EffectiveValue(
        key=resolution.key.name,
        value=resolution.value,
        source=resolution.source,
        locked_by=resolution.locked_by,
        bounds=tuple(OfAncestor(scope=scope, bounds=bounds) for scope, bounds in resolution.bounds),
        lock=None if entry is None else entry.lock,
        expires_at=_end_of(resolution),
        shadowed=resolution.shadowed,
        unit=resolution.key.unit,
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
        expires_at=entry.expires_at,
        lock=entry.lock,
        set_by=entry.by,
        set_at=entry.at,
        reason=entry.reason,
        revision=entry.revision,
    )


def _why(resolution: Resolution, then: Resolution | None) -> str:
    """Explains a value in words; `then` is what applies after its end, None if it has none."""
    if resolution.source == DEFAULT:
        summary = "No scope sets a value: the default of the deployment applies."
    else:
        summary = f"The value is set at the {resolution.source} scope."
    if resolution.locked_by is not None:
        summary += f" The {resolution.locked_by} scope has locked the key for lower scopes."
    for scope, bounds in resolution.bounds:
        summary += f" The {scope} scope limits lower scopes to {bounds.in_words()}."
    for item in resolution.by_scope:
        if item.standing == "expired":
            summary += f" The value of the {item.scope} scope has expired."
    if (end := _end_of(resolution)) is not None and then is not None:
        follows = "the default" if then.source == DEFAULT else f"the value of the {then.source} scope"
        summary += f" It expires at {end.isoformat()}; then {follows} applies."
    for scope in resolution.shadowed:
        summary += f" The value of the {scope} scope is overridden by a lock."
    return summary


def _end_of(resolution: Resolution) -> datetime | None:
    """When the effective value expires; None if it does not."""
    applied = (item.entry for item in resolution.by_scope if item.standing == "applies")
    return next((entry.expires_at for entry in applied if entry is not None), None)


def _content(snapshot: Snapshot, entries: Entries) -> SnapshotContent:
    data = tuple(
        SnapshotValue(key=name, is_set=entry.is_set, value=entry.value, expires_at=entry.expires_at, lock=entry.lock)
        for name, entry in sorted(entries.items())
    )
    return SnapshotContent(**snapshot.model_dump(), data=data)
