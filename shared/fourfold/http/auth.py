"""Authentication by bearer API key, and authorization by scope."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from fourfold.problem import ProblemError, problem

CACHE_SECONDS = 5.0
_CACHE_SIZE = 1000
_BEARER = re.compile(r"bearer +([!-~]{1,256})", re.IGNORECASE)


class Caller(Protocol):
    """The authenticated API key. The workspace of a request is always taken from it."""

    @property
    def key_id(self) -> str:
        """The key's id, safe to log."""

    @property
    def workspace_id(self) -> str:
        """The workspace that the key gives access to."""

    @property
    def org_id(self) -> str:
        """The org the workspace belongs to."""

    @property
    def scopes(self) -> frozenset[str]:
        """The key's scopes, such as `personas:read`."""

    @property
    def expires_at(self) -> datetime | None:
        """When the key expires; None: never."""

    @property
    def digest(self) -> str:
        """SHA-256 of the key."""

    @property
    def lineage(self) -> tuple[str, ...]:
        """SHA-256 of the keys that it descends from, oldest first."""

    @property
    def usd_per_month(self) -> float | None:
        """The most USD that work which the key asks for may cost in a UTC month; None: no cap of its own."""

    @property
    def closing(self) -> bool:
        """Whether the workspace is being deleted."""


class KeyRing:
    """Looks up keys with a cache of CACHE_SECONDS, so a revoked key stops working within five seconds."""

    def __init__(self, find: Callable[[str], Caller | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._clock = clock
        self._cache: dict[bytes, tuple[Caller, float]] = {}

    def caller(self, secret: str) -> Caller | None:
        """Returns the caller of this key, or None. Misses are not cached, so a new key works immediately."""
        digest, now = hashlib.sha256(secret.encode()).digest(), self._clock()
        cached = self._cache.get(digest)
        if cached is not None and now < cached[1]:
            return cached[0]
        found = self._find(secret)
        if found is None:
            self._cache.pop(digest, None)
            return None
        if len(self._cache) >= _CACHE_SIZE:
            self._cache.clear()
        self._cache[digest] = (found, now + CACHE_SECONDS)
        return found


def bearer_secret(headers: list[str]) -> str:
    """Returns the key of the Authorization header.

    Raises:
        ProblemError: 401, the header is missing, repeated or not a bearer token.
    """
    match = _BEARER.fullmatch(headers[0].strip()) if len(headers) == 1 else None
    if match is None:
        raise unauthenticated("" if not headers else ', error="invalid_request"')
    return match[1]


def require_scope(caller: Caller, scope: str) -> None:
    """Raises ProblemError (403) unless the key has `scope`."""
    if scope not in caller.scopes:
        raise ProblemError(
            problem("insufficient_scope", "Insufficient scope", 403, f"Use an API key with the scope {scope}."),
            {"WWW-Authenticate": f'Bearer realm="fourfold", error="insufficient_scope", scope="{scope}"'},
        )


def unauthenticated(error: str = ', error="invalid_token"') -> ProblemError:
    """401 for a missing, unknown, expired or revoked key. The reply does not reveal which."""
    return ProblemError(
        problem("unauthenticated", "A valid API key is required", 401, "Send Authorization: Bearer <api key>."),
        {"WWW-Authenticate": f'Bearer realm="fourfold"{error}'},
    )
