"""Why something cannot be done to a persona now: refusals that several routes share."""

from __future__ import annotations

from fastapi import Request

from fourfold.http.problems import ProblemError
from fourfold.problem import problem


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
