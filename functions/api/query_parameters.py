"""Rejects query parameters that a route does not have, such as a misspelled filter, which would be ignored silently."""

from __future__ import annotations

import difflib

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from fourfold.http.problems import printable, rejected
from fourfold.problem import FieldError


def require_known_parameters(request: Request) -> None:
    """Raises ProblemError (422) if the request has a query parameter that its route does not declare."""
    if not request.query_params:
        return
    known = _parameters_of(request.scope["route"])
    unknown = [name for name in dict.fromkeys(request.query_params.keys()) if name not in known]
    if unknown:
        raise rejected([_fault(name, known) for name in unknown])


def _parameters_of(route: APIRoute) -> tuple[str, ...]:
    fields = get_flat_params(route.dependant)
    return tuple(field.alias for field in fields if isinstance(field.field_info, Query))


def _fault(name: str, known: tuple[str, ...]) -> FieldError:
    name = printable(name)  # bounds the cost of the comparison
    nearest = tuple(difflib.get_close_matches(name, known, 3))
    detail = "This query parameter does not exist."
    return FieldError(pointer=name, code="unknown_parameter", detail=detail, nearest=nearest)
