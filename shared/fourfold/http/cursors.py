"""Opaque list cursors: where a page ended, in a form nobody is tempted to build by hand."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from fourfold.http.problems import rejected
from fourfold.ids import is_persona_id, is_run_id
from fourfold.problem import FieldError

_VERSION = b"1:"


def cursor_after(last_id: str) -> str:
    """The cursor of the page that goes on after the persona, or the run, of this id."""
    return base64.urlsafe_b64encode(_VERSION + last_id.encode()).decode().rstrip("=")


def persona_after(cursor: str) -> str:
    """The persona a cursor stands at. It only says where to go on: it opens no other workspace.

    Raises:
        ProblemError: 422, this is no cursor of ours.
    """
    return _after(cursor, is_persona_id)


def run_after(cursor: str) -> str:
    """The run a cursor stands at.

    Raises:
        ProblemError: 422, this is no cursor of ours.
    """
    return _after(cursor, is_run_id)


def _after(cursor: str, is_id: Callable[[str], bool]) -> str:
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    last_id = content.removeprefix(_VERSION).decode("ascii", "replace")
    if not content.startswith(_VERSION) or not is_id(last_id):
        detail = "Not a cursor of this list; pass next_cursor as it came."
        raise rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
    return last_id
