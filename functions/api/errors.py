"""Refusals that several routes share: a persona's or the store's state, and settings that cannot be taken."""

from __future__ import annotations

from fastapi import Request

from fourfold.config.scope import Scope
from fourfold.http.problems import ProblemError, rejected
from fourfold.problem import FieldError, Problem, problem

STORE_OUTDATED: Problem = problem(
    "store_outdated",
    "The stored data must be converted first",
    503,
    "An earlier version of fourfold stored it. The operator of this deployment converts it: python -m infra.migrate",
)


def not_written() -> ProblemError:
    """409: there is no person yet."""
    return ProblemError(
        problem(
            "persona_not_written",
            "There is no person yet",
            409,
            "Its first run is still going, or failed: wait for it, or write the persona anew from intent_parse.",
        )
    )


def run_goes_on(request: Request, run_id: str) -> ProblemError:
    """409: a run is writing the persona; Location names it."""
    path = f"{request.scope.get('root_path', '')}/v1/runs/{run_id}"
    answer = problem(
        "run_in_progress",
        "A run is writing this persona",
        409,
        "Follow the run at Location, and send the request again when it is over.",
    )
    return ProblemError(answer.model_copy(update={"instance": path}), {"Location": path, "Retry-After": "5"})


def settings_refused(faults: list[FieldError], locked_by: Scope | None) -> ProblemError:
    """422 naming what is wrong with settings; 403 `config_locked` where nothing but a lock stands in their way."""
    if locked_by is None:
        return rejected(faults)
    answer = rejected(faults, code="config_locked", title="The setting is locked", status=403)
    return ProblemError(answer.problem.model_copy(update={"locked_by": locked_by.value}))
