"""Opaque list cursors: where a page ended, in a form nobody is tempted to build by hand."""

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
    """The cursor of the page that goes on after the thing with this id."""
    return _encoded(_VERSION + last_id.encode())


def id_after(cursor: str, is_id: Callable[[str], bool]) -> str:
    """The id a cursor stands at. It only says where to go on: it opens no other workspace.

    Raises:
        ProblemError: 422, this is no cursor of a list whose ids are as `is_id` says.
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
    """The version a cursor of a list of versions stands at.

    Raises:
        ProblemError: 422, this is no cursor of ours.
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
    detail = "Not a cursor of this list; pass next_cursor as it came."
    return rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
