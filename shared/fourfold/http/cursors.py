"""Opaque list cursors: where a page ended, in a form nobody is tempted to build by hand."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from fourfold.http.problems import rejected
from fourfold.ids import is_persona_id
from fourfold.problem import FieldError

_VERSION = b"1:"


def opaque_cursor(last_id: str) -> str:
    """The cursor of the page that goes on after the thing with this id."""
    return base64.urlsafe_b64encode(_VERSION + last_id.encode()).decode().rstrip("=")


def id_after(cursor: str, is_id: Callable[[str], bool]) -> str:
    """The id a cursor stands at. It only says where to go on: it opens no other workspace.

    Raises:
        ProblemError: 422, this is no cursor of a list whose ids are as `is_id` says.
    """
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    last_id = content.removeprefix(_VERSION).decode("ascii", "replace")
    if not content.startswith(_VERSION) or not is_id(last_id):
        detail = "Not a cursor of this list; pass next_cursor as it came."
        raise rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
    return last_id


def cursor_after(persona_id: str) -> str:
    """The cursor of the page that goes on after this persona."""
    return opaque_cursor(persona_id)


def persona_after(cursor: str) -> str:
    """The persona a cursor stands at.

    Raises:
        ProblemError: 422, this is no cursor of ours.
    """
    return id_after(cursor, is_persona_id)
