"""The problem that a failed run or job shows its caller, derived from the error without its private text."""

from __future__ import annotations

import json

from fourfold.llm.port import ModelError, ModelFailure
from fourfold.problem import Problem, problem

ADVICE: dict[ModelFailure, str] = {
    ModelFailure.REFUSED: "The model refused the brief. Reword it, or configure another model for the step.",
    ModelFailure.TRUNCATED: "The answer exceeded max_tokens. Increase max_tokens of the step.",
    ModelFailure.INVALID_OUTPUT: "The answers did not match the step's schema. Try again, or configure another model.",
    ModelFailure.CONSTRAINTS_BROKEN: "The answers contradicted the brief. Reword it, or configure another model.",
    ModelFailure.RATE_LIMITED: "The provider's rate limit was reached. Try again later.",
    ModelFailure.OVERLOADED: "The provider is overloaded. Try again later.",
    ModelFailure.SERVER_ERROR: "The provider had an internal error. Try again later, or configure a fallback model.",
    ModelFailure.TIMEOUT: "The model did not answer in time. Try again, or increase timeout_s of the step.",
    ModelFailure.UNREACHABLE: "The provider could not be reached. Check the network and try again.",
    ModelFailure.AUTHENTICATION: "The provider rejected the API key. Configure a valid one.",
    ModelFailure.QUOTA: "The provider's quota is exhausted. Increase it, or configure another provider.",
    ModelFailure.BAD_REQUEST: "The provider rejected the request. Check the model settings of the step.",
}

_INTERRUPTIONS = frozenset({"States.ServiceRestart", "ABORTED"})
_TIMEOUTS = frozenset({"States.Timeout", "TIMED_OUT", "Sandbox.Timedout"})


def problem_from(error: str, cause: str) -> Problem:
    """Returns the problem of a failed run.

    Args:
        error: the error name of Step Functions, or the status of the execution.
        cause: the error's cause; for a Lambda function, JSON with `errorMessage`. Only a `ModelFailure` at its start is
            read: the text may hold parts of the brief or of an answer, so it never reaches the problem.
    """
    if error in _INTERRUPTIONS:
        return problem(
            "run_interrupted",
            "The run was interrupted",
            503,
            "The service stopped during the run. Send the request again.",
        )
    if error in _TIMEOUTS:
        return problem("run_timed_out", "The run timed out", 504, "A step did not finish in time. Try again.")
    failure = _model_failure(cause)
    if failure is not None:
        return problem(f"model_{failure}", "The model returned no usable answer", 502, ADVICE[failure])
    return problem(
        "internal_error", "Internal error", 500, "The run failed. Try again; if the error persists, report the run id."
    )


def job_problem(error: Exception) -> Problem:
    """Returns the problem of a failed background job. Of the error, only its `ModelFailure` is used, never its text."""
    if isinstance(error, ModelError):
        return problem(f"model_{error.failure}", "The model returned no usable answer", 502, ADVICE[error.failure])
    return problem("job_failed", "Internal error", 500, "The job failed. Start it again with POST.")


JOB_LOST: Problem = problem(
    "job_lost", "The job was interrupted", 503, "The job stopped before it finished. Start it again."
)


def _model_failure(cause: str) -> ModelFailure | None:
    """Returns the failure kind at the start of a `ModelError`'s message, or None."""
    try:
        parsed = json.loads(cause)
    except ValueError:
        return None
    message = parsed.get("errorMessage", "") if isinstance(parsed, dict) else ""
    kind = str(message).split(":", maxsplit=1)[0]
    return ModelFailure(kind) if kind in set(ModelFailure) else None
