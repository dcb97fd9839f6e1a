"""The REST API: one ASGI app, behind the Lambda Web Adapter on AWS and under uvicorn on a laptop."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache, partial
from http import HTTPStatus

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Match, Route

from fourfold.aws import INSUFFICIENT_STORAGE
from fourfold.http.body import BodyLimit
from fourfold.http.cors import Cors, allowed_origins
from fourfold.http.edge import Edge
from fourfold.http.gateway import GatewayPrefix
from fourfold.http.head import Head
from fourfold.http.header_limit import HeaderLimit
from fourfold.http.problems import (
    ProblemError,
    field_errors,
    from_status,
    not_stored,
    problem_response,
    rejected,
    unavailable,
)
from fourfold.http.run_ends import RunEnds
from fourfold.http.tail import Tails
from fourfold.persona import PersonaGoneError
from fourfold.personas.deletion import DELETED
from fourfold.storage.layout import OutdatedStoreError
from functions.api.chat import routes as chat
from functions.api.config import routes as config
from functions.api.console import routes as console
from functions.api.constraints import routes as constraints
from functions.api.errors import STORE_OUTDATED
from functions.api.evaluations import routes as evaluations
from functions.api.judges import routes as judges
from functions.api.keys import routes as keys
from functions.api.mcp.endpoint import PATH as MCP_PATH
from functions.api.mcp.endpoint import McpEndpoint
from functions.api.meta import routes as meta
from functions.api.meta.schemas import VERSION
from functions.api.openai_compatible import routes as openai_compatible
from functions.api.openai_compatible.errors import OpenAIErrors
from functions.api.openapi import describe as openapi
from functions.api.openapi.describe import TAGS
from functions.api.persona_audit import routes as persona_audit
from functions.api.persona_files import routes as persona_files
from functions.api.persona_forks import routes as persona_forks
from functions.api.persona_versions import routes as persona_versions
from functions.api.personas import routes as personas
from functions.api.progress import routes as progress
from functions.api.provocation_tests import routes as provocation_tests
from functions.api.runs import routes as runs
from functions.api.runs.polling import ended_runs, logged
from functions.api.sessions import routes as sessions
from functions.api.suite import routes as suite
from functions.api.usage import routes as usage
from functions.api.voice import routes as voice
from functions.api.voice_checks import routes as voice_checks
from functions.api.voices import routes as voices
from functions.api.webhooks import routes as webhooks
from functions.api.workspace import routes as workspace

logger = Logger()

_DESCRIPTION = (
    "Generates four-layer personas (Soul, Self, Mask, Surface) from a short brief, audited by a second model."
)

# One router per resource, in the order of the API's description.
_RESOURCES = (
    personas,
    persona_versions,
    persona_audit,
    constraints,
    persona_forks,
    persona_files,
    voice,
    voice_checks,
    voices,
    chat,
    sessions,
    openai_compatible,
    suite,
    provocation_tests,
    evaluations,
    judges,
    runs,
    progress,
    webhooks,
    config,
    usage,
    keys,
    workspace,
    meta,
    console,
)


def create_app(origins: Sequence[str] = ()) -> FastAPI:
    """Builds the app. It reads no environment variable and calls no service before the first request.

    `origins` are the origins allowed by CORS. The server sets `app.state.stopping` before it stops, which ends streams
    and waiting requests. It may set `app.state.storage_failure`, which returns why changes cannot be stored, or None;
    and `app.state.sign_in_link`, the console's one-use link.
    """
    app = FastAPI(
        title="fourfold",
        version=VERSION,
        description=_DESCRIPTION,
        servers=[{"url": "/", "description": "The server of this document"}],
        contact={"name": "fourfold"},
        openapi_tags=TAGS,
        generate_unique_id_function=lambda route: route.name,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            *([Middleware(Cors, origins=origins)] if origins else []),
            Middleware(OpenAIErrors),
            Middleware(Edge),
            Middleware(Head),
            Middleware(HeaderLimit),
            Middleware(GatewayPrefix),
            Middleware(BodyLimit),
        ],
        exception_handlers={
            ProblemError: _problem,
            HTTPException: _refused,
            RequestValidationError: _invalid_parameters,
            PersonaGoneError: _gone,
            OutdatedStoreError: _outdated,
            ClientError: _unavailable,
            BotoCoreError: _unavailable,
        },
    )
    app.state.stopping = threading.Event()
    app.state.tails = Tails(logged)
    app.state.run_ends = RunEnds(ended_runs)
    app.state.storage_failure = lambda: None
    app.state.sign_in_link = None
    for resource in _RESOURCES:
        app.include_router(resource.router)
    app.router.routes.append(Route(MCP_PATH, McpEndpoint(app)))
    app.openapi = cache(partial(openapi.describe, app))  # type: ignore[method-assign]
    return app


async def _problem(request: Request, error: ProblemError) -> Response:
    return problem_response(error.problem, request.state.request_id, error.headers)


async def _refused(request: Request, error: HTTPException) -> Response:
    answer = from_status(error)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_allowed(request))
    return await _problem(request, answer)


def _allowed(request: Request) -> list[str]:
    """The methods of all routes with this path; Starlette's Allow header has only those of the first route.

    A literal path (`/personas/import`) takes precedence over a template that matches it (`/personas/{persona_id}`).
    """
    methods: dict[str, set[str]] = {}
    for context in iter_route_contexts(request.app.routes):
        route = context.original_route
        if route.matches(request.scope)[0] is not Match.NONE:
            methods.setdefault(getattr(route, "path", ""), set()).update(getattr(route, "methods", None) or ())
    allowed = methods[min(methods, key=lambda path: path.count("{"))]
    return sorted(allowed | ({"HEAD"} if "GET" in allowed else set()))


async def _invalid_parameters(request: Request, error: RequestValidationError) -> Response:
    return await _problem(request, rejected(field_errors(error.errors(), "parameters")))


async def _gone(request: Request, error: PersonaGoneError) -> Response:  # noqa: ARG001 - Starlette's signature
    return await _problem(request, ProblemError(DELETED))


async def _outdated(request: Request, error: OutdatedStoreError) -> Response:
    """An earlier version of fourfold stored the workspace's data, and it is not converted yet."""
    logger.error("the store is not converted", extra={"request_id": request.state.request_id, "advice": str(error)})
    return await _problem(request, ProblemError(STORE_OUTDATED))


async def _unavailable(request: Request, error: ClientError | BotoCoreError) -> Response:
    """An AWS service failed or did not respond. The reply has no details; the log has the error code."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    operation = getattr(error, "operation_name", None)
    logger.error("AWS call failed", extra={"request_id": request.state.request_id, "code": code, "call": operation})
    return await _problem(request, not_stored() if code == INSUFFICIENT_STORAGE else unavailable())


app = create_app(allowed_origins(os.environ.get("FOURFOLD_CORS_ORIGINS", "")))
