"""Problem details (RFC 9457): the shape of every error in HTTP replies, failed runs and progress events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fourfold.errors import FourfoldError


def _omit_default(default: object) -> Any:  # noqa: ANN401 - a field's default, whatever its type
    """Returns a field that the JSON omits while it has its default value."""
    return Field(default=default, exclude_if=lambda value: value == default)


class FieldError(BaseModel):
    """An invalid field: a JSON pointer into the request body, or the name of a header or query parameter.

    `locked_by` is the scope whose lock forbids a setting; `nearest` lists known names similar to an unknown one.
    """

    model_config = ConfigDict(frozen=True)

    pointer: str
    code: str
    detail: str
    locked_by: str | None = _omit_default(None)
    nearest: tuple[str, ...] = _omit_default(())


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is stable, for programs; `detail` says what to do.

    Extension members: `locked_by` is the scope whose lock forbids the setting (`config_locked`); `drift` is the drift
    envelope of a blocked reply; `budget` is what is left of the exceeded budget (`budget_exceeded`).
    """

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = _omit_default(None)
    request_id: str | None = _omit_default(None)
    locked_by: str | None = _omit_default(None)
    errors: tuple[FieldError, ...] = _omit_default(())
    drift: dict[str, Any] | None = _omit_default(None)
    budget: dict[str, Any] | None = _omit_default(None)

    def body(self) -> dict[str, object]:
        """Returns the problem as a JSON object without members that have no value."""
        return self.model_dump(mode="json")


def problem(code: str, title: str, status: int, detail: str) -> Problem:
    """Returns a problem whose `type` URI is derived from its code."""
    return Problem(type=f"urn:fourfold:problem:{code}", title=title, status=status, detail=detail, code=code)


class ProblemError(FourfoldError):
    """Ends the request with a problem. `headers` are added to the HTTP reply."""

    def __init__(self, answer: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(answer.code)
        self.problem = answer
        self.headers = dict(headers or {})
