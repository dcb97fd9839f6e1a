"""The console's files: read once, compressed once, and named by one hash of them all."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "static"
_PAGE: Final = "index.html"
_MEDIA_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: its bytes, the same gzipped, and its media type."""

    content: bytes
    compressed: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Returns every file but the page, by name."""
    return {
        path.name: Asset(content, gzip.compress(content, mtime=0), _MEDIA_TYPES[path.suffix])
        for path in sorted(_FOLDER.iterdir())
        if path.suffix in _MEDIA_TYPES
        for content in [path.read_bytes()]
    }


@cache
def _page_text() -> str:
    return (_FOLDER / _PAGE).read_text(encoding="utf-8")


@cache
def version() -> str:
    """Returns a hash of all files (16 hexadecimal digits). It is part of their addresses, so they never change."""
    digest = hashlib.sha256(_page_text().encode())
    for name, asset in assets().items():
        digest.update(f"\0{name}\0".encode())
        digest.update(asset.content)
    return digest.hexdigest()[:16]


def page(prefix: str) -> str:
    """Returns the page. Its relative addresses begin at `prefix` (`/prod` behind API Gateway), empty for the root.

    The page names all modules of the first screen, so that a browser requests them at once.
    """
    return _page_text().replace("{base}", escape(f"{prefix}/")).replace("{version}", version())
