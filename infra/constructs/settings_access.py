"""What a function needs to read the settings that hold for a workspace."""

from __future__ import annotations

from infra.constructs.access import Access, merged
from infra.constructs.model_access import providers_environment
from infra.constructs.tables import Tables
from infra.settings import StageSettings


def settings_access(tables: Tables, settings: StageSettings) -> Access:
    """Read access to the settings of every scope, and the deployment's providers, which the defaults depend on.

    ApiKeys is included because it holds the item that maps a workspace to its org.
    """
    return merged(
        tables.config.access("BatchGetItem", "GetItem"),
        tables.api_keys.access("GetItem"),
        Access(environment=providers_environment(settings)),
    )
