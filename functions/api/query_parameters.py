"""Rejects query parameters that a route does not have, such as a misspelled filter, which would be ignored silently."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from fourfold.http.problems import printable, rejected
from fourfold.problem import FieldError

Dependency = TypeVar("Dependency", bound=Callable[..., Any])
_PREFIX = "query_prefix"


def require_known_parameters(request: Request) -> None:
    """Raises ProblemError (422) if the request has a query parameter that its route does not declare."""
    if not request.query_params:
        return
    route = request.scope["route"]
    known, prefixes = _parameters_of(route), _prefixes_of(route.dependant)
    names = dict.fromkeys(request.query_params.keys())
    unknown = [name for name in names if name not in known and not name.startswith(prefixes)]
    if unknown:
        raise rejected([_fault(name, known) for name in unknown])


def _parameters_of(route: APIRoute) -> tuple[str, ...]:
    fields = get_flat_params(route.dependant)
    return tuple(field.alias for field in fields if isinstance(field.field_info, Query))


def with_prefix(prefix: str, dependency: Dependency) -> Dependency:
    """Declares that a dependency reads query parameters whose names begin with `prefix`, such as `metadata.`."""
    setattr(dependency, _PREFIX, prefix)
    return dependency


def _prefixes_of(dependant: Dependant) -> tuple[str, ...]:
    own = getattr(dependant.call, _PREFIX, None)
    nested = (prefix for each in dependant.dependencies for prefix in _prefixes_of(each))
    return (*([] if own is None else [own]), *nested)


def _fault(name: str, known: tuple[str, ...]) -> FieldError:
    name = printable(name)  # bounds the cost of the comparison
    nearest = tuple(difflib.get_close_matches(name, known, 3))
    detail = "This query parameter does not exist."
    return FieldError(pointer=name, code="unknown_parameter", detail=detail, nearest=nearest)
