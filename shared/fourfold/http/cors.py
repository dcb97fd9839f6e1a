"""Which web pages may call the API from a browser: none, unless their origins are listed."""

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
    """The origins in a comma-separated list, such as `https://studio.example.com,http://localhost:5173`.

    There is no `*`: a page that may call the API holds an API key, so somebody knows it by name.

    Raises:
        ValueError: an entry is no origin (scheme, host and port, no path).
    """
    origins = tuple(origin.strip() for origin in listed.split(",") if origin.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin; write it as https://host or http://host:port, without a path")
    return tuple(origin.lower() for origin in origins)


class Cors(CORSMiddleware):
    """Starlette's CORS for the listed origins, with our headers and our shape of a refusal. Outermost, so that a page
    can read every reply, a 500 too.
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
        """The answer to a browser that asks before it sends."""
        answer = super().preflight_response(request_headers)
        request_id = new_request_id()
        if answer.status_code >= _REFUSED:
            detail = "This page's origin, or the method or a header it wants to send, is not allowed."
            refusal = problem("cors_refused", "Not allowed from this page", _REFUSED, detail)
            answer = problem_response(refusal, request_id, {"Vary": answer.headers["vary"]})
        answer.headers["Request-Id"] = request_id
        return answer
