"""The effective settings, read through one cached reader in every process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from pydantic import JsonValue

from fourfold.config.effective import ConfigReader, Effective
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
    """Where settings are kept. `workspace_id` is where commits are made from, for their events."""

    def entry(place: ScopeRef, record: Revision) -> dict[str, Any]:
        data = ConfigChanged(
            scope=stored(place.scope),
            scope_id=place.owner,
            revision=record.revision,
            kind=record.kind,
            changed_by=record.by,
            reason=record.reason,
            keys=tuple(change.key for change in record.changes),
        )
        return config_changed_entry(data, workspace_id, record.at)

    return DynamoConfigStore(
        dynamodb(), os.environ["FOURFOLD_CONFIG_TABLE"], os.environ.get("FOURFOLD_OUTBOX_TABLE", ""), entry
    )


@cache
def deployment_defaults() -> Mapping[str, JsonValue]:
    """What this deployment starts from, by the providers it has: the value of every key."""
    return flattened(Settings(engine=default_config(usable_providers(os.environ))))


@cache
def config_reader() -> ConfigReader:
    """The reader of this process."""
    return ConfigReader(config_store(), deployment_defaults())


def effective(org_id: str, workspace_id: str) -> Effective:
    """What holds for a workspace now."""
    return config_reader().effective(org_id, workspace_id)


def settings_of(workspace_id: str) -> Settings:
    """The workspace's effective settings.

    Raises:
        LookupError: no key was ever made for such a workspace.
    """
    return effective_in(workspace_id).settings


def effective_in(workspace_id: str) -> Effective:
    """What holds for a workspace now, and at which revisions.

    Raises:
        LookupError: no key was ever made for such a workspace.
    """
    return effective(org_of(workspace_id), workspace_id)


def settings_at(workspace_id: str, revisions: Revisions) -> Settings:
    """The workspace's settings as they stood at these revisions.

    Raises:
        LookupError: no key was ever made for such a workspace, or there are no such revisions.
    """
    return config_reader().at(org_of(workspace_id), workspace_id, revisions).settings


@lru_cache(maxsize=10_000)
def org_of(workspace_id: str) -> str:
    """The org a workspace belongs to; it does not move."""
    keys = DynamoApiKeys(dynamodb(), os.environ["FOURFOLD_API_KEYS_TABLE"])
    found = keys.org_of(workspace_id)
    if found is None:
        raise LookupError(f"no org has the workspace {workspace_id}")
    return found
