"""Opaque list cursors: where a page ended, in a form nobody is tempted to build by hand."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from fourfold.http.problems import rejected
from fourfold.ids import is_persona_id
from fourfold.problem import FieldError

_VERSION = b"1:"


def cursor_after(item_id: str) -> str:
    """The cursor of the page that goes on after this item."""
    return base64.urlsafe_b64encode(_VERSION + item_id.encode()).decode().rstrip("=")


def persona_after(cursor: str) -> str:
    """The persona a cursor stands at.

    Raises:
        ProblemError: 422, this is no cursor of ours.
    """
    return item_after(cursor, is_persona_id)


def item_after(cursor: str, is_item: Callable[[str], bool]) -> str:
    """The item a cursor stands at. It only says where to go on: it opens no other workspace.

    Args:
        cursor: as the client sent it.
        is_item: whether an id is one of this list's kind.

    Raises:
        ProblemError: 422, this is no cursor of ours.
    """
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    item_id = content.removeprefix(_VERSION).decode("ascii", "replace")
    if not content.startswith(_VERSION) or not is_item(item_id):
        detail = "Not a cursor of this list; pass next_cursor as it came."
        raise rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
    return item_id
