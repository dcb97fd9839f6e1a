"""Builds a function's collaborators from its environment. Nothing is built at import: what a call needs, it makes."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache, reduce

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
    return _deployed_settings(os.environ.get("FOURFOLD_SETTINGS", ""))


@cache
def _deployed_settings(own: str) -> Settings:
    """The defaults with the deployment's `own` values over them: JSON, key (`api.webhooks.timeout_s`) -> value."""
    settings = Settings(engine=default_config(usable_providers(os.environ)))
    if not own:
        return settings
    tree = settings.model_dump(mode="json")
    for key, value in json.loads(own).items():
        *path, last = key.split(".")
        reduce(dict.__getitem__, path, tree)[last] = value
    return Settings.model_validate(tree)


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
        clock=now,
    )
