"""The cached reader: a warm read costs one look at the revisions, and never shows what held before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fourfold.config import effective as effective_module
from fourfold.config.commit import Author, LockOp, Op, RefusedError, SetOp, UnsetOp
from fourfold.config.effective import ConfigReader
from fourfold.config.entries import ScopeRef, ScopeState, chain_of
from fourfold.config.registry import flattened
from fourfold.config.scope import Revisions
from fourfold.config.service import CommitRequest, ConfigService
from fourfold.config.settings import Settings
from tests.unit.config.memory import MemoryConfigStore

DEFAULTS = flattened(Settings())
AUTHOR = Author("key_1", datetime(2026, 11, 25, tzinfo=UTC))
RETRIES = "engine.pipeline.audit.max_retries"
SYSTEM, ORG, WORKSPACE = chain_of("o1", "w1")


@dataclass
class Counted:
    """A store that counts what is asked of it."""

    store: MemoryConfigStore
    asked: list[str] = field(default_factory=list)
    fetched: list[ScopeRef] = field(default_factory=list)

    def revisions(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, int]:
        self.asked.append("revisions")
        return self.store.revisions(refs)

    def states(self, refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        self.asked.append("states")
        self.fetched.extend(refs)
        return self.store.states(refs)

    def state_at(self, ref: ScopeRef, revision: int) -> ScopeState | None:
        self.asked.append("state_at")
        return self.store.state_at(ref, revision)


@dataclass
class Tree:
    """A tree, its reader, and what the reader asked for."""

    counted: Counted
    reader: ConfigReader

    def commit(self, op: Op, *refs: ScopeRef) -> None:
        ConfigService(self.counted.store, DEFAULTS, []).commit(CommitRequest(refs, AUTHOR), lambda _: [op])

    def set(self, value: Any, *refs: ScopeRef) -> None:
        self.commit(SetOp(op="set", key=RETRIES, value=value), *refs)

    def retries(self, org: str = "o1", workspace: str = "w1") -> int:
        return self.reader.effective(org, workspace).settings.engine.pipeline.audit.max_retries

    def asked(self) -> list[str]:
        asked, self.counted.asked = self.counted.asked, []
        return asked


@pytest.fixture
def tree() -> Tree:
    counted = Counted(MemoryConfigStore({"w1": "o1", "w2": "o1", "w3": "o2"}))
    return Tree(counted, ConfigReader(counted, DEFAULTS))


def test_a_warm_read_asks_for_the_revisions_and_nothing_else(tree: Tree) -> None:
    tree.set(1, SYSTEM, ORG, WORKSPACE)
    assert tree.retries() == 1
    assert tree.asked() == ["revisions", "states"]
    first = tree.reader.effective("o1", "w1")
    assert tree.reader.effective("o1", "w1") is first
    assert tree.asked() == ["revisions", "revisions"]


@pytest.mark.parametrize("refs", [(SYSTEM,), (SYSTEM, ORG), (SYSTEM, ORG, WORKSPACE)])
def test_a_commit_anywhere_in_the_chain_is_seen_at_once(tree: Tree, refs: tuple[ScopeRef, ...]) -> None:
    for value in (1, 2, 0):
        tree.retries()
        tree.set(value, *refs)
        assert tree.retries() == value
    tree.commit(UnsetOp(op="unset", key=RETRIES), *refs)
    assert tree.retries() == 3


def test_only_the_scope_that_moved_is_fetched(tree: Tree) -> None:
    tree.retries()
    tree.counted.fetched.clear()
    tree.set(1, SYSTEM, ORG)
    assert tree.retries() == 1
    assert tree.counted.fetched == [ORG]


def test_workspaces_share_what_stands_above_them_and_nothing_else(tree: Tree) -> None:
    tree.set(1, SYSTEM, ORG)
    tree.set(2, SYSTEM, ORG, WORKSPACE)
    assert [tree.retries("o1", "w1"), tree.retries("o1", "w2"), tree.retries("o2", "w3")] == [2, 1, 3]
    tree.commit(LockOp(op="lock", key=RETRIES), SYSTEM, ORG)
    assert [tree.retries("o1", "w1"), tree.retries("o1", "w2"), tree.retries("o2", "w3")] == [1, 1, 3]


def test_a_view_tells_the_revisions_it_was_made_from(tree: Tree) -> None:
    tree.set(1, SYSTEM)
    tree.set(2, SYSTEM, ORG, WORKSPACE)
    tree.set(1, SYSTEM, ORG, WORKSPACE)
    assert tree.reader.effective("o1", "w1").revisions == Revisions(system=1, org=0, workspace=2)


def test_a_commit_between_the_two_reads_is_told_by_its_own_revision(tree: Tree) -> None:
    """The revision read says 0; before the state is fetched somebody commits."""
    states = tree.counted.states
    raced: list[bool] = []

    def late(refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        if not raced:
            raced.append(True)
            tree.set(1, SYSTEM, ORG, WORKSPACE)
        return states(refs)

    tree.counted.states = late  # type: ignore[method-assign]
    found = tree.reader.effective("o1", "w1")
    assert (found.settings.engine.pipeline.audit.max_retries, found.revisions.workspace) == (1, 1)
    assert tree.retries() == 1


def test_a_temperature_the_model_below_does_not_take_is_left_out(tree: Tree) -> None:
    mask = "engine.pipeline.mask_build"
    tree.commit(SetOp(op="set", key=f"{mask}.model", value="google:gemini-3.8-flash"), SYSTEM)
    tree.commit(SetOp(op="set", key=f"{mask}.temperature", value=1.5), SYSTEM, ORG, WORKSPACE)
    assert tree.reader.effective("o1", "w1").settings.engine.pipeline.mask_build.temperature == 1.5
    tree.commit(SetOp(op="set", key=f"{mask}.model", value="anthropic:claude-opus-4-7"), SYSTEM)
    assert tree.reader.effective("o1", "w1").settings.engine.pipeline.mask_build.temperature is None


def test_what_is_remembered_is_bounded(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effective_module, "_MAX_CACHED", 5)
    for number in range(30):
        assert tree.retries(workspace=f"x{number}") == 3
    tree.set(1, SYSTEM)
    assert tree.retries() == 1


def test_a_process_that_only_reads_pinned_settings_remembers_a_bounded_number_of_states(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effective_module, "_MAX_CACHED", 5)
    pinned = []
    for number in range(30):
        tree.set(number % 4, SYSTEM, ORG, WORKSPACE)
        pinned.append(tree.reader.effective("o1", "w1").revisions)
    fresh = ConfigReader(tree.counted, DEFAULTS)
    found = [fresh.at("o1", "w1", each, AUTHOR.at).settings.engine.pipeline.audit.max_retries for each in pinned]
    assert found == [number % 4 for number in range(30)]
    assert len(fresh._states) <= 5  # noqa: SLF001 - memory has no other sign


def test_what_another_thread_clears_meanwhile_is_not_missed(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effective_module, "_MAX_CACHED", 4)
    tree.set(2, SYSTEM, ORG)
    assert tree.retries() == 2
    fetch = tree.counted.states

    def while_others_read(refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        monkeypatch.setattr(tree.counted, "states", fetch)
        for number in range(5):
            tree.retries("o2", f"x{number}")
        return fetch(refs)

    monkeypatch.setattr(tree.counted, "states", while_others_read)
    assert tree.retries(workspace="w2") == 2


def test_what_held_at_earlier_revisions_can_be_read_again(tree: Tree) -> None:
    """A run is pinned to revisions: a process that never saw them reads what held then."""
    tree.set(1, SYSTEM)
    tree.set(2, SYSTEM, ORG, WORKSPACE)
    pinned = tree.reader.effective("o1", "w1").revisions
    tree.set(3, SYSTEM, ORG, WORKSPACE)
    tree.set(0, SYSTEM)
    fresh = ConfigReader(tree.counted, DEFAULTS)
    assert fresh.effective("o1", "w1").settings.engine.pipeline.audit.max_retries == 3
    then = fresh.at("o1", "w1", pinned, AUTHOR.at)
    assert (then.settings.engine.pipeline.audit.max_retries, then.revisions) == (2, pinned)
    tree.asked()
    assert fresh.at("o1", "w1", pinned, AUTHOR.at) is then
    assert tree.asked() == []
    with pytest.raises(LookupError):
        fresh.at("o1", "w1", pinned.model_copy(update={"workspace": 9}), AUTHOR.at)


PERSONA = chain_of("o1", "w1", "per_one")[-1]
THRESHOLD = "engine.pipeline.drift_detection.threshold"


def thresholds(tree: Tree, *personas: str | None) -> list[Any]:
    read = (tree.reader.effective("o1", "w1", persona) for persona in personas)
    return [each.settings.engine.pipeline.drift_detection.threshold for each in read]


def test_a_persona_has_values_of_its_own_in_the_same_request(tree: Tree) -> None:
    tree.commit(SetOp(op="set", key=THRESHOLD, value=0.5), SYSTEM, ORG, WORKSPACE)
    tree.commit(SetOp(op="set", key=THRESHOLD, value=0.6), SYSTEM, ORG, WORKSPACE, PERSONA)
    assert thresholds(tree, "per_one", "per_two", None) == [0.6, 0.5, 0.5]
    tree.asked()
    assert thresholds(tree, "per_one", "per_two", None) == [0.6, 0.5, 0.5]
    assert tree.asked() == ["revisions"] * 3
    assert tree.reader.effective("o1", "w1", "per_two") is tree.reader.effective("o1", "w1")
    tree.commit(LockOp(op="lock", key=THRESHOLD), SYSTEM, ORG)
    assert thresholds(tree, "per_one", "per_two", None) == [0.3, 0.3, 0.3]


def test_a_value_counts_until_it_expires_and_a_pinned_run_keeps_it(tree: Tree) -> None:
    now = [AUTHOR.at]
    reader = ConfigReader(tree.counted, DEFAULTS, lambda: now[0])
    end = AUTHOR.at + timedelta(hours=1)
    tree.set(1, SYSTEM, ORG)
    tree.commit(SetOp(op="set", key=RETRIES, value=2, expires_at=end), SYSTEM, ORG, WORKSPACE)

    def retries() -> int:
        return reader.effective("o1", "w1").settings.engine.pipeline.audit.max_retries

    assert retries() == 2
    pinned, began = reader.effective("o1", "w1").revisions, now[0]
    now[0] = end - timedelta(microseconds=1)
    assert retries() == 2
    now[0] = end
    assert (retries(), retries()) == (1, 1)
    assert reader.at("o1", "w1", pinned, began).settings.engine.pipeline.audit.max_retries == 2
    assert retries() == 1


def test_an_expired_value_goes_with_the_next_commit_and_its_lock_stays(tree: Tree) -> None:
    end = AUTHOR.at + timedelta(hours=1)
    tree.commit(SetOp(op="set", key=RETRIES, value=2, expires_at=end), SYSTEM, ORG)
    tree.commit(SetOp(op="set", key=THRESHOLD, value=0.5, expires_at=end), SYSTEM, ORG)
    tree.commit(LockOp(op="lock", key=RETRIES), SYSTEM, ORG)
    later = Author("key_1", end)
    service = ConfigService(tree.counted.store, DEFAULTS, [])
    operation = SetOp(op="set", key="engine.chat.max_tokens", value=500)
    state = service.commit(CommitRequest((SYSTEM, ORG), later), lambda _: [operation]).state
    assert set(state.entries) == {RETRIES, "engine.chat.max_tokens"}
    assert (state.entries[RETRIES].is_set, state.entries[RETRIES].lock is None) == (False, False)


@pytest.mark.parametrize("early", [timedelta(0), timedelta(days=-400)])
def test_a_value_that_would_have_expired_is_refused(tree: Tree, early: timedelta) -> None:
    with pytest.raises(RefusedError) as refusal:
        tree.commit(SetOp(op="set", key=RETRIES, value=2, expires_at=AUTHOR.at + early), SYSTEM)
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/expires_at", "in_the_past")]


@pytest.mark.parametrize("op", [SetOp(op="set", key=RETRIES, value=2), LockOp(op="lock", key=RETRIES)])
def test_a_persona_has_no_keys_of_the_pipeline(tree: Tree, op: Op) -> None:
    with pytest.raises(RefusedError) as refusal:
        tree.commit(op, SYSTEM, ORG, WORKSPACE, PERSONA)
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/key", "not_settable")]
