"""Lists the app's operations with the scope that each requires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from functions.api.dependencies import scope_of


@dataclass(frozen=True)
class Operation:
    """One method of one path. `scope` is None if no API key is required; `models` are its reply models."""

    method: str
    path: str
    scope: str | None
    documented: bool
    models: tuple[type[BaseModel], ...] = ()


def operations(app: FastAPI) -> Iterator[Operation]:
    """Yields every operation of the app, also those that are not in the OpenAPI document."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            asked = (scope_of(needed.call) for needed in route.dependant.dependencies)
            found = [scope for scope in asked if scope is not None]
            scope = found[0] if found else None
            path, models = context.path or route.path, _models(route)
            for method in sorted(route.methods or ()):
                yield Operation(method, path, scope, route.include_in_schema, models)


def _models(route: APIRoute) -> tuple[type[BaseModel], ...]:
    answered = [route.response_model, *(reply.get("model") for reply in route.responses.values())]
    return tuple(model for model in answered if isinstance(model, type) and issubclass(model, BaseModel))
