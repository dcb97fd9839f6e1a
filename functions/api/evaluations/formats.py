"""The report of an evaluation as JSON, Markdown, JUnit XML or one HTML page."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from fourfold.evaluation.rendering import html, junit, markdown
from fourfold.http.negotiation import JSON, media_type_for
from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.api.evaluations.schemas import EvaluationDocument, EvaluationFormat
from functions.api.responses import document

# Media type -> what writes it.
_WRITERS: Final = {"text/html": html, "text/markdown": markdown, "application/xml": junit}
_MEDIA_TYPES: Final[dict[EvaluationFormat, str]] = {
    "json": JSON,
    "html": "text/html",
    "markdown": "text/markdown",
    "junit": "application/xml",
}
# The page is self-contained: it may load and run nothing.
_PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


def formatted(request: Request, found: EvaluationDocument, wanted: EvaluationFormat | None) -> Response:
    """Returns an evaluation in the format `wanted`, or else as the Accept header asks.

    Raises:
        ProblemError: 409, it has no report yet.
    """
    accept = request.headers.getlist("accept")
    media_type = media_type_for(accept, [JSON, *_WRITERS]) if wanted is None else _MEDIA_TYPES[wanted]
    if media_type == JSON:
        return document(found)
    if found.report is None:
        answer = problem("evaluation_not_ready", "The evaluation has no report yet", 409, "Wait until it has ended.")
        raise ProblemError(answer, {"Retry-After": "10"})
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": _PAGE_POLICY}
    return Response(_WRITERS[media_type](found.report), media_type=media_type, headers=headers)
