"""The scopes of API keys."""

from __future__ import annotations

from typing import Final

# `config:write` covers the settings of the key's workspace; those of the org and the deployment need their own scopes.
SCOPES: Final = (
    "personas:read",
    "personas:write",
    "chat:write",
    "config:read",
    "config:write",
    "config:write:org",
    "config:write:system",
    "webhooks:read",
    "webhooks:write",
    "keys:write",
    "workspace:export",
    "workspace:delete",
)
