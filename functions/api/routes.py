"""The routes of the app, and the scope each asks of a key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from functions.api.callers import scope_of


@dataclass(frozen=True)
class Operation:
    """One method of one path. `scope` is None where no key is asked for."""

    method: str
    path: str
    scope: str | None
    documented: bool


def operations(app: FastAPI) -> Iterator[Operation]:
    """Every operation the app serves, documented or not."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            asked = (scope_of(needed.call) for needed in route.dependant.dependencies)
            found = [scope for scope in asked if scope is not None]
            for method in sorted(route.methods or ()):
                yield Operation(
                    method, context.path or route.path, found[0] if found else None, route.include_in_schema
                )
