"""Who is calling: bearer keys and their scopes."""

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
    """Whoever holds the key; the workspace comes from here and from nowhere else."""

    @property
    def key_id(self) -> str:
        """Names the key in logs."""

    @property
    def workspace_id(self) -> str:
        """The tenant whose things the key may touch."""

    @property
    def org_id(self) -> str:
        """The org the workspace belongs to."""

    @property
    def scopes(self) -> frozenset[str]:
        """What it may do, such as `personas:read`."""

    @property
    def expires_at(self) -> datetime | None:
        """When the key stops working; None: never."""

    @property
    def digest(self) -> str:
        """The hash of the key's text."""


class KeyRing:
    """Looks keys up and remembers a hit for five seconds, so a revoked key is dead five seconds later."""

    def __init__(self, find: Callable[[str], Caller | None], clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._clock = clock
        self._cache: dict[bytes, tuple[Caller, float]] = {}

    def caller(self, secret: str) -> Caller | None:
        """The holder of this key, or None. Misses are not remembered: a fresh key works at once."""
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
    """The key in the Authorization header(s).

    Raises:
        ProblemError: 401, there is none, or not one.
    """
    match = _BEARER.fullmatch(headers[0].strip()) if len(headers) == 1 else None
    if match is None:
        raise unauthenticated("" if not headers else ', error="invalid_request"')
    return match[1]


def require_scope(caller: Caller, scope: str) -> None:
    """Raises ProblemError (403) unless the key carries `scope`."""
    if scope not in caller.scopes:
        raise ProblemError(
            problem("insufficient_scope", "The key may not do this", 403, f"Use a key with the scope {scope}."),
            {"WWW-Authenticate": f'Bearer realm="fourfold", error="insufficient_scope", scope="{scope}"'},
        )


def unauthenticated(error: str = ', error="invalid_token"') -> ProblemError:
    """401: no key, or none we know. It does not tell which."""
    return ProblemError(
        problem("unauthenticated", "A valid API key is needed", 401, "Send Authorization: Bearer <api key>."),
        {"WWW-Authenticate": f'Bearer realm="fourfold"{error}'},
    )
