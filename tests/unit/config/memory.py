"""A config store in memory, as strict as the real one about who came first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from fourfold.config.commit import replayed
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

    def revisions(self, places: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        return {place: self._at(place).revision for place in places}

    def states(self, places: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        self.reads += 1
        return {place: self._at(place) for place in places}

    def state_at(self, place: ScopeRef, revision: int) -> ScopeState | None:
        self.reads += 1
        changes = [record.changes for at, record in self.log if at == place and record.revision <= revision]
        if len(changes) < revision:
            return None
        return ScopeState(place, revision, replayed({}, chain.from_iterable(changes)))

    def write(self, ancestors: Sequence[ScopeState], after: ScopeState, record: Revision) -> None:
        if any(self._at(state.place).revision != state.revision for state in ancestors):
            raise StaleError
        if self._at(after.place).revision != after.revision - 1:
            raise StaleError
        self.kept[after.place] = after
        self.log.append((after.place, record))

    def below(self, place: ScopeRef) -> Iterator[tuple[ScopeState, ...]]:
        for workspace, org in self.org_of.items():
            line = [self._at(ScopeRef(Scope.ORG, org)), self._at(ScopeRef(Scope.WORKSPACE, workspace))]
            if place.scope is Scope.SYSTEM:
                yield tuple(line)
            elif place.scope is Scope.ORG and place.owner == org:
                yield (line[1],)
        if place.scope is Scope.SYSTEM:
            for org in sorted(set(self.org_of.values())):
                yield (self._at(ScopeRef(Scope.ORG, org)),)

    def put_snapshot(self, place: ScopeRef, snapshot: Snapshot, nodes: Entries) -> None:
        assert snapshot.revision == self._at(place).revision
        self.snapshots[snapshot.id] = nodes

    def _at(self, place: ScopeRef) -> ScopeState:
        return self.kept.get(place, ScopeState(place))
