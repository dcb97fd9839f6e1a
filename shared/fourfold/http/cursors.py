"""Opaque list cursors: where a page ended, in a form nobody is tempted to build by hand."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from fourfold.http.problems import rejected
from fourfold.problem import FieldError

_VERSION = b"1:"


def cursor_at(place: str) -> str:
    """The cursor of the page that goes on after `place` (ASCII)."""
    return base64.urlsafe_b64encode(_VERSION + place.encode("ascii")).decode().rstrip("=")


def place_at(cursor: str, is_place: Callable[[str], bool]) -> str:
    """The place a cursor stands at. It only says where to go on: it opens no other workspace.

    Raises:
        ProblemError: 422, this is no cursor of this list.
    """
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    place = content.removeprefix(_VERSION).decode("ascii", "replace")
    if not content.startswith(_VERSION) or not is_place(place):
        detail = "Not a cursor of this list; pass next_cursor as it came."
        raise rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
    return place
