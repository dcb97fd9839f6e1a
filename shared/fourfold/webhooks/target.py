"""The check of webhook targets against server-side request forgery (SSRF).

A URL is checked when it is registered and at each attempt. An attempt connects to one of the addresses that were
checked, so that a second DNS lookup cannot return a different address (DNS rebinding).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from fourfold.errors import InputError
from fourfold.webhooks.addresses import is_public

MAX_URL_CHARACTERS: Final = 2048
HTTPS_PORT: Final = 443
LOOPBACK: Final = "127.0.0.1"

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host and port. Raises OSError if there are none."""

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
# URL parsers read a host whose last label is a number as an IPv4 address (decimal, octal or hexadecimal).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Top-level names that are not in the public DNS (RFC 6761, 7686, 8375 and 9476; ICANN reserves `internal`).
_RESERVED_LABELS = (
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localhost",
    "onion",
    "test",
)
_LOOPBACK_URL = re.compile(rf"http://{re.escape(LOOPBACK)}(?::([0-9]{{1,5}}))?(?:[/?][!-~]*)?")
_MAX_PORT = 65535


class TargetRefusedError(InputError):
    """The target is not allowed. `code` is stable; `detail` says what to change."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Target:
    """A parsed URL whose text is allowed. `path` includes the query."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        default_port = HTTPS_PORT if self.secure else 80
        return self.host if self.port == default_port else f"{self.host}:{self.port}"


def system_resolver(host: str, port: int) -> list[str]:
    """Resolves with the operating system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def parse_target(url: str, *, allow_loopback: bool = False) -> Target:
    """Parses and checks a URL without a DNS lookup.

    Args:
        url: the URL, as registered.
        allow_loopback: also allow `http://127.0.0.1:<port>`, for a receiver on the developer's machine.

    Raises:
        TargetRefusedError: the URL is not an https URL of a public host on port 443.
    """
    loopback = _LOOPBACK_URL.fullmatch(url) if allow_loopback else None
    if loopback is not None:
        return _loopback(url, int(loopback[1] or 80))
    if len(url) > MAX_URL_CHARACTERS:
        raise TargetRefusedError("url_too_long", f"Must have at most {MAX_URL_CHARACTERS} characters.")
    if not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        raise TargetRefusedError(
            "invalid_url", "Must be a URL of printable ASCII without spaces or backslashes; write the host in punycode."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetRefusedError("invalid_url", "Must be a URL, such as https://example.com/hooks.") from None
    if parts.scheme != "https":
        raise TargetRefusedError("https_required", "Must begin with https://.")
    if "@" in parts.netloc:
        raise TargetRefusedError(
            "credentials_in_url", "Must not contain a user name or password. Verify the signature instead."
        )
    if "#" in url:
        raise TargetRefusedError("invalid_url", "Must not contain a fragment.")
    if port not in {None, HTTPS_PORT} or parts.netloc.endswith(":"):
        raise TargetRefusedError("port_not_allowed", f"Must use port {HTTPS_PORT}.")
    host = _public_name(parts.netloc.removesuffix(f":{HTTPS_PORT}").lower())
    return Target(secure=True, host=host, port=HTTPS_PORT, path=_path(parts))


def checked_addresses(target: Target, resolve: Resolve = system_resolver) -> Sequence[str]:
    """Resolves the target and returns its addresses, in the resolver's order.

    If any address is not public, the target is refused as a whole.

    Raises:
        TargetRefusedError: the host has no address (`unresolved`), or an address that is not public (`not_public`).
    """
    if not target.secure and target.host == LOOPBACK:
        return (LOOPBACK,)
    try:
        addresses = resolve(target.host, target.port)
    except (OSError, UnicodeError):
        addresses = ()
    if not addresses:
        raise TargetRefusedError("unresolved", f"{target.host} has no address in the DNS.")
    if not all(is_public(address) for address in addresses):
        raise TargetRefusedError("not_public", f"{target.host} resolves to an address that is not public.")
    return addresses


def _public_name(host: str) -> str:
    labels = host.split(".")
    if host.startswith("[") or _NUMBER.fullmatch(labels[-1] or labels[-2 if len(labels) > 1 else -1]):
        raise TargetRefusedError("address_as_host", "Must have a host name, not an IP address.")
    if labels[-1] in _RESERVED_LABELS or len(labels) == 1:
        raise TargetRefusedError("not_public", "Must have the host name of a public host.")
    if len(host) > 253 or not _HOST.fullmatch(host):  # noqa: PLR2004 - RFC 1035
        raise TargetRefusedError("invalid_url", "Must have a valid host name, such as hooks.example.com.")
    return host


def _loopback(url: str, port: int) -> Target:
    if not 0 < port <= _MAX_PORT:
        raise TargetRefusedError("invalid_url", f"Must have a port from 1 to {_MAX_PORT}.")
    parts = urlsplit(url)
    return Target(secure=False, host=LOOPBACK, port=port, path=_path(parts))


def _path(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
