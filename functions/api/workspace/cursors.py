"""The cursor of an export: the position after the last item of a page, as base64url of JSON."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from fourfold.http.problems import ProblemError, rejected
from fourfold.ids import is_endpoint_id, is_evaluation_id, is_persona_id, is_run_id
from fourfold.problem import FieldError
from fourfold.storage.workspaces.contents import Area
from fourfold.workspaces.export import Position, Section

_OWNERS = {
    Section.WORKSPACE: lambda text: text == "",  # type: ignore[misc, unused-ignore]
    Section.PERSONAS: is_persona_id,
    Section.RUNS: is_run_id,
    Section.DELIVERIES: is_endpoint_id,
    Section.EVALUATIONS: is_evaluation_id,
}
_PARTS = 4


def cursor_of(position: Position) -> str:
    """The cursor of the page after this position."""
    parts = [position.section.value, position.owner, position.partition, position.item]
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def position_in(cursor: str) -> Position:
    """Decodes a cursor. It is a position below the caller's own workspace and reaches no other.

    Raises:
        ProblemError: 422, it is no cursor of an export.
    """
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts: Any = json.loads(content)
    except (binascii.Error, ValueError, RecursionError):
        raise _invalid() from None
    match parts:
        case [int(section), str(owner), str(partition), str(item)] if section in set(Section):
            position = Position(Section(section), owner, partition, item)
        case _:
            raise _invalid()
    if not _OWNERS[position.section](owner) or (partition.startswith(Area.RUN_EVENTS) and not _is_number(item)):
        raise _invalid()
    return position


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 8  # noqa: PLR2004 - a run has no million events


def _invalid() -> ProblemError:
    detail = "Not a cursor of an export. Send the value of next_cursor unchanged."
    return rejected([FieldError(pointer="cursor", code="invalid_cursor", detail=detail)])
