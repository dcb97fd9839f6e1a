"""The address of a server that speaks OpenAI's chat completions, as people type it."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from fourfold.errors import InputError

VERSION: Final = "/v1"
# Endpoints that people copy along, and the root of Ollama's own API.
_ENDPOINTS: Final = ("/chat/completions", "/completions", "/responses", "/embeddings", "/models")
_ROOTS: Final = ("", "/api")
_HALF_A_SCHEME: Final = re.compile(r"[a-z]{1,20}(:/(?!/)|//)", re.IGNORECASE)


class BadAddressError(InputError):
    """The text is no address of a server; the message says why."""


def base_url(typed: str) -> str:
    """The base URL in `typed`: with a scheme, with a path (`/v1` if none was typed), without blanks and endpoints.

    Raises:
        BadAddressError: it is none.
    """
    text = typed.strip().strip("\"'").rstrip("/")
    if not text or not text.isprintable() or any(mark.isspace() for mark in text):
        raise BadAddressError(
            f"{typed.strip()[:80]!r} is no address: there is a blank in it" if text else "it is empty"
        )
    if text in {"http:", "https:"}:
        raise BadAddressError("the host is missing")
    if _HALF_A_SCHEME.match(text):
        raise BadAddressError("it must begin with http:// or https://")
    if "://" not in text:
        text = f"{_scheme_for(text)}://{text}"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadAddressError("it must look like http://127.0.0.1:11434/v1")
    return SplitResult(parts.scheme, parts.netloc, _path(parts.path), "", "").geturl()


def root_of(url: str) -> str:
    """The server's root, below which llama.cpp, Ollama and LM Studio have endpoints of their own."""
    parts = urlsplit(url)
    return SplitResult(parts.scheme, parts.netloc, parts.path.removesuffix(VERSION), "", "").geturl()


def _path(path: str) -> str:
    for endpoint in _ENDPOINTS:
        path = path.removesuffix(endpoint)
    path = path.rstrip("/")
    return VERSION if path in _ROOTS else path


def is_own(url: str) -> bool:
    """Whether the address is on this machine or a private network, by its form."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".localhost"))


def _scheme_for(address: str) -> str:
    return "http" if is_own(f"//{address}") else "https"
