"""Opaque cursors of lists: the position after the last item of a page, in base64url."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError

_VERSION = b"1:"
_DIGITS = 8
_OF_VERSIONS = b"v:"
_OF_MESSAGES = b"m:"
_OF_SESSIONS = b"s:"
_SESSION_POSITION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#[A-Za-z0-9_-]{1,64}", re.ASCII)


def opaque_cursor(last_id: str) -> str:
    """The cursor of the page after the item with this id."""
    return _encoded(_VERSION + last_id.encode())


def id_after(cursor: str, is_id: Callable[[str], bool]) -> str:
    """Decodes a cursor to the id of the last item. It is a position only and grants no access to other workspaces.

    Raises:
        ProblemError: 422, the cursor is not valid for a list whose ids satisfy `is_id`.
    """
    last_id = _position_in(cursor, _VERSION).decode("ascii", "replace")
    if not is_id(last_id):
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
    return _number_in(cursor, _OF_VERSIONS)


def cursor_after_message(seq: int) -> str:
    """The cursor of the page of messages after this one."""
    return _encoded(_OF_MESSAGES + str(seq).encode())


def message_after(cursor: str) -> int:
    """Decodes a cursor of a list of messages. Raises as `version_before`."""
    return _number_in(cursor, _OF_MESSAGES)


def cursor_after_session(position: str) -> str:
    """The cursor of the page of sessions after this position in the list."""
    return _encoded(_OF_SESSIONS + position.encode())


def session_after(cursor: str) -> str:
    """Decodes a cursor of a list of sessions. Raises as `version_before`."""
    position = _position_in(cursor, _OF_SESSIONS).decode("ascii", "replace")
    if not _SESSION_POSITION.fullmatch(position):
        raise _invalid_cursor()
    return position


def _number_in(cursor: str, kind: bytes) -> int:
    number = _position_in(cursor, kind)
    if not number.isdigit() or not 0 < len(number) <= _DIGITS:
        raise _invalid_cursor()
    return int(number)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _position_in(cursor: str, kind: bytes) -> bytes:
    """Returns what a cursor has after the mark of its kind of list.

    Raises:
        ProblemError: 422, it is no cursor of this kind.
    """
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid_cursor() from None
    if not content.startswith(kind):
        raise _invalid_cursor()
    return content.removeprefix(kind)


def _invalid_cursor() -> ProblemError:
    detail = "Not a cursor of this list. Send the value of next_cursor unchanged."
    return rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
