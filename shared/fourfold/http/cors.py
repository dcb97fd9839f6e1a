"""CORS: lets web pages of the listed origins call the API; by default none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from fourfold.http.idempotency import HEADER as IDEMPOTENCY_KEY
from fourfold.http.idempotency import REPLAYED
from fourfold.http.problems import problem_response
from fourfold.ids import new_request_id
from fourfold.problem import problem

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
MAX_AGE_S = 600
_REFUSED = 400
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Prefer",
    IDEMPOTENCY_KEY,
)
EXPOSED_HEADERS = (
    "Request-Id",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "ETag",
    "Location",
    "Preference-Applied",
    REPLAYED,
)


def allowed_origins(listed: str) -> tuple[str, ...]:
    """Parses a comma-separated list of origins, such as `https://studio.example.com,http://localhost:5173`.

    `*` is not supported: a page that calls the API has an API key, so its origin is known.

    Raises:
        ValueError: an entry is not an origin (scheme, host and optional port, without a path).
    """
    origins = tuple(origin.strip() for origin in listed.split(",") if origin.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is not an origin; use https://host or http://host:port, without a path")
    return tuple(origin.lower() for origin in origins)


class Cors(CORSMiddleware):
    """Starlette's CORS middleware with the API's headers and problem details.

    It must be the outermost middleware, so that a page can read every reply, a 500 included.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=MAX_AGE_S,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Returns the reply to a preflight request; a rejected one is a problem."""
        answer = super().preflight_response(request_headers)
        request_id = new_request_id()
        if answer.status_code >= _REFUSED:
            detail = "The origin, the method or a request header is not allowed."
            refusal = problem("cors_refused", "CORS request not allowed", _REFUSED, detail)
            answer = problem_response(refusal, request_id, {"Vary": answer.headers["vary"]})
        answer.headers["Request-Id"] = request_id
        return answer
