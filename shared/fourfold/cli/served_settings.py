"""The engine's settings as the server of this home has them."""

from __future__ import annotations

import json

from pydantic import ValidationError

from fourfold.cli.client import ApiError, Client
from fourfold.cli.config_calls import WORKSPACE, ConfigCalls
from fourfold.cli.connection import Connection, NoConnectionError, find_connection
from fourfold.cli.profiles import ProfileError
from fourfold.config.engine import EngineConfig
from fourfold.config.registry import nested, registry
from fourfold.config.settings import Settings


def served_engine() -> EngineConfig | None:
    """The effective settings of the server that `find_connection` names; None where none answers."""
    try:
        connection = find_connection()
    except (NoConnectionError, ProfileError):
        return None
    return engine_of(connection.url, connection.key)


def engine_of(url: str, key: str) -> EngineConfig | None:
    """The effective settings of the workspace of `key` at a server; None where it does not answer."""
    try:
        with Client(Connection(url, key)) as client:
            entries = ConfigCalls(client).view(WORKSPACE, "engine.")["data"]
        values = {entry["key"]: entry["value"] for entry in entries if entry["key"] in registry()}
        return Settings.model_validate_json(json.dumps(nested(values))).engine
    except (ApiError, KeyError, TypeError, ValidationError):
        return None
