"""Builds a function's collaborators from its environment. Nothing is built at import: what a call needs, it makes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache

from fourfold.config.presets import default_config
from fourfold.config.settings import Settings
from fourfold.models.credentials import usable_providers
from fourfold.pipeline.lifecycle import Desk, RunIdentity
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunLog
from fourfold.storage.client import dynamodb
from fourfold.storage.personas import DynamoPersonaStore
from fourfold.storage.run_events import DynamoEventStore


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def event_store(workspace_id: str, run_id: str) -> DynamoEventStore:
    """The stored event log of a run."""
    return DynamoEventStore(dynamodb(), os.environ["FOURFOLD_RUN_EVENTS_TABLE"], workspace_id, run_id)


def run_log(who: RunIdentity | RunState, seen: int) -> RunLog:
    """The event log of a run for a writer that has seen its first `seen` entries."""
    return RunLog(event_store(who.workspace_id, who.run_id), who.run_id, who.persona_id, seen, now)


def settings_of(_workspace_id: str) -> Settings:
    """The workspace's effective settings."""
    return Settings(engine=default_config(usable_providers(os.environ)))


@cache
def persona_store() -> DynamoPersonaStore:
    """Personas and runs."""
    return DynamoPersonaStore(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def desk() -> Desk:
    """What ending a run needs."""
    return Desk(
        store=persona_store(),
        log_of=run_log,
        entries_of=lambda who: event_store(who.workspace_id, who.run_id).entries(),
        forget=lambda who: event_store(who.workspace_id, who.run_id).clear(),
        clock=now,
    )
