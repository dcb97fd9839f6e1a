"""Personas and runs in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from ulid import ULID

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.evaluation.cells import persona_id_of, run_id_of
from fourfold.persona import PersonaStatus
from fourfold.personas.filters import PersonaFilter
from fourfold.pipeline.new_run import NewRun, new_run
from fourfold.progress.run import RunStatus
from fourfold.storage.partitions import months_pk
from fourfold.storage.personas.deletion import DynamoDeletion
from fourfold.storage.personas.search import DynamoPersonaSearch
from fourfold.storage.personas.session_deletion import DynamoSessionDeletion
from fourfold.storage.personas.store import DynamoPersonaStore
from fourfold.storage.runs.listing import DynamoRunList, RunFilter
from fourfold.storage.workspaces.contents import WorkspaceContents, WorkspaceTables
from tests.builders import START
from tests.dynamo_meter import DynamoMeter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Three evaluations, a second after one another.
EVALUATIONS = [f"evl_{str(ULID.from_timestamp(START.timestamp() + second)).lower()}" for second in range(3)]


@pytest.fixture
def store(dynamodb: DynamoDBClient) -> DynamoPersonaStore:
    return DynamoPersonaStore(dynamodb, "personas", "outbox")


@pytest.fixture
def search(dynamodb: DynamoDBClient) -> DynamoPersonaSearch:
    return DynamoPersonaSearch(dynamodb, "personas")


def beginning(brief: str = "a baker", workspace: str = "ws_a") -> NewRun:
    return new_run(brief, workspace, RunSettings(EngineConfig()), START)


def test_what_is_stored_comes_back_equal(store: DynamoPersonaStore) -> None:
    new = beginning("naïve 🙂 \u202eבוקר\r\n\t e\u0301")
    store.start(new.persona, new.run)
    assert store.persona("ws_a", new.persona.id) == new.persona
    assert store.run("ws_a", new.run.id) == new.run


def test_a_run_is_started_once(store: DynamoPersonaStore) -> None:
    new = beginning()
    store.start(new.persona, new.run)
    with pytest.raises(ValueError, match="stored already"):
        store.start(new.persona, new.run)


def test_only_the_first_end_of_a_run_counts(store: DynamoPersonaStore) -> None:
    new = beginning()
    store.start(new.persona, new.run)
    failed = new.persona.with_status(PersonaStatus.FAILED, START)
    stored = store.stored_persona("ws_a", new.persona.id)
    assert stored is not None
    assert store.finish(stored, failed, new.run.model_copy(update={"status": RunStatus.FAILED}), [])

    active = new.persona.with_status(PersonaStatus.ACTIVE, START)
    assert not store.finish(stored, active, new.run.model_copy(update={"status": RunStatus.COMPLETED}), [])
    kept = store.persona("ws_a", new.persona.id)
    assert kept is not None
    assert kept.status is PersonaStatus.FAILED


def test_another_workspace_sees_nothing(store: DynamoPersonaStore) -> None:
    new = beginning(workspace="ws_a")
    store.start(new.persona, new.run)
    assert store.persona("ws_b", new.persona.id) is None
    assert store.run("ws_b", new.run.id) is None


def of_an_evaluation(evaluation_id: str, briefs: int) -> list[NewRun]:
    """The cells of one side of an evaluation."""
    found = []
    for brief in range(briefs):
        new = beginning()
        persona_id, run_id = (make(evaluation_id, brief, "a") for make in (persona_id_of, run_id_of))
        persona = new.persona.model_copy(update={"id": persona_id, "evaluation_id": evaluation_id})
        run = new.run.model_copy(update={"id": run_id, "persona_id": persona_id, "evaluation_id": evaluation_id})
        found.append(replace(new, persona=persona, run=run))
    return found


def walked(search: DynamoPersonaSearch, wanted: PersonaFilter) -> list[str]:
    """The ids of all pages of three."""
    seen: list[str] = []
    after: str | None = None
    while True:
        page = search.page("ws_a", wanted, 3, after)
        seen += [persona.id for persona in page.personas]
        if page.last is None:
            return seen
        after = page.last


def test_pages_walk_every_persona_once_newest_first(store: DynamoPersonaStore, search: DynamoPersonaSearch) -> None:
    made = [beginning() for _ in range(7)]
    for new in made:
        store.start(new.persona, new.run)
    assert walked(search, PersonaFilter()) == sorted((new.persona.id for new in made), reverse=True)
    assert search.page("ws_b", PersonaFilter(), 10).personas == []


def test_an_evaluations_personas_and_runs_are_listed_apart(
    store: DynamoPersonaStore, search: DynamoPersonaSearch, dynamodb: DynamoDBClient
) -> None:
    runs = DynamoRunList(dynamodb, "personas")
    earlier, theirs, later = map(of_an_evaluation, EVALUATIONS, (40, 7, 40))
    made = [beginning() for _ in range(5)]
    for new in (*made, *earlier, *theirs, *later):
        store.start(new.persona, new.run)
    meter = DynamoMeter(dynamodb, boto3.client("dynamodb"))
    with meter.during() as usage:
        page = search.page("ws_a", PersonaFilter(), 3)
        own_runs = runs.page("ws_a", RunFilter(), 3)
    with meter.during() as usage_of_theirs:
        page_of_theirs = search.page("ws_a", PersonaFilter(evaluation_id=EVALUATIONS[1]), 100)
        their_runs = runs.page("ws_a", RunFilter(evaluation_id=EVALUATIONS[1]), 100)
    meter.close()
    newest = sorted((new.persona.id for new in made), reverse=True)
    assert [persona.id for persona in page.personas] == newest[:3]
    assert [run.id for run in own_runs.runs] == sorted((new.run.id for new in made), reverse=True)[:3]
    assert usage.requests.total() <= 8
    assert walked(search, PersonaFilter()) == newest
    assert {persona.id for persona in page_of_theirs.personas} == {new.persona.id for new in theirs}
    assert {run.id for run in their_runs.runs} == {new.run.id for new in theirs}
    assert (page_of_theirs.last, their_runs.last) == (None, None)
    assert usage_of_theirs.requests.total() <= 8
    for newest_first in (True, False):
        found = walked(search, PersonaFilter(evaluation_id=EVALUATIONS[1], newest_first=newest_first))
        assert found == sorted((new.persona.id for new in theirs), reverse=newest_first)
    assert walked(search, PersonaFilter(evaluation_id=EVALUATIONS[1], status=PersonaStatus.ACTIVE)) == []


def test_a_deleted_persona_of_an_evaluation_is_in_no_list(dynamodb: DynamoDBClient, store: DynamoPersonaStore) -> None:
    [new] = of_an_evaluation(EVALUATIONS[0], 1)
    store.start(new.persona, new.run)
    sessions = DynamoSessionDeletion(dynamodb, "personas", "idempotency", "outbox")
    deletion = DynamoDeletion(dynamodb, "personas", "outbox", sessions)
    deletion.remove_run("ws_a", new.persona.id, new.run.id)
    deletion.finish("ws_a", new.persona.id)
    left = {item["pk"]["S"] for item in dynamodb.scan(TableName="personas")["Items"]}
    assert left == {months_pk("ws_a")}


def test_a_workspace_finds_the_personas_of_evaluations_among_its_own(
    dynamodb: DynamoDBClient, store: DynamoPersonaStore
) -> None:
    made = [beginning(), *of_an_evaluation(EVALUATIONS[0], 3), *of_an_evaluation(EVALUATIONS[2], 3), beginning()]
    for new in made:
        store.start(new.persona, new.run)
    names = ("personas", "run-events", "idempotency", "api-keys", "config", "outbox", "connections", "webhooks")
    contents = WorkspaceContents(WorkspaceTables(dynamodb, *names))
    ids = sorted(new.persona.id for new in made)
    assert list(contents.persona_ids("ws_a")) == ids
    assert list(contents.persona_ids("ws_a", ids[3])) == ids[4:]
    assert [run_id for run_id, _ in contents.runs("ws_a")] == sorted(new.run.id for new in made)
    assert store.entries("ws_a", ids).keys() == set(ids)
