"""A config store in memory, as strict as the real one about who came first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from fourfold.config.commit import apply_changes
from fourfold.config.entries import Entries, ScopeRef, ScopeState
from fourfold.config.history import Revision, Snapshot
from fourfold.config.scope import Scope
from fourfold.config.service import StaleError


@dataclass
class MemoryConfigStore:
    """Implements `fourfold.config.service.ConfigStore`. `org_of` tells which org a workspace belongs to."""

    org_of: dict[str, str]
    kept: dict[ScopeRef, ScopeState] = field(default_factory=dict)
    log: list[tuple[ScopeRef, Revision]] = field(default_factory=list)
    snapshots: dict[str, Entries] = field(default_factory=dict)
    reads: int = 0

    def revisions(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        return {ref: self._at(ref).revision for ref in refs}

    def states(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        self.reads += 1
        return {ref: self._at(ref) for ref in refs}

    def state_at(self, ref: ScopeRef, revision: int) -> ScopeState | None:
        self.reads += 1
        changes = [record.changes for at, record in self.log if at == ref and record.revision <= revision]
        if len(changes) < revision:
            return None
        return ScopeState(ref, revision, apply_changes({}, chain.from_iterable(changes)))

    def write(
        self, ancestors: Sequence[ScopeState], after: ScopeState, record: Revision, relied_on: Sequence[ScopeState] = ()
    ) -> None:
        if any(self._at(state.ref).revision != state.revision for state in (*ancestors, *relied_on)):
            raise StaleError
        if self._at(after.ref).revision != after.revision - 1:
            raise StaleError
        self.kept[after.ref] = after
        self.log.append((after.ref, record))

    def below(self, ref: ScopeRef) -> Iterator[tuple[ScopeState, ...]]:
        for workspace, org in self.org_of.items():
            line = [self._at(ScopeRef(Scope.ORG, org)), self._at(ScopeRef(Scope.WORKSPACE, workspace))]
            if ref.scope is Scope.SYSTEM:
                yield tuple(line)
            elif ref.scope is Scope.ORG and ref.owner == org:
                yield (line[1],)
        if ref.scope is Scope.SYSTEM:
            for org in sorted(set(self.org_of.values())):
                yield (self._at(ScopeRef(Scope.ORG, org)),)

    def put_snapshot(self, ref: ScopeRef, snapshot: Snapshot, entries: Entries) -> None:
        assert snapshot.revision == self._at(ref).revision
        self.snapshots[snapshot.id] = entries

    def _at(self, ref: ScopeRef) -> ScopeState:
        return self.kept.get(ref, ScopeState(ref))
