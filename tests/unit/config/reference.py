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

from fourfold.config.commit import Author, LockOp, Op, RefusedError, SetOp, UnlockOp, UnsetOp, replayed
from fourfold.config.effective import ConfigReader
from fourfold.config.ledger import Ledger, Terms
from fourfold.config.nodes import Bounds, Nodes, Place, chain_of
from fourfold.config.registry import flattened, registry
from fourfold.config.resolution import resolve
from fourfold.config.scope import Scope
from fourfold.config.settings import Settings
from tests.unit.config.memory import MemoryConfigStore

ORG_OF = {"w1": "o1", "w2": "o1", "w3": "o2"}
DEFAULTS = flattened(Settings())
AUTHOR = Author("key_1", datetime(2026, 11, 25, tzinfo=UTC))
CHAINS = {
    Place(Scope.SYSTEM): (Place(Scope.SYSTEM),),
    **{Place(Scope.ORG, org): chain_of(org, "")[:2] for org in ("o1", "o2")},
    **{Place(Scope.WORKSPACE, each): chain_of(org, each) for each, org in ORG_OF.items()},
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
places = st.sampled_from(sorted(CHAINS, key=str))


@dataclass
class Refused:
    """What the reference says instead of a state."""


@dataclass
class Reference:
    """Values and locks by place; a lock is None for an exact one, or the list of values it leaves."""

    values: dict[Place, dict[str, Any]] = field(default_factory=lambda: {place: {} for place in CHAINS})
    locks: dict[Place, dict[str, list[Any] | None]] = field(default_factory=lambda: {place: {} for place in CHAINS})

    def forbids(self, place: Place, key: str, value: Any) -> bool:
        """Whether something above keeps `place` from saying `value`."""
        if place.scope not in registry()[key].scopes:
            return True
        for above in CHAINS[place][:-1]:
            if key in self.locks[above]:
                left = self.locks[above][key]
                if left is None or value not in left:
                    return True
        return False

    def locked(self, place: Place, key: str) -> bool:
        """Whether something above keeps `place` from saying anything at all."""
        exact = any(key in self.locks[above] and self.locks[above][key] is None for above in CHAINS[place][:-1])
        return exact or place.scope not in registry()[key].scopes

    def effective(self, place: Place, key: str) -> Any:
        for near in reversed(CHAINS[place]):
            if key in self.values[near] and not self.forbids(near, key, self.values[near][key]):
                return self.values[near][key]
        return DEFAULTS[key]

    def said(self, place: Place) -> dict[str, Any]:
        marks = {key: ("lock", left) for key, left in self.locks[place].items()}
        return {key: (self.values[place].get(key, "-"), marks.get(key)) for key in VALUES}


def said(nodes: Nodes) -> dict[str, Any]:
    """Nodes in the reference's words."""
    result: dict[str, Any] = dict.fromkeys(VALUES, ("-", None))
    for key, node in nodes.items():
        lock = None
        if node.lock is not None:
            lock = ("lock", None if node.lock.bounds is None else list(node.lock.bounds.enum or ()))
        result[key] = (node.value if node.is_set else "-", lock)
    return result


class Histories(RuleBasedStateMachine):
    """One tree and its reference, side by side."""

    @initialize()
    def begin(self) -> None:
        self.store = MemoryConfigStore(ORG_OF)
        self.ledger = Ledger(self.store, DEFAULTS, ["anthropic", "openai", "google"])
        self.reader = ConfigReader(self.store, DEFAULTS)
        self.reference = Reference()
        self.kept: list[tuple[Place, Nodes, dict[str, Any], dict[str, Any]]] = []

    def commit(self, place: Place, op: Op) -> bool:
        try:
            self.ledger.commit(Terms(CHAINS[place], AUTHOR), lambda _: [op])
        except RefusedError as error:
            refused = error
        else:
            return True
        assert refused.locked_by is not None or {fault.code for fault in refused.faults} == {"value_outside_bounds"}
        return False

    @rule(place=places, key=keys, data=st.data())
    def set(self, place: Place, key: str, data: st.DataObject) -> None:
        value = data.draw(st.sampled_from(VALUES[key]))
        allowed = not self.reference.forbids(place, key, value)
        assert self.commit(place, SetOp(op="set", key=key, value=value)) is allowed
        if allowed:
            self.reference.values[place][key] = value

    @rule(place=places, key=keys)
    def unset(self, place: Place, key: str) -> None:
        assert self.commit(place, UnsetOp(op="unset", key=key))
        self.reference.values[place].pop(key, None)

    @rule(place=places, key=keys)
    def lock(self, place: Place, key: str) -> None:
        allowed = not self.reference.locked(place, key)
        assert self.commit(place, LockOp(op="lock", key=key)) is allowed
        if allowed:
            self.reference.locks[place][key] = None

    @rule(place=places, key=keys.filter(lambda key: not isinstance(VALUES[key][0], list)), data=st.data())
    def bound(self, place: Place, key: str, data: st.DataObject) -> None:
        left = data.draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=3, unique_by=str))
        value = self.reference.values[place].get(key, self.reference.effective(place, key))
        allowed = not self.reference.locked(place, key) and value in left
        bounds = Bounds(enum=tuple(left))
        assert self.commit(place, LockOp(op="lock", key=key, bounds=bounds)) is allowed
        if allowed:
            self.reference.locks[place][key] = left

    @rule(place=places, key=keys)
    def unlock(self, place: Place, key: str) -> None:
        assert self.commit(place, UnlockOp(op="unlock", key=key))
        self.reference.locks[place].pop(key, None)

    @rule(place=places)
    def keep(self, place: Place) -> None:
        _, nodes = self.ledger.snapshot(place, "kept", AUTHOR)
        told = (dict(self.reference.values[place]), dict(self.reference.locks[place]))
        self.kept.append((place, nodes, *told))

    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        if not self.kept:
            return
        place, nodes, values, locks = data.draw(st.sampled_from(self.kept))
        before = self.reference.said(place)
        outcome = self.ledger.roll_back(Terms(CHAINS[place], AUTHOR, "rollback"), nodes)
        refused = set()
        for key in VALUES:
            wanted = (values.get(key, "-"), ("lock", locks[key]) if key in locks else None)
            if wanted == before[key]:
                continue
            forbidden = (
                self.reference.forbids(place, key, values[key])
                if key in values
                else key in locks and self.reference.locked(place, key)
            )
            if forbidden:
                refused.add(key)
                continue
            self.reference.values[place].pop(key, None)
            self.reference.locks[place].pop(key, None)
            if key in values:
                self.reference.values[place][key] = values[key]
            if key in locks:
                self.reference.locks[place][key] = locks[key]
        assert {fault.detail.split(" ")[0] for fault in outcome.refused} == refused
        if not refused:
            assert said(self.store.states([place])[place].nodes) == said(nodes)

    @invariant()
    def agree(self) -> None:
        for place, chain in CHAINS.items():
            states = self.store.states(chain)
            for key in VALUES:
                found = resolve(registry()[key], [states[each] for each in chain], DEFAULTS[key])
                assert found.value == self.reference.effective(place, key), (place, key)
            assert said(states[place].nodes) == self.reference.said(place)

    @invariant()
    def the_reader_sees_what_holds(self) -> None:
        for workspace, org in ORG_OF.items():
            place = Place(Scope.WORKSPACE, workspace)
            shown = flattened(self.reader.effective(org, workspace).settings)
            for key in VALUES:
                if not key.endswith("temperature"):  # left out where the model takes none
                    assert shown[key] == self.reference.effective(place, key)

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        for place, state in self.store.kept.items():
            nodes: Nodes = {}
            for where, record in self.store.log:
                if where == place:
                    nodes = replayed(nodes, record.changes)
            assert nodes == state.nodes
