"""Who may connect: whoever has a key that may read personas, or a ticket made with one."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from fourfold.http.auth import bearer_secret, require_scope, unauthenticated
from fourfold.problem import ProblemError
from fourfold.progress.subscriptions import Connection
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import key_hash
from fourfold.storage.progress.connections import DynamoTickets
from functions.progress_wiring import SCOPE, api_keys, connections


def admit(connection_id: str, event: Mapping[str, Any]) -> int:
    """Lets the client in (200) or tells why not (401, 403)."""
    try:
        digest = _key_of(event)
        holder = api_keys().find_hashed(digest) if digest is not None else None
        if holder is None or digest is None:
            raise unauthenticated()
        require_scope(holder, SCOPE)
    except ProblemError as refused:
        return refused.problem.status
    connections().connect(Connection(connection_id, holder.workspace_id, digest))
    return 200


def _key_of(event: Mapping[str, Any]) -> str | None:
    """The hash of the key the client shows, or whose ticket it shows; a header goes before a ticket."""
    headers = {name.lower(): values for name, values in (event.get("multiValueHeaders") or {}).items()}
    if "authorization" in headers:
        return key_hash(bearer_secret(headers["authorization"]))
    shown = (event.get("multiValueQueryStringParameters") or {}).get("ticket", [])
    return tickets().redeem(shown[0]) if len(shown) == 1 else None


@cache
def tickets() -> DynamoTickets:
    """One-use tickets."""
    return DynamoTickets(dynamodb(), os.environ["FOURFOLD_CONNECTIONS_TABLE"], time.time)
