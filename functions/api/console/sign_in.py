"""The one-use link by which `make up` signs a browser of the same machine in."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request


class SignInLink:
    """A token that is exchanged for an API key once, until a moment. Kept in memory, as a hash."""

    def __init__(self, token: str, api_key: str, expires_at: float, clock: Callable[[], float]) -> None:
        """`expires_at` and the clock's times are in seconds since 1970."""
        self._digest = _digest(token)
        self._api_key: str | None = api_key
        self._expires_at = expires_at
        self._clock = clock
        self._lock = threading.Lock()

    def exchange(self, token: str) -> str | None:
        """Returns the API key. None if the token is wrong, expired or used; a wrong one does not use the link up."""
        if not hmac.compare_digest(_digest(token), self._digest):
            return None
        with self._lock:
            api_key, self._api_key = self._api_key, None
        return api_key if self._clock() < self._expires_at else None


def is_from_this_machine(request: Request) -> bool:
    """Whether client, host name and origin are loopback, so that a page of another site cannot use the link."""
    origin = request.headers.get("origin")
    names = [request.client.host if request.client else None, request.url.hostname]
    if origin is not None:
        names.append(urlsplit(origin).hostname)
    return all(name is not None and _is_loopback(name) for name in names)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
