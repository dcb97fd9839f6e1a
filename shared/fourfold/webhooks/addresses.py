"""Public IP addresses. All others are refused: they may be in a private network, such as that of the deployment."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

# IANA's IPv4 special-purpose registry, multicast, reserved class E, and one address that looks public.
_NOT_PUBLIC_4: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host, reachable from every virtual machine
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Global unicast. Mapped IPv4, NAT64, unique local, link-local and multicast addresses are outside.
_PUBLIC_6: Final = IPv6Network("2000::/3")
# Its parts that are not public: protocol assignments (such as Teredo), documentation, 6to4.
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


def is_public(address: str) -> bool:
    """Whether `address` is a public IPv4 or IPv6 address; False if it is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return parsed.is_global and not any(parsed in block for block in _NOT_PUBLIC_4)
    return _is_public_6(parsed)


def _is_public_6(address: IPv6Address) -> bool:
    return (
        address.scope_id is None
        and address.is_global
        and address in _PUBLIC_6
        and not any(address in block for block in _NOT_PUBLIC_6)
    )
