"""Refuses commits that the caller's workspace has demands on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fourfold.config.commit import KeyChange
from fourfold.config.entries import ScopeState, chain_of
from fourfold.config.service import ConfigStore
from fourfold.http.auth import Caller


class Requirement(Protocol):
    """A demand on commits."""

    def concerns(self, changes: Sequence[KeyChange]) -> bool:
        """Whether a commit with these changes has to be checked."""

    def check(self, before: Sequence[ScopeState], after: Sequence[ScopeState]) -> None:
        """Raises ProblemError (409) if the commit must not be made.

        `before` and `after` are the states from the system to the workspace, or to a persona of it.
        """


class CommitGuard:
    """Implements `fourfold.config.service.CommitGuard` for the caller's workspace.

    A commit above the workspace is checked for what it comes to there, by the states below it, which are returned: it
    is stored only while they are as they were read.
    """

    def __init__(self, caller: Caller, store: ConfigStore, requirements: Sequence[Requirement]) -> None:
        self._caller, self._store, self._requirements = caller, store, requirements

    def __call__(
        self, before: Sequence[ScopeState], after: Sequence[ScopeState], changes: Sequence[KeyChange]
    ) -> Sequence[ScopeState]:
        """Checks a commit at the scope of the last states. Raises as the requirements do."""
        concerned = [each for each in self._requirements if each.concerns(changes)]
        if not concerned:
            return ()
        below = chain_of(self._caller.org_id, self._caller.workspace_id)[len(after) :]
        states = self._store.states(below) if below else {}
        tail = [states[ref] for ref in below]
        for requirement in concerned:
            requirement.check([*before, *tail], [*after, *tail])
        return tail
