"""Where a webhook may be sent: the guard against requests forged to reach somebody's inside (SSRF).

A target is checked twice: when it is registered, and at each attempt, where the connection then goes to one of the
very addresses that were checked, so that a name cannot answer differently in between.
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
"""Host and port to the host's addresses. Raises OSError when there are none."""

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
# A last label that is a number makes the whole host an address in some notation: decimal, octal or hexadecimal.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names that never belong to the public's DNS (RFC 6761, RFC 7686, RFC 8375, RFC 9476; ICANN keeps `internal` so).
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
    """Nothing is sent there. `code` is stable; `detail` tells the owner what to change."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Target:
    """A URL that may be sent to as far as its text can tell. `path` holds the query as well."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        default_port = HTTPS_PORT if self.secure else 80
        return self.host if self.port == default_port else f"{self.host}:{self.port}"


def system_resolver(host: str, port: int) -> list[str]:
    """The machine's own resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def parse_target(url: str, *, allow_loopback: bool = False) -> Target:
    """The target a URL names. No name is looked up.

    Args:
        url: as the owner wrote it.
        allow_loopback: take `http://127.0.0.1:<port>` as well, for a receiver on the developer's own machine.

    Raises:
        TargetRefusedError: it is no https URL of a public host on port 443.
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
        raise TargetRefusedError("credentials_in_url", "Must hold no user name or password; check the signature.")
    if "#" in url:
        raise TargetRefusedError("invalid_url", "Must hold no fragment; it would not be sent.")
    if port not in {None, HTTPS_PORT} or parts.netloc.endswith(":"):
        raise TargetRefusedError("port_not_allowed", f"Must use port {HTTPS_PORT}.")
    host = _public_name(parts.netloc.removesuffix(f":{HTTPS_PORT}").lower())
    return Target(secure=True, host=host, port=HTTPS_PORT, path=_path(parts))


def checked_addresses(target: Target, resolve: Resolve = system_resolver) -> Sequence[str]:
    """The addresses the target has now, in the resolver's order; all of them are public.

    One that is not taints the others: which of them a connection takes is up to nobody.

    Raises:
        TargetRefusedError: the host has no address (`unresolved`), or not only public ones (`not_public`).
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
        raise TargetRefusedError("not_public", f"{target.host} leads to an address that is not public.")
    return addresses


def _public_name(host: str) -> str:
    labels = host.split(".")
    if host.startswith("[") or _NUMBER.fullmatch(labels[-1] or labels[-2 if len(labels) > 1 else -1]):
        raise TargetRefusedError("address_as_host", "Must name a host, not an address.")
    if labels[-1] in _RESERVED_LABELS or len(labels) == 1:
        raise TargetRefusedError("not_public", "Must name a host of the public internet.")
    if len(host) > 253 or not _HOST.fullmatch(host):  # noqa: PLR2004 - RFC 1035
        raise TargetRefusedError("invalid_url", "Must name a host as the DNS does, such as hooks.example.com.")
    return host


def _loopback(url: str, port: int) -> Target:
    if not 0 < port <= _MAX_PORT:
        raise TargetRefusedError("invalid_url", f"Must name a port from 1 to {_MAX_PORT}.")
    parts = urlsplit(url)
    return Target(secure=False, host=LOOPBACK, port=port, path=_path(parts))


def _path(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
