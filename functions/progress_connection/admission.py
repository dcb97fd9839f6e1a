"""Authenticates WebSocket connections by API key or one-time ticket."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from fourfold.http.auth import bearer_secret, require_scope, unauthenticated
from fourfold.problem import Problem, ProblemError, problem
from fourfold.progress.subscriptions import Connection
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import key_hash
from fourfold.storage.progress.connections import DynamoTickets
from functions.configuration import effective
from functions.progress_wiring import SCOPE, api_keys, connections


def admit(connection_id: str, event: Mapping[str, Any]) -> Problem | None:
    """Authenticates and stores a connection. Returns the problem that it is refused with: 401, 403 or 429."""
    try:
        digest = _key_of(event)
        holder = api_keys().find_hashed(digest) if digest is not None else None
        if holder is None or digest is None:
            raise unauthenticated()
        require_scope(holder, SCOPE)
    except ProblemError as refused:
        return refused.problem
    limit = effective(holder.org_id, holder.workspace_id).settings.api.limits.connections
    if connections().connect(Connection(connection_id, holder.workspace_id, digest), limit):
        return None
    detail = f"At most {limit} WebSocket connections of a workspace are open at once. Close one, then connect again."
    return problem("too_many_connections", "Too many connections", 429, detail)


def _key_of(event: Mapping[str, Any]) -> str | None:
    """The hash of the client's key, or of the key its ticket was issued for. The header takes precedence."""
    headers = {name.lower(): values for name, values in (event.get("multiValueHeaders") or {}).items()}
    if "authorization" in headers:
        return key_hash(bearer_secret(headers["authorization"]))
    tickets_given = (event.get("multiValueQueryStringParameters") or {}).get("ticket", [])
    return tickets().redeem(tickets_given[0]) if len(tickets_given) == 1 else None


@cache
def tickets() -> DynamoTickets:
    """The store of one-time tickets."""
    return DynamoTickets(dynamodb(), os.environ["FOURFOLD_CONNECTIONS_TABLE"], time.time)
