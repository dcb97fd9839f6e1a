"""The exceptions of the client."""

from __future__ import annotations

from typing import Any

import httpx

from fourfold.errors import FourfoldError
from fourfold.problem import Problem


class ApiProblemError(FourfoldError):
    """The API answered with a problem. `problem.code` is stable; `problem.errors` name the invalid fields."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title}: {problem.detail} ({problem.code})")
        self.problem = problem


class ApiConnectionError(FourfoldError):
    """The API did not answer, or not with a document of this API."""


def problem_in(reply: httpx.Response) -> ApiProblemError | ApiConnectionError:
    """The error of a reply with a status of 400 or above."""
    try:
        return problem_error(reply.json())
    except (ValueError, TypeError):
        return ApiConnectionError(f"{reply.request.url} answered {reply.status_code} without problem details")


def problem_error(document: Any) -> ApiProblemError:  # noqa: ANN401 - JSON
    """The error of a problem document. Raises ValueError (pydantic) if it is none."""
    return ApiProblemError(Problem.model_validate(document, extra="ignore"))
