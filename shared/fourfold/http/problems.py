"""Problems as HTTP replies (`application/problem+json`), and the ones every route can answer with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from fourfold.problem import FieldError, Problem, problem
from fourfold.problem import ProblemError as ProblemError  # noqa: PLC0414 - exported: here most who raise it find it

MEDIA_TYPE = "application/problem+json"
MAX_FAULTS = 20

_BY_STATUS: dict[int, tuple[str, str, str]] = {
    404: ("not_found", "Not found", "There is nothing here for this key. Check the path and the id."),
    405: ("method_not_allowed", "Method not allowed", "This path does not take this method; see the Allow header."),
}


def problem_response(answer: Problem, request_id: str | None, headers: Mapping[str, str] | None = None) -> Response:
    """The reply that carries a problem."""
    body = answer.model_copy(update={"request_id": request_id}).body()
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=answer.status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def not_found() -> ProblemError:
    """404, the same for what does not exist and for what another workspace owns."""
    return from_status(HTTPException(404))


def rejected(
    errors: Sequence[FieldError],
    *,
    code: str = "invalid_request",
    title: str = "The request is not valid",
    status: int = 422,
) -> ProblemError:
    """A 4xx that names the offending fields, the first MAX_FAULTS of them."""
    detail = " ".join(f"{error.pointer or 'The body'}: {error.detail}" for error in errors[:3])
    if len(errors) > MAX_FAULTS:
        detail += f" The first {MAX_FAULTS} faults are listed; there are more."
    answer = problem(code, title, status, detail)
    return ProblemError(answer.model_copy(update={"errors": tuple(errors[:MAX_FAULTS])}))


def unavailable() -> ProblemError:
    """503: something this service stands on does not answer."""
    answer = problem("service_unavailable", "Not available right now", 503, "Try again in a few seconds.")
    return ProblemError(answer, {"Retry-After": "5"})


def internal_error() -> Problem:
    """500 without any detail of what broke; the log has it under the request id."""
    return problem("internal_error", "Something broke here", 500, "Try again; if it persists, report the request_id.")


def from_status(error: HTTPException) -> ProblemError:
    """What the router itself refuses (404, 405, ...) as a problem, headers kept."""
    code, title, detail = _BY_STATUS.get(
        error.status_code, (f"http_{error.status_code}", error.detail or "Refused", "The request cannot be served.")
    )
    return ProblemError(problem(code, title, error.status_code, detail), error.headers)


_CODES = {
    "missing": ("required", "This field is required."),
    "extra_forbidden": ("unknown_field", "There is no such field."),
    "string_type": ("wrong_type", "Must be a string."),
    "bool_type": ("wrong_type", "Must be true or false."),
    "string_unicode": ("invalid_unicode", "Holds a lone surrogate, which no UTF-8 text can."),
    "model_type": ("wrong_type", "Must be a JSON object."),
}


def field_errors(found: Sequence[Any], location: str) -> list[FieldError]:
    """pydantic's errors without the offending values: as many as `rejected` lists, and one that tells of more.

    Args:
        found: `errors()` of a ValidationError.
        location: "body" for JSON pointers; anything else names the parameter.
    """
    errors = []
    for error in found[: MAX_FAULTS + 1]:
        code, detail = _CODES.get(error["type"], (error["type"], f"{error['msg']}."))
        place = [str(part) for part in error["loc"]]
        pointer = "".join(f"/{reference_token(part)}" for part in place) if location == "body" else place[-1]
        errors.append(FieldError(pointer=printable(pointer), code=code, detail=detail))
    return errors


def reference_token(name: str) -> str:
    """A name as a step of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def printable(pointer: str) -> str:
    """A pointer, or a part of one, cut to a readable length and to what UTF-8 can hold."""
    return pointer[:120].encode("utf-8", "replace").decode()
