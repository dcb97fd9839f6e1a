"""Personas and runs in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.persona import PersonaStatus
from fourfold.pipeline.new_run import NewRun, new_run
from fourfold.progress.run import RunStatus
from fourfold.storage.personas.store import DynamoPersonaStore
from tests.builders import START

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture
def store(dynamodb: DynamoDBClient) -> DynamoPersonaStore:
    return DynamoPersonaStore(dynamodb, "personas", "outbox")


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
    assert store.page("ws_b", 10).personas == []


def test_pages_walk_every_persona_once_newest_first(store: DynamoPersonaStore) -> None:
    made = [beginning() for _ in range(7)]
    for new in made:
        store.start(new.persona, new.run)
    seen: list[str] = []
    after: str | None = None
    while True:
        page = store.page("ws_a", 3, after)
        seen += [persona.id for persona in page.personas]
        if page.last is None:
            break
        after = page.last
    assert seen == sorted((new.persona.id for new in made), reverse=True)
