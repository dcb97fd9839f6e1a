"""Personas and runs in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.ids import prefixed_id
from fourfold.persona import PersonaStatus
from fourfold.personas.filters import PersonaFilter
from fourfold.pipeline.new_run import NewRun, new_run
from fourfold.progress.run import RunStatus
from fourfold.storage.personas.search import DynamoPersonaSearch
from fourfold.storage.personas.store import DynamoPersonaStore
from tests.builders import START
from tests.dynamo_meter import DynamoMeter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

EVALUATION = prefixed_id("evl")


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


def of_an_evaluation() -> NewRun:
    new = beginning()
    return replace(new, persona=new.persona.model_copy(update={"evaluation_id": EVALUATION}))


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


def test_a_page_passes_over_the_personas_of_an_evaluation_in_few_requests(
    store: DynamoPersonaStore, search: DynamoPersonaSearch, dynamodb: DynamoDBClient
) -> None:
    made = [beginning() for _ in range(5)]
    theirs = [of_an_evaluation() for _ in range(120)]
    for new in (*made, *theirs):
        store.start(new.persona, new.run)
    meter = DynamoMeter(dynamodb, boto3.client("dynamodb"))
    with meter.during() as usage:
        page = search.page("ws_a", PersonaFilter(), 3)
    meter.close()
    assert [persona.id for persona in page.personas] == sorted((new.persona.id for new in made), reverse=True)[:3]
    assert usage.requests.total() < 12
    assert walked(search, PersonaFilter()) == sorted((new.persona.id for new in made), reverse=True)
    assert len(walked(search, PersonaFilter(evaluation_id=EVALUATION))) == len(theirs)
