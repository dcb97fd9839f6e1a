"""The functions' environment, with moto behind it and the samples' run in the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.new_run import log_start
from fourfold.pipeline.run_context import RunIdentity
from fourfold.pipeline.state import RunState
from fourfold.progress.run import Run, RunStatus
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from functions import wiring
from functions.configuration import config_reader, org_of
from tests.tables import Tables, tables_in_moto

SAMPLES = Path(__file__).parents[3] / "events" / "functions"


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


_TABLES = {"personas": "S", "run-events": "N", "connections": "S", "config": "S", "api-keys": None, "outbox": None}
_ENVIRONMENT = {
    "FOURFOLD_PERSONAS_TABLE": "personas",
    "FOURFOLD_RUN_EVENTS_TABLE": "run-events",
    "FOURFOLD_EVENT_BUS": "fourfold",
    "FOURFOLD_OUTBOX_TABLE": "outbox",
    "FOURFOLD_CONFIG_TABLE": "config",
    "FOURFOLD_CONNECTIONS_TABLE": "connections",
    "FOURFOLD_API_KEYS_TABLE": "api-keys",
    "FOURFOLD_CATCH_UP_QUEUE": "https://sqs.eu-central-1.amazonaws.com/123456789012/catch-ups",
    "FOURFOLD_PROGRESS_ENDPOINT": "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/prod",
}


@pytest.fixture(scope="module")
def _tables() -> Iterator[Tables]:
    with tables_in_moto(_TABLES) as tables:
        dynamodb.cache_clear()
        yield tables
        dynamodb.cache_clear()


@pytest.fixture
def world(_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunState]:
    """Tables, bus and the started run of the samples; answers with the run's first state."""
    for name, value in _ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    stores = (
        wiring.persona_store,
        wiring.run_context,
        wiring.job_store,
        wiring.job_context,
        wiring.sessions,
        wiring.evaluations,
    )
    forget = (*stores, config_reader, org_of)
    for made in forget:
        made.cache_clear()
    _tables.put_back()
    boto3.client("events").create_event_bus(Name="fourfold")
    state = RunState.model_validate(load(SAMPLES / "intent_parse" / "first_attempt.json"))
    _start(state)
    yield state
    for made in forget:
        made.cache_clear()


def _start(state: RunState) -> None:
    key = ApiKey("key_first", "org_sample", state.workspace_id, frozenset())
    DynamoApiKeys(dynamodb(), "api-keys").put("ff_test_first", key)
    persona = Persona(
        id=state.persona_id,
        workspace_id=state.workspace_id,
        status=PersonaStatus.GENERATING,
        intent=state.intent,
        run_id=state.run_id,
        config_hash=state.config_hash,
        created_at=state.started_at,
        updated_at=state.started_at,
    )
    run = Run(
        id=state.run_id,
        persona_id=state.persona_id,
        workspace_id=state.workspace_id,
        status=RunStatus.RUNNING,
        config_hash=state.config_hash,
        started_at=state.started_at,
    )
    wiring.persona_store().start(persona, run)
    who = RunIdentity(
        run_id=state.run_id, persona_id=state.persona_id, workspace_id=state.workspace_id, started_at=state.started_at
    )
    log_start(wiring.run_log(who, 0))
