"""The provocation test in a request's body."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request
from pydantic import RootModel, ValidationError

from fourfold.http.body import json_body
from fourfold.http.problems import field_errors, rejected
from fourfold.provocation.definition import ProvocationTest

# Where a fault of the whole test belongs: the field to mend.
_FIELD_OF_ERROR = {
    "family_differs": ("family",),
    "criterion_twice": ("criteria",),
    "nothing_planted": ("fixture",),
    "payload_misplaced": ("payload",),
}


class _JsonObject(RootModel[dict[str, Any]]):
    """A JSON object, not yet looked at."""


async def test_in(request: Request) -> ProvocationTest:
    """The test in the body; every fault named by the pointer of its field.

    Raises:
        ProblemError: as `json_body`.
    """
    content = (await json_body(request, _JsonObject)).root
    try:
        return ProvocationTest.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        found = [{**fault, "loc": _location(fault["loc"], fault["type"])} for fault in faults]
        raise rejected(field_errors(found, "body")) from None


def _location(loc: tuple[int | str, ...], error_type: str) -> tuple[int | str, ...]:
    """Where a fault stands in the body: pydantic puts an oracle's kind after its number."""
    location = loc[:2] + loc[3:] if loc[:1] == ("oracles",) and len(loc) > 2 else loc  # noqa: PLR2004
    return (*location, *_FIELD_OF_ERROR.get(error_type, ()))
