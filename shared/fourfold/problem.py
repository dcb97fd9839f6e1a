"""Problem details (RFC 9457): the one shape of every error, in HTTP replies, failed runs and progress events."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FieldError(BaseModel):
    """One offending field: a JSON pointer into the request body, or the name of a header or query parameter."""

    model_config = ConfigDict(frozen=True)

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """A problem. `code` is stable and made for programs; `detail` says in words what to do."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    request_id: str | None = None
    errors: tuple[FieldError, ...] = ()

    def body(self) -> dict[str, object]:
        """The problem as a JSON object; what is not known is left out."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def problem(code: str, title: str, status: int, detail: str) -> Problem:
    """A problem whose type URI is derived from its code, so that the two never disagree."""
    return Problem(type=f"urn:fourfold:problem:{code}", title=title, status=status, detail=detail, code=code)
