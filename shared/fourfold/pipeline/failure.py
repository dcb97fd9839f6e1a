"""Why a run failed, as its caller reads it: from the state machine's error to a problem, with nothing private in it."""

from __future__ import annotations

import json

from fourfold.llm.advice import ADVICE
from fourfold.llm.port import ModelError, ModelFailure
from fourfold.problem import Problem, problem

_MAX_DETAIL = 900
_INTERRUPTIONS = frozenset({"States.ServiceRestart", "ABORTED"})
_TIMEOUTS = frozenset({"States.Timeout", "TIMED_OUT", "Sandbox.Timedout"})


def problem_from(error: str, cause: str) -> Problem:
    """The problem a failed run shows.

    Args:
        error: the name Step Functions gives the error, or the execution's status.
        cause: its text; for a Lambda function the JSON with `errorMessage`. Only the message of a ModelError is passed
            on, which holds no prompt and no persona.
    """
    if error in _INTERRUPTIONS:
        return problem(
            "run_interrupted",
            "The run was cut off",
            503,
            "The service stopped while the run was in progress. Nothing is charged twice; send the brief again.",
        )
    if error in _TIMEOUTS:
        return problem("run_timed_out", "The run took too long", 504, "A step did not finish in time. Try again.")
    failed = _model_failure(cause)
    if failed is not None:
        return model_problem(*failed)
    return problem(
        "internal_error", "The run failed inside the service", 500, "Try again; if it persists, report the run's id."
    )


def job_problem(error: Exception) -> Problem:
    """The problem a failed background job shows. The text of an error that is no ModelError is not passed on."""
    if isinstance(error, ModelError):
        return model_problem(error.failure, f"{error.reason} {error.advice}")
    return problem("job_failed", "The job failed inside the service", 500, "Ask for it again with POST.")


JOB_LOST: Problem = problem("job_lost", "The job was cut off", 503, "Nobody works on it any more. Ask for it again.")


def model_problem(failure: ModelFailure, detail: str) -> Problem:
    """The problem of a model's failure; `detail` says what happened and what to do."""
    text = " ".join("".join(mark if mark.isprintable() else " " for mark in detail).split())[:_MAX_DETAIL]
    return problem(f"model_{failure}", "The model gave no usable answer", 502, text or ADVICE[failure])


def _model_failure(cause: str) -> tuple[ModelFailure, str] | None:
    """Failure and text of a `ModelError`'s message, `failure: text`; None for any other error."""
    try:
        parsed = json.loads(cause)
    except ValueError:
        return None
    if not isinstance(parsed, dict):
        return None
    kind, _, text = str(parsed.get("errorMessage", "")).partition(":")
    if kind not in set(ModelFailure):
        return None
    failure = ModelFailure(kind)
    ours = parsed.get("errorType") == ModelError.__name__
    return failure, text.strip() if ours else ADVICE[failure]
