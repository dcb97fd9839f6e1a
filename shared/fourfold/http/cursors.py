"""Opaque cursors of lists: the position after the last item of a page, in base64url."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError

_VERSION = b"1:"
_DIGITS = 8
_OF_VERSIONS = b"v:"


def opaque_cursor(last_id: str) -> str:
    """The cursor of the page after the item with this id."""
    return _encoded(_VERSION + last_id.encode())


def id_after(cursor: str, is_id: Callable[[str], bool]) -> str:
    """Decodes a cursor to the id of the last item. It is a position only and grants no access to other workspaces.

    Raises:
        ProblemError: 422, the cursor is not valid for a list whose ids satisfy `is_id`.
    """
    content = _decoded(cursor)
    last_id = content.removeprefix(_VERSION).decode("ascii", "replace")
    if not content.startswith(_VERSION) or not is_id(last_id):
        raise _invalid_cursor()
    return last_id


def cursor_before_version(version: int) -> str:
    """The cursor of the page of versions older than this one."""
    return _encoded(_OF_VERSIONS + str(version).encode())


def version_before(cursor: str) -> int:
    """Decodes a cursor of a list of versions.

    Raises:
        ProblemError: 422, the cursor is not valid for a list of versions.
    """
    content = _decoded(cursor)
    number = content.removeprefix(_OF_VERSIONS)
    if not content.startswith(_OF_VERSIONS) or not number.isdigit() or not 0 < len(number) <= _DIGITS:
        raise _invalid_cursor()
    return int(number)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(cursor: str) -> bytes:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _invalid_cursor() -> ProblemError:
    detail = "Not a cursor of this list. Send the value of next_cursor unchanged."
    return rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
