"""Validates the provocation test in a request's body."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request
from pydantic import RootModel, ValidationError

from fourfold.http.body import json_body
from fourfold.http.problems import field_errors, rejected
from fourfold.provocation.definition import ProvocationTest

# The field to which an error of the whole test belongs.
_FIELD_OF_ERROR = {
    "family_differs": ("family",),
    "criterion_twice": ("criteria",),
    "nothing_planted": ("fixture",),
    "payload_misplaced": ("payload",),
}


class _JsonObject(RootModel[dict[str, Any]]):
    """A JSON object that is not yet validated."""


async def test_in(request: Request) -> ProvocationTest:
    """Returns the test in the body.

    Raises:
        ProblemError: as `json_body`, with a pointer to the field of every error.
    """
    content = (await json_body(request, _JsonObject)).root
    try:
        return ProvocationTest.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        found = [{**fault, "loc": _location(fault["loc"], fault["type"])} for fault in faults]
        raise rejected(field_errors(found, "body")) from None


def _location(loc: tuple[int | str, ...], error_type: str) -> tuple[int | str, ...]:
    """The location of an error in the body, without the oracle's kind that pydantic adds after its index."""
    location = loc[:2] + loc[3:] if loc[:1] == ("oracles",) and len(loc) > 2 else loc  # noqa: PLR2004
    return (*location, *_FIELD_OF_ERROR.get(error_type, ()))
