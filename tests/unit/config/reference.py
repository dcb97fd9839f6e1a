"""Random histories of the tree against a reference that is as naive as can be.

The reference keeps plain dictionaries and looks for the nearest value that nothing above it forbids, from the request
upwards; the product folds from the system down. They agree on every effective value, on every refusal, and on what a
rollback brings back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fourfold.config.commit import Author, LockOp, Op, RefusedError, SetOp, UnlockOp, UnsetOp, apply_changes
from fourfold.config.effective import ConfigReader
from fourfold.config.entries import Bounds, Entries, ScopeRef, chain_of
from fourfold.config.registry import flattened, registry
from fourfold.config.resolution import resolve
from fourfold.config.scope import Scope
from fourfold.config.service import CommitRequest, ConfigService
from fourfold.config.settings import Settings
from tests.unit.config.memory import MemoryConfigStore

ORG_OF = {"w1": "o1", "w2": "o1", "w3": "o2"}
DEFAULTS = flattened(Settings())
AUTHOR = Author("key_1", datetime(2026, 11, 25, tzinfo=UTC))
CHAINS = {
    ScopeRef(Scope.SYSTEM): (ScopeRef(Scope.SYSTEM),),
    **{ScopeRef(Scope.ORG, org): chain_of(org, "")[:2] for org in ("o1", "o2")},
    **{ScopeRef(Scope.WORKSPACE, each): chain_of(org, each) for each, org in ORG_OF.items()},
}
VALUES: dict[str, list[Any]] = {
    "engine.pipeline.audit.max_retries": [0, 1, 2, 3],
    "engine.pipeline.audit.min_overall_score": [0.0, 2.5, 3.5, 5.0],
    "engine.pipeline.soul_draft.model": ["anthropic:claude-opus-4-7", "openai:gpt-6.1-sol", "offline:composer-1"],
    "engine.pipeline.soul_draft.fallback": [[], ["google:gemini-3.8-flash"], ["openai:gpt-6.1-sol"]],
    "engine.pipeline.drift_detection.threshold": [0.1, 0.3, "auto"],
    "engine.pipeline.soul_draft.temperature": [None, 0.0, 0.7],
    "engine.safety.disclose_ai": [True, False],
    "api.limits.concurrent_generations": [1, 50, 1000],
}
keys = st.sampled_from(sorted(VALUES))
refs = st.sampled_from(sorted(CHAINS, key=str))


@dataclass
class Refused:
    """What the reference says instead of a state."""


@dataclass
class Reference:
    """Values and locks by place; a lock is None for an exact one, or the list of values it leaves."""

    values: dict[ScopeRef, dict[str, Any]] = field(default_factory=lambda: {ref: {} for ref in CHAINS})
    locks: dict[ScopeRef, dict[str, list[Any] | None]] = field(default_factory=lambda: {ref: {} for ref in CHAINS})

    def forbids(self, ref: ScopeRef, key: str, value: Any) -> bool:
        """Whether something above keeps `ref` from saying `value`."""
        if ref.scope not in registry()[key].scopes:
            return True
        for above in CHAINS[ref][:-1]:
            if key in self.locks[above]:
                left = self.locks[above][key]
                if left is None or value not in left:
                    return True
        return False

    def locked(self, ref: ScopeRef, key: str) -> bool:
        """Whether something above keeps `ref` from saying anything at all."""
        exact = any(key in self.locks[above] and self.locks[above][key] is None for above in CHAINS[ref][:-1])
        return exact or ref.scope not in registry()[key].scopes

    def effective(self, ref: ScopeRef, key: str) -> Any:
        for near in reversed(CHAINS[ref]):
            if key in self.values[near] and not self.forbids(near, key, self.values[near][key]):
                return self.values[near][key]
        return DEFAULTS[key]

    def said(self, ref: ScopeRef) -> dict[str, Any]:
        marks = {key: ("lock", left) for key, left in self.locks[ref].items()}
        return {key: (self.values[ref].get(key, "-"), marks.get(key)) for key in VALUES}


def said(entries: Entries) -> dict[str, Any]:
    """Nodes in the reference's words."""
    result: dict[str, Any] = dict.fromkeys(VALUES, ("-", None))
    for key, entry in entries.items():
        lock = None
        if entry.lock is not None:
            lock = ("lock", None if entry.lock.bounds is None else list(entry.lock.bounds.enum or ()))
        result[key] = (entry.value if entry.is_set else "-", lock)
    return result


class Histories(RuleBasedStateMachine):
    """One tree and its reference, side by side."""

    @initialize()
    def begin(self) -> None:
        self.store = MemoryConfigStore(ORG_OF)
        self.ledger = ConfigService(self.store, DEFAULTS, ["anthropic", "openai", "google"])
        self.reader = ConfigReader(self.store, DEFAULTS)
        self.reference = Reference()
        self.kept: list[tuple[ScopeRef, Entries, dict[str, Any], dict[str, Any]]] = []

    def commit(self, ref: ScopeRef, op: Op) -> bool:
        try:
            self.ledger.commit(CommitRequest(CHAINS[ref], AUTHOR), lambda _: [op])
        except RefusedError as error:
            refused = error
        else:
            return True
        assert refused.locked_by is not None or {fault.code for fault in refused.faults} == {"value_outside_bounds"}
        return False

    @rule(ref=refs, key=keys, data=st.data())
    def set(self, ref: ScopeRef, key: str, data: st.DataObject) -> None:
        value = data.draw(st.sampled_from(VALUES[key]))
        allowed = not self.reference.forbids(ref, key, value)
        assert self.commit(ref, SetOp(op="set", key=key, value=value)) is allowed
        if allowed:
            self.reference.values[ref][key] = value

    @rule(ref=refs, key=keys)
    def unset(self, ref: ScopeRef, key: str) -> None:
        assert self.commit(ref, UnsetOp(op="unset", key=key))
        self.reference.values[ref].pop(key, None)

    @rule(ref=refs, key=keys)
    def lock(self, ref: ScopeRef, key: str) -> None:
        allowed = not self.reference.locked(ref, key)
        assert self.commit(ref, LockOp(op="lock", key=key)) is allowed
        if allowed:
            self.reference.locks[ref][key] = None

    @rule(ref=refs, key=keys.filter(lambda key: not isinstance(VALUES[key][0], list)), data=st.data())
    def bound(self, ref: ScopeRef, key: str, data: st.DataObject) -> None:
        left = data.draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=3, unique_by=str))
        value = self.reference.values[ref].get(key, self.reference.effective(ref, key))
        allowed = not self.reference.locked(ref, key) and value in left
        bounds = Bounds(enum=tuple(left))
        assert self.commit(ref, LockOp(op="lock", key=key, bounds=bounds)) is allowed
        if allowed:
            self.reference.locks[ref][key] = left

    @rule(ref=refs, key=keys)
    def unlock(self, ref: ScopeRef, key: str) -> None:
        assert self.commit(ref, UnlockOp(op="unlock", key=key))
        self.reference.locks[ref].pop(key, None)

    @rule(ref=refs)
    def keep(self, ref: ScopeRef) -> None:
        _, entries = self.ledger.snapshot(self.ledger.store.states([ref])[ref], "kept", AUTHOR)
        told = (dict(self.reference.values[ref]), dict(self.reference.locks[ref]))
        self.kept.append((ref, entries, *told))

    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        if not self.kept:
            return
        ref, entries, values, locks = data.draw(st.sampled_from(self.kept))
        before = self.reference.said(ref)
        outcome = self.ledger.roll_back(CommitRequest(CHAINS[ref], AUTHOR, "rollback"), entries)
        refused = set()
        for key in VALUES:
            wanted = (values.get(key, "-"), ("lock", locks[key]) if key in locks else None)
            if wanted == before[key]:
                continue
            forbidden = (
                self.reference.forbids(ref, key, values[key])
                if key in values
                else key in locks and self.reference.locked(ref, key)
            )
            if forbidden:
                refused.add(key)
                continue
            self.reference.values[ref].pop(key, None)
            self.reference.locks[ref].pop(key, None)
            if key in values:
                self.reference.values[ref][key] = values[key]
            if key in locks:
                self.reference.locks[ref][key] = locks[key]
        assert {fault.detail.split(" ")[0] for fault in outcome.refused} == refused
        if not refused:
            assert said(self.store.states([ref])[ref].entries) == said(entries)

    @invariant()
    def agree(self) -> None:
        for ref, chain in CHAINS.items():
            states = self.store.states(chain)
            for key in VALUES:
                found = resolve(registry()[key], [states[each] for each in chain], DEFAULTS[key])
                assert found.value == self.reference.effective(ref, key), (ref, key)
            assert said(states[ref].entries) == self.reference.said(ref)

    @invariant()
    def the_reader_sees_what_holds(self) -> None:
        for workspace, org in ORG_OF.items():
            ref = ScopeRef(Scope.WORKSPACE, workspace)
            shown = flattened(self.reader.effective(org, workspace).settings)
            for key in VALUES:
                if not key.endswith("temperature"):  # left out where the model takes none
                    assert shown[key] == self.reference.effective(ref, key)

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        for ref, state in self.store.kept.items():
            entries: Entries = {}
            for where, record in self.store.log:
                if where == ref:
                    entries = apply_changes(entries, record.changes)
            assert entries == state.entries
