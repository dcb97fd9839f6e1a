"""Why a run failed, told to its caller: from the state machine's error to a problem, with nothing private in it."""

from __future__ import annotations

import json

from fourfold.llm.port import ModelError, ModelFailure
from fourfold.problem import Problem, problem

ADVICE: dict[ModelFailure, str] = {
    ModelFailure.REFUSED: "The model refused the brief. Reword it, or configure another model for the step.",
    ModelFailure.TRUNCATED: "The answer did not fit max_tokens. Raise it in the step's configuration.",
    ModelFailure.INVALID_OUTPUT: "The model's answers did not fit the step's schema. Try again or use another model.",
    ModelFailure.CONSTRAINTS_BROKEN: "The model's answers broke the brief's demands. Reword it, or change the model.",
    ModelFailure.RATE_LIMITED: "The provider's rate limit was reached. Try again later.",
    ModelFailure.OVERLOADED: "The provider is overloaded. Try again later.",
    ModelFailure.SERVER_ERROR: "The provider failed inside. Try again later, or configure a fallback.",
    ModelFailure.TIMEOUT: "The model did not answer in time. Try again, or raise timeout_s of the step.",
    ModelFailure.UNREACHABLE: "The provider could not be reached. Check the network and try again.",
    ModelFailure.AUTHENTICATION: "The provider refused the key. Configure a valid one.",
    ModelFailure.QUOTA: "The provider's quota is used up. Raise it, or use another provider.",
    ModelFailure.BAD_REQUEST: "The provider refused the request. Check the step's model settings.",
}

_INTERRUPTIONS = frozenset({"States.ServiceRestart", "ABORTED"})
_TIMEOUTS = frozenset({"States.Timeout", "TIMED_OUT", "Sandbox.Timedout"})


def problem_from(error: str, cause: str) -> Problem:
    """The problem a failed run shows.

    Args:
        error: the name Step Functions gives the error, or the execution's status.
        cause: its text; for a Lambda function the JSON with `errorMessage`. Only our own failure kinds are read from
            it, nothing of it is passed on.
    """
    if error in _INTERRUPTIONS:
        return problem(
            "run_interrupted",
            "The run was cut off",
            503,
            "The service stopped while the run was under way. Nothing is charged twice; send the brief again.",
        )
    if error in _TIMEOUTS:
        return problem("run_timed_out", "The run took too long", 504, "A step did not finish in time. Try again.")
    failure = _model_failure(cause)
    if failure is not None:
        return problem(f"model_{failure}", "The model gave no usable answer", 502, ADVICE[failure])
    return problem(
        "internal_error", "The run failed inside the service", 500, "Try again; if it persists, report the run's id."
    )


def job_problem(error: Exception) -> Problem:
    """The problem a failed background job shows; nothing of the error's own text but its kind is passed on."""
    if isinstance(error, ModelError):
        return problem(f"model_{error.failure}", "The model gave no usable answer", 502, ADVICE[error.failure])
    return problem("job_failed", "The job failed inside the service", 500, "Ask for it again with POST.")


JOB_LOST: Problem = problem("job_lost", "The job was cut off", 503, "Nobody works on it any more. Ask for it again.")


def _model_failure(cause: str) -> ModelFailure | None:
    """The failure kind in the message of a `ModelError`, which begins with it."""
    try:
        parsed = json.loads(cause)
    except ValueError:
        return None
    message = parsed.get("errorMessage", "") if isinstance(parsed, dict) else ""
    kind = str(message).split(":", maxsplit=1)[0]
    return ModelFailure(kind) if kind in set(ModelFailure) else None
