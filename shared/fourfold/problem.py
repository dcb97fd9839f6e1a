"""Problem details (RFC 9457): the one shape of every error, in HTTP replies, failed runs and progress events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fourfold.errors import FourfoldError


def _omit_default(default: object) -> Any:  # noqa: ANN401 - a field's default, whatever its type
    """A field that is left out of the JSON while it holds its default: what is not known is not said."""
    return Field(default=default, exclude_if=lambda value: value == default)


class FieldError(BaseModel):
    """One offending field: a JSON pointer into the request body, or the name of a header or query parameter.

    `locked_by` names the scope whose lock forbids a setting, `nearest` the known names most like an unknown one.
    """

    model_config = ConfigDict(frozen=True)

    pointer: str
    code: str
    detail: str
    locked_by: str | None = _omit_default(None)
    nearest: tuple[str, ...] = _omit_default(())


class Problem(BaseModel):
    """A problem. `code` is stable and made for programs; `detail` says in words what to do.

    `locked_by` names the scope whose lock stands in the way (`config_locked`); `drift` is the envelope of a reply that
    was held back. Both are extension members.
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

    def body(self) -> dict[str, object]:
        """The problem as a JSON object; what is not known is left out."""
        return self.model_dump(mode="json")


def problem(code: str, title: str, status: int, detail: str) -> Problem:
    """A problem whose type URI is derived from its code, so that the two never disagree."""
    return Problem(type=f"urn:fourfold:problem:{code}", title=title, status=status, detail=detail, code=code)


class ProblemError(FourfoldError):
    """Raised anywhere in a request to answer with a problem; `headers` go with an HTTP reply."""

    def __init__(self, answer: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(answer.code)
        self.problem = answer
        self.headers = dict(headers or {})
