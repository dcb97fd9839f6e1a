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
from fourfold.config.scope import Revisions, stored
from fourfold.config.settings import Settings
from fourfold.events.config import ConfigChanged, config_changed_entry
from fourfold.models.credentials import usable_providers
from fourfold.storage.client import dynamodb
from fourfold.storage.config.store import DynamoConfigStore
from fourfold.storage.keys.api_keys import DynamoApiKeys


def config_store(workspace_id: str = "") -> DynamoConfigStore:
    """Returns the store of settings. `workspace_id` goes into the `config.changed` events of its commits."""

    def entry(scope_ref: ScopeRef, revision: Revision) -> dict[str, Any]:
        data = ConfigChanged(
            scope=stored(scope_ref.scope),
            scope_id=scope_ref.owner,
            revision=revision.revision,
            kind=revision.kind,
            changed_by=revision.by,
            reason=revision.reason,
            keys=tuple(change.key for change in revision.changes),
        )
        return config_changed_entry(data, workspace_id, revision.at)

    return DynamoConfigStore(
        dynamodb(), os.environ["FOURFOLD_CONFIG_TABLE"], os.environ.get("FOURFOLD_OUTBOX_TABLE", ""), entry
    )


@cache
def deployment_defaults() -> Mapping[str, JsonValue]:
    """The default value of every key in this deployment, which depends on the configured providers."""
    return flattened(Settings(engine=default_config(usable_providers(os.environ))))


@cache
def config_reader() -> ConfigReader:
    """The settings reader of this process."""
    return ConfigReader(config_store(), deployment_defaults())


def effective(org_id: str, workspace_id: str) -> EffectiveSettings:
    """Returns the effective settings of a workspace, with their revisions."""
    return config_reader().effective(org_id, workspace_id)


def settings_of(workspace_id: str) -> Settings:
    """Returns the effective settings of a workspace.

    Raises:
        LookupError: the workspace never had an API key, so its org is unknown.
    """
    return effective_in(workspace_id).settings


def effective_in(workspace_id: str) -> EffectiveSettings:
    """Returns the effective settings of a workspace, with their revisions.

    Raises:
        LookupError: the workspace never had an API key, so its org is unknown.
    """
    return effective(org_of(workspace_id), workspace_id)


def settings_at(workspace_id: str, revisions: Revisions) -> Settings:
    """Returns the settings of a workspace at these revisions.

    Raises:
        LookupError: the workspace never had an API key, or a revision does not exist.
    """
    return config_reader().at(org_of(workspace_id), workspace_id, revisions).settings


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
