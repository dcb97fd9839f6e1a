"""What an API key may do."""

from __future__ import annotations

from typing import Final

# `config:write` sets its own workspace's settings; those of the org and of the whole deployment need a grant each.
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
)
