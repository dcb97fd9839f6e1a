"""Reads effective settings, with one cached reader per process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from pydantic import JsonValue

from fourfold.config.effective import ConfigReader, EffectiveSettings
from fourfold.config.entries import ScopeRef
from fourfold.config.history import Revision
from fourfold.config.presets import default_config
from fourfold.config.registry import flattened
from fourfold.config.scope import Scope, shared
from fourfold.config.settings import Settings
from fourfold.events.config import ConfigChanged, config_changed_entry
from fourfold.models.credentials import usable_providers
from fourfold.progress.run import Run
from fourfold.storage.client import dynamodb
from fourfold.storage.config.store import DynamoConfigStore
from fourfold.storage.keys.api_keys import DynamoApiKeys
from fourfold.storage.personas.store import persona_exists
from functions.clock import now


def config_store(workspace_id: str = "") -> DynamoConfigStore:
    """Returns the store of settings. `workspace_id` goes into the `config.changed` events of its commits."""

    def entry(scope_ref: ScopeRef, revision: Revision) -> dict[str, Any]:
        of_persona = scope_ref.scope is Scope.PERSONA
        data = ConfigChanged(
            scope="workspace" if of_persona else shared(scope_ref.scope),
            scope_id=scope_ref.workspace if of_persona else scope_ref.owner,
            persona_id=scope_ref.owner if of_persona else None,
            revision=revision.revision,
            kind=revision.kind,
            changed_by=revision.by,
            reason=revision.reason,
            keys=tuple(change.key for change in revision.changes),
        )
        return config_changed_entry(data, workspace_id, revision.at)

    def exists(scope_ref: ScopeRef) -> dict[str, Any]:
        return persona_exists(os.environ["FOURFOLD_PERSONAS_TABLE"], scope_ref.workspace, scope_ref.owner)

    return DynamoConfigStore(
        dynamodb(), os.environ["FOURFOLD_CONFIG_TABLE"], os.environ.get("FOURFOLD_OUTBOX_TABLE", ""), entry, exists
    )


@cache
def deployment_defaults() -> Mapping[str, JsonValue]:
    """The default value of every key in this deployment, which depends on the configured providers."""
    return flattened(Settings(engine=default_config(usable_providers(os.environ))))


@cache
def config_reader() -> ConfigReader:
    """The settings reader of this process."""
    return ConfigReader(config_store(), deployment_defaults(), now)


def effective(org_id: str, workspace_id: str, persona_id: str | None = None) -> EffectiveSettings:
    """Returns the effective settings of a workspace, or of one of its personas, with their revisions."""
    return config_reader().effective(org_id, workspace_id, persona_id)


def settings_of(workspace_id: str) -> Settings:
    """Returns the effective settings of a workspace.

    Raises:
        LookupError: the workspace never had an API key, so its org is unknown.
    """
    return effective_in(workspace_id).settings


def effective_in(workspace_id: str, persona_id: str | None = None) -> EffectiveSettings:
    """Returns the effective settings of a workspace, or of one of its personas, with their revisions.

    Raises:
        LookupError: the workspace never had an API key, so its org is unknown.
    """
    return effective(org_of(workspace_id), workspace_id, persona_id)


def settings_of_run(run: Run) -> Settings:
    """Returns the settings that a run is pinned to: those of its persona at its revisions, when it started.

    Raises:
        LookupError: the workspace never had an API key, or a revision does not exist.
    """
    org_id, revisions = org_of(run.workspace_id), run.config_revisions
    return config_reader().at(org_id, run.workspace_id, revisions, run.started_at, run.persona_id).settings


@lru_cache(maxsize=10_000)
def org_of(workspace_id: str) -> str:
    """Returns the org of a workspace. It never changes, so it is cached.

    Raises:
        LookupError: the workspace never had an API key.
    """
    keys = DynamoApiKeys(dynamodb(), os.environ["FOURFOLD_API_KEYS_TABLE"])
    found = keys.org_of(workspace_id)
    if found is None:
        raise LookupError(f"no org has the workspace {workspace_id}")
    return found
