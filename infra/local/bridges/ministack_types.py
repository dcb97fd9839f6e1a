"""Names for what MiniStack, which has no types, hands to the bridges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Module = Any
"""One of MiniStack's service modules; a bridge sets its attributes."""
Scoped = Any
"""One of MiniStack's mappings by account and region."""
Reply = tuple[int, dict[str, str], Any]
"""Status, headers and body of a response."""
Handle = Callable[..., Any]
"""A service's `handle_request`, or one of its functions."""
