"""Sends a webhook request: to a checked address, within a timeout, without following redirects."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final

from fourfold.webhooks.delivery import AttemptResult
from fourfold.webhooks.target import (
    Resolve,
    Target,
    TargetRefusedError,
    checked_addresses,
    parse_target,
    system_resolver,
)

USER_AGENT: Final = "fourfold-webhooks/1"
# The body is read for receivers that respond before they have read the whole request; it is not used.
_BODY_READ_BYTES: Final = 16 * 1024
_SECONDS = re.compile(r"[0-9]{1,9}")
_MULTIPLE_CHOICES, _BAD_REQUEST, _OK = 300, 400, 200

OpenSocket = Callable[[str, int, float], socket.socket]
"""Opens a socket to an address and port within seconds. Raises OSError."""


@dataclass(frozen=True)
class AttemptOutcome:
    """The outcome of an attempt. `retry_after_s` is the Retry-After of the response in seconds, or None."""

    result: AttemptResult
    status_code: int | None
    latency_ms: int
    retry_after_s: float | None = None


@dataclass(frozen=True)
class Sender:
    """Sends requests. `resolve` and `open_socket` access the network; `clock` is for a Retry-After that is a date."""

    clock: Callable[[], datetime]
    allow_loopback: bool = False
    resolve: Resolve = system_resolver
    open_socket: OpenSocket = lambda address, port, timeout_s: socket.create_connection((address, port), timeout_s)

    def send(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> AttemptOutcome:
        """POSTs `body` as JSON. The exchange ends within `timeout_s`, apart from the DNS lookup."""
        started = time.monotonic()
        deadline = _Deadline(timeout_s)
        try:
            reply = self._exchange(parse_target(url, allow_loopback=self.allow_loopback), headers, body, deadline)
        except TargetRefusedError as refusal:
            return AttemptOutcome(
                "unresolved" if refusal.code == "unresolved" else "refused", None, _elapsed_ms(started)
            )
        except (OSError, http.client.HTTPException) as error:
            return AttemptOutcome(_failure(error, deadline), None, _elapsed_ms(started))
        finally:
            deadline.cancel()
        status, retry_after = reply
        if _MULTIPLE_CHOICES <= status < _BAD_REQUEST:
            result: AttemptResult = "redirected"
        else:
            result = "delivered" if _OK <= status < _MULTIPLE_CHOICES else "http_error"
        return AttemptOutcome(result, status, _elapsed_ms(started), self._seconds(retry_after))

    def _exchange(
        self, target: Target, headers: Mapping[str, str], body: bytes, deadline: _Deadline
    ) -> tuple[int, str | None]:
        """Returns the status and the Retry-After header."""
        with self._connected(target, deadline) as plain, _with_tls(plain, target) as secured:
            deadline.watch(secured)  # the socket's own timeout restarts with each byte
            if isinstance(secured, ssl.SSLSocket):
                secured.do_handshake()
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = secured  # already connected, to a checked address
            sent = {"Host": target.authority, "User-Agent": USER_AGENT, "Content-Type": "application/json", **headers}
            connection.request("POST", target.path, body, {**sent, "Connection": "close"})
            reply = connection.getresponse()
            answer = reply.status, reply.getheader("Retry-After")
            with suppress(OSError, http.client.HTTPException):  # only the status is needed
                reply.read(_BODY_READ_BYTES)
            return answer

    def _connected(self, target: Target, deadline: _Deadline) -> socket.socket:
        """Connects to the first of the checked addresses that accepts a connection."""
        failure: OSError | None = None
        for address in checked_addresses(target, self.resolve):
            try:
                return self.open_socket(address, target.port, deadline.remaining())
            except OSError as error:
                failure = error
        raise failure or OSError("no address")

    def _seconds(self, retry_after: str | None) -> float | None:
        if retry_after is None:
            return None
        if _SECONDS.fullmatch(retry_after.strip()):
            return float(retry_after)
        try:
            until = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        return max(0.0, (until - self.clock()).total_seconds()) if until.tzinfo else None


class _Deadline:
    """Closes a connection at a deadline. A socket's timeout is not enough, because it restarts with each byte."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.passed = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def remaining(self) -> float:
        """Returns the remaining seconds. Raises TimeoutError if there are none."""
        remaining = self._at - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining

    def watch(self, connection: socket.socket) -> None:
        """Sets the connection to close."""
        with self._lock:
            self._socket = connection
        if self.passed:
            raise TimeoutError

    def cancel(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                with suppress(OSError):  # already closed
                    # Not SSLSocket.shutdown, which removes the TLS state while another thread reads.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


@cache
def tls_context() -> ssl.SSLContext:
    """Returns a context that verifies certificates and host names with the system's trust store."""
    return ssl.create_default_context()


def _with_tls(plain: socket.socket, target: Target) -> socket.socket:
    """Wraps the connection in TLS if the target is secure; the certificate must match the host."""
    if not target.secure:
        return plain
    return tls_context().wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


def _failure(error: Exception, deadline: _Deadline) -> AttemptResult:
    if deadline.passed or isinstance(error, TimeoutError):
        return "timed_out"
    return "tls_failed" if isinstance(error, ssl.SSLError) else "connection_failed"


def _elapsed_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
