"""The Config table: a commit whole or not at all, whoever else commits, and history that does not change."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fourfold.config import service
from fourfold.config.commit import Author, LockOp, SetOp, apply_changes
from fourfold.config.entries import Entries, Entry, ScopeRef, ScopeState, chain_of
from fourfold.config.history import Revision, new_snapshot_id
from fourfold.config.registry import flattened
from fourfold.config.scope import Scope, stored
from fourfold.config.service import CommitRequest, ConfigService, StaleError
from fourfold.config.settings import Settings
from fourfold.events.config import ConfigChanged, config_changed_entry
from fourfold.storage.config import store as config_store
from fourfold.storage.config.store import DynamoConfigStore
from tests.tables import create

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

AT = datetime(2026, 11, 25, tzinfo=UTC)
PLACES = chain_of("o1", "w1")
SYSTEM, ORG, WORKSPACE = PLACES
SCORE, RETRIES = "engine.pipeline.audit.min_overall_score", "engine.pipeline.audit.max_retries"
CHOICES: list[tuple[str, list[Any]]] = [
    (SCORE, [1.0, 2.0, 3.0, 4.0]),
    (RETRIES, [0, 1, 2, 3]),
    ("engine.chat.window", [0, 5, 10, 100]),
]


def entry(place: ScopeRef, record: Revision) -> dict[str, Any]:
    data = ConfigChanged(
        scope=stored(place.scope),
        scope_id=place.owner,
        persona_id=None,
        revision=record.revision,
        kind=record.kind,
        changed_by=record.by,
        reason=record.reason,
        keys=tuple(change.key for change in record.changes),
    )
    return config_changed_entry(data, "w1", record.at)


@dataclass
class Tables:
    """The store and the tables it writes to."""

    client: DynamoDBClient
    store: DynamoConfigStore
    ledger: ConfigService

    def stored(self, table: str) -> list[dict[str, Any]]:
        return sorted(self.client.scan(TableName=table)["Items"], key=str)

    def state(self, place: ScopeRef) -> ScopeState:
        return self.store.states([place])[place]

    def set(self, key: str, value: Any, places: tuple[ScopeRef, ...] = PLACES) -> int:
        ops = [SetOp(op="set", key=key, value=value)]
        return self.ledger.commit(CommitRequest(places, Author("key_1", AT, "why")), lambda _: ops).state.revision


@pytest.fixture
def tables(dynamodb: DynamoDBClient) -> Tables:
    create(dynamodb, "config", "S")
    create(dynamodb, "outbox", None)
    store = DynamoConfigStore(dynamodb, "config", "outbox", entry)
    return Tables(dynamodb, store, ConfigService(store, flattened(Settings()), []))


def after(state: ScopeState, key: str, value: Any) -> tuple[ScopeState, Revision]:
    """A state one revision on, and its record, as a writer that read `state` would store them."""
    nodes = {**state.entries, key: Entry(is_set=True, value=value, revision=state.revision + 1, by="key_1", at=AT)}
    record = Revision(revision=state.revision + 1, scope=state.ref.scope, kind="commit", by="key_1", at=AT)
    return ScopeState(state.ref, state.revision + 1, nodes), record


@pytest.mark.parametrize("committed", [0, 1])
def test_the_second_commit_at_a_revision_is_refused_whole(tables: Tables, committed: int) -> None:
    for number in range(committed):
        tables.set(SCORE, float(number))
    states = tables.store.states(PLACES)
    chain = [states[place] for place in PLACES]
    tables.store.write(chain[:-1], *after(chain[-1], SCORE, 4.0))
    before = tables.stored("config"), tables.stored("outbox")
    with pytest.raises(StaleError):
        tables.store.write(chain[:-1], *after(chain[-1], RETRIES, 1))
    assert (tables.stored("config"), tables.stored("outbox")) == before
    assert (tables.state(WORKSPACE).revision, tables.state(WORKSPACE).entries[SCORE].value) == (committed + 1, 4.0)


@pytest.mark.parametrize("mover", [(SYSTEM,), (SYSTEM, ORG)])
def test_a_commit_made_under_an_ancestor_that_has_moved_is_refused(tables: Tables, mover: tuple[ScopeRef, ...]) -> None:
    states = tables.store.states(PLACES)
    chain = [states[place] for place in PLACES]
    tables.set(SCORE, 4.0, mover)
    before = tables.stored("config"), tables.stored("outbox")
    with pytest.raises(StaleError):
        tables.store.write(chain[:-1], *after(chain[-1], SCORE, 1.0))
    assert (tables.stored("config"), tables.stored("outbox")) == before


def test_a_lock_set_meanwhile_is_met_on_the_second_try(tables: Tables) -> None:
    """The ledger reads the chain, somebody locks above, the write is refused, and the next reading sees the lock."""
    raced: list[bool] = []

    def ops(_: object) -> list[SetOp]:
        if not raced:
            raced.append(True)
            lock = [LockOp(op="lock", key=SCORE, bounds=None)]
            tables.ledger.commit(CommitRequest((SYSTEM, ORG), Author("key_2", AT)), lambda _: lock)
        return [SetOp(op="set", key=SCORE, value=1.0)]

    with pytest.raises(Exception, match="config_locked"):
        tables.ledger.commit(CommitRequest(PLACES, Author("key_1", AT)), ops)
    assert tables.state(WORKSPACE).revision == 0


@pytest.mark.parametrize("mover", [PLACES, (SYSTEM, ORG)])
def test_a_commit_on_states_that_have_changed_since_they_were_read(tables: Tables, mover: tuple[ScopeRef, ...]) -> None:
    tables.set(SCORE, 1.0)
    read = tables.store.states(PLACES).values()
    tables.set(RETRIES, 2, mover)
    ops = [SetOp(op="set", key=SCORE, value=4.0)]
    done = tables.ledger.commit(CommitRequest(PLACES, Author("key_1", AT), read=list(read)), lambda _: ops)
    assert done.state == tables.state(WORKSPACE)
    assert done.state.entries[SCORE].value == 4.0
    assert tables.state(mover[-1]).entries[RETRIES].value == 2


def test_writers_at_once_are_all_heard(tables: Tables) -> None:
    commits = 8

    def write(writer: int) -> int:
        key, values = CHOICES[writer]
        taken = 0
        while taken < commits:
            try:
                tables.set(key, values[taken % len(values)])
            except StaleError:
                continue
            taken += 1
        return taken

    with ThreadPoolExecutor(len(CHOICES)) as pool:
        assert sum(pool.map(write, range(len(CHOICES)))) == commits * len(CHOICES)
    final = tables.state(WORKSPACE)
    assert final.revision == commits * len(CHOICES)
    nodes: Entries = {}
    for number in range(1, final.revision + 1):
        found = tables.store.revision(WORKSPACE, number)
        assert found is not None
        record, kept = found
        assert len(record.changes) == 1
        nodes = apply_changes(nodes, record.changes)
        assert nodes == kept
    assert nodes == final.entries
    assert {key: node.value for key, node in nodes.items()} == {key: values[-1] for key, values in CHOICES}
    assert len(tables.stored("outbox")) == final.revision


def test_revisions_come_in_pages_newest_first(tables: Tables) -> None:
    for number in range(1, 13):  # past ten: ordered as numbers, not as their digits
        tables.set(SCORE, number / 4)
    found, before = [], None
    while True:
        page = tables.store.page(WORKSPACE, 5, before)
        found.append([record.revision for record in page.revisions])
        if page.last is None:
            break
        before = page.last
    assert found == [[12, 11, 10, 9, 8], [7, 6, 5, 4, 3], [2, 1]]
    assert tables.store.page(WORKSPACE, 5, 1).revisions == []
    assert tables.store.page(ORG, 5).revisions == []


def test_a_revision_and_what_held_after_it_can_be_read_later(tables: Tables) -> None:
    tables.set(SCORE, 1.0)
    tables.set(SCORE, 2.0)
    found = tables.store.revision(WORKSPACE, 1)
    assert found is not None
    assert (found[0].revision, found[0].reason, found[1][SCORE].value) == (1, "why", 1.0)
    assert tables.store.revision(WORKSPACE, 3) is None


def test_a_snapshot_is_never_overwritten(tables: Tables) -> None:
    tables.set(SCORE, 1.0)
    kept, nodes = tables.ledger.snapshot(tables.state(WORKSPACE), "first", Author("key_1", AT))
    tables.set(SCORE, 2.0)
    with pytest.raises(ValueError, match="stored already"):
        tables.store.put_snapshot(WORKSPACE, kept.model_copy(update={"label": "other"}), {})
    found = tables.store.snapshot(WORKSPACE, kept.id)
    assert found == (kept, nodes)
    assert nodes[SCORE].value == 1.0
    assert tables.store.snapshot(ScopeRef(Scope.WORKSPACE, "w2"), kept.id) is None
    assert tables.store.snapshot(WORKSPACE, new_snapshot_id()) is None


def test_scopes_below_are_found_once_they_were_committed_to(tables: Tables) -> None:
    other = chain_of("o2", "w2")
    assert list(tables.store.below(SYSTEM)) == []
    tables.set(SCORE, 1.0)
    tables.set(RETRIES, 1, other)
    lines = {tuple(state.ref for state in line) for line in tables.store.below(SYSTEM)}
    assert {PLACES[1:], other[1:]} <= lines
    assert [line[-1].ref for line in tables.store.below(ORG)] == [WORKSPACE]
    assert list(tables.store.below(WORKSPACE)) == []


def test_a_lock_looks_at_a_bounded_number_of_scopes_below(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_EXAMINED", 12)
    monkeypatch.setattr(config_store, "_CHILDREN_AT_ONCE", 5)
    for number in range(40):
        tables.set(SCORE if number < 3 else RETRIES, 1, chain_of("o1", f"w{number:02}"))
    read: list[ScopeRef] = []
    states = tables.store.states

    def counted(refs: Iterable[ScopeRef]) -> dict[ScopeRef, ScopeState]:
        found = states(refs)
        read.extend(found)
        return found

    monkeypatch.setattr(tables.store, "states", counted)
    lock = [LockOp(op="lock", key=SCORE, bounds=None)]
    done = tables.ledger.commit(CommitRequest((SYSTEM, ORG), Author("key_1", AT)), lambda _: lock)
    assert {each.owner for each in done.shadowed} == {"w00", "w01", "w02"}
    assert len(read) <= len((SYSTEM, ORG)) + 15
    read.clear()
    assert len(list(tables.store.below(ORG))) == len(read) == 40


def test_no_commit_without_its_announcement(tables: Tables) -> None:
    silent = DynamoConfigStore(tables.client, "config", "no-such-table", entry)
    with pytest.raises(ClientError):
        silent.write([ScopeState(SYSTEM), ScopeState(ORG)], *after(ScopeState(WORKSPACE), RETRIES, 1))
    assert tables.stored("config") == tables.stored("outbox") == []


def test_more_places_than_one_read_takes(tables: Tables) -> None:
    for number in range(3):
        tables.set(RETRIES, 1, chain_of("o1", f"w{number}"))
    places = [ScopeRef(Scope.WORKSPACE, f"w{number}") for number in range(150)]
    found = tables.store.revisions([*places, places[0]])
    assert len(found) == 150
    assert sum(found.values()) == 3
