"""Large documents as compressed text: JSON shrinks to a quarter, and DynamoDB bills by the KB."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any


def packed(text: str) -> dict[str, bytes]:
    """The text as a binary attribute."""
    return {"B": zlib.compress(text.encode())}


def unpacked(value: Mapping[str, Any]) -> str:
    """The text in an attribute that `packed` made, or in a text attribute of an earlier version."""
    return zlib.decompress(value["B"]).decode() if "B" in value else str(value["S"])
