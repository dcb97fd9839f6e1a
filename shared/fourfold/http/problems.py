"""Problem details (RFC 9457) as HTTP replies, and the problems that any route can return."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from fourfold.http.field_messages import code_and_detail, field_name
from fourfold.problem import FieldError, Problem, problem
from fourfold.problem import ProblemError as ProblemError  # noqa: PLC0414 - re-exported for the routers
from fourfold.text_rules import TextFault, visible

MEDIA_TYPE = "application/problem+json"
MAX_FAULTS = 20

_BY_STATUS: dict[int, tuple[str, str, str]] = {
    404: ("not_found", "Not found", "No such resource exists for this API key. Check the path and the id."),
    405: (
        "method_not_allowed",
        "Method not allowed",
        "This path does not support this method; see the Allow header.",
    ),
}


def problem_response(answer: Problem, request_id: str | None, headers: Mapping[str, str] | None = None) -> Response:
    """Returns the HTTP reply of a problem, with the request id in its body."""
    body = answer.model_copy(update={"request_id": request_id}).body()
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=answer.status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def not_found() -> ProblemError:
    """404. It does not reveal whether another workspace owns the resource."""
    return from_status(HTTPException(404))


def rejected(
    errors: Sequence[FieldError],
    *,
    code: str = "invalid_request",
    title: str = "The request is not valid",
    status: int = 422,
) -> ProblemError:
    """A 4xx whose `errors` list the invalid fields, at most MAX_FAULTS of them."""
    detail = " ".join(f"{field_name(error.pointer)}: {error.detail}" for error in errors[:3])
    if len(errors) > MAX_FAULTS:
        detail += f" Only the first {MAX_FAULTS} errors are listed; there are more."
    answer = problem(code, title, status, detail)
    return ProblemError(answer.model_copy(update={"errors": tuple(errors[:MAX_FAULTS])}))


def unavailable() -> ProblemError:
    """503: a service that the API depends on does not respond."""
    answer = problem("service_unavailable", "Service unavailable", 503, "Try again in a few seconds.")
    return ProblemError(answer, {"Retry-After": "5"})


def not_stored() -> ProblemError:
    """507: the disk of a local server refused the change. Nothing of the refused change is stored."""
    detail = "The disk is full or not writable, and the change was not stored. Free space, then repeat the request."
    return ProblemError(problem("not_stored", "The change could not be stored", 507, detail))


def internal_error() -> Problem:
    """500 without details. The log holds them under the request id."""
    detail = "Try again. If the error persists, report the request_id."
    return problem("internal_error", "Internal server error", 500, detail)


def from_status(error: HTTPException) -> ProblemError:
    """An error of the framework's router (404, 405, ...) as a problem, with its headers."""
    code, title, detail = _BY_STATUS.get(
        error.status_code, (f"http_{error.status_code}", error.detail or "Rejected", "The request cannot be processed.")
    )
    return ProblemError(problem(code, title, error.status_code, detail), error.headers)


def field_errors(found: Sequence[Any], location: str) -> list[FieldError]:
    """Converts pydantic's errors, without the offending values.

    Returns at most MAX_FAULTS + 1 errors: one more than `rejected` lists, so that it knows whether there are more.

    Args:
        found: `errors()` of a ValidationError.
        location: "body" gives JSON pointers; anything else gives the name of the parameter.
    """
    errors = []
    for error in found[: MAX_FAULTS + 1]:
        code, detail = code_and_detail(error)
        pointer = _json_pointer(error["loc"]) if location == "body" else str(error["loc"][-1])
        errors.append(FieldError(pointer=printable(pointer), code=code, detail=detail))
    return errors


def text_errors(faults: Sequence[TextFault]) -> list[FieldError]:
    """Converts the faults that the rule for text found in a body."""
    return [
        FieldError(pointer=printable(_json_pointer(fault.path)), code=fault.code, detail=fault.detail)
        for fault in faults
    ]


def _json_pointer(path: Sequence[int | str]) -> str:
    return "".join(f"/{reference_token(str(part))}" for part in path)


def reference_token(name: str) -> str:
    """Escapes a name as a reference token of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def printable(pointer: str) -> str:
    """A pointer, or a part of one, cut to 120 characters, with U+FFFD for characters that break the rule for text."""
    return visible(pointer[:120])
