"""The report of an evaluation as JSON, Markdown, JUnit XML or one HTML page."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from fourfold.evaluation.rendering import html, junit, markdown
from fourfold.http.preferences import accepts
from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.api.evaluations.schemas import EvaluationDocument, EvaluationFormat
from functions.api.responses import document

# Format -> its media type, and what writes it.
_FORMATS: Final = {
    "markdown": ("text/markdown", markdown),
    "junit": ("application/xml", junit),
    "html": ("text/html", html),
}
# The page is self-contained: it may load and run nothing.
_PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


def formatted(request: Request, found: EvaluationDocument, wanted: EvaluationFormat | None) -> Response:
    """Returns an evaluation in the format `wanted`, or else as the Accept header asks.

    Raises:
        ProblemError: 409, it has no report yet.
    """
    accept = request.headers.get("accept")
    format_: str = wanted or next((name for name, (media, _) in _FORMATS.items() if accepts(accept, media)), "json")
    if format_ == "json":
        return document(found)
    if found.report is None:
        answer = problem("evaluation_not_ready", "The evaluation has no report yet", 409, "Wait until it has ended.")
        raise ProblemError(answer, {"Retry-After": "10"})
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _PAGE_POLICY}
    media_type, write = _FORMATS[format_]
    return Response(write(found.report), media_type=media_type, headers=headers)
