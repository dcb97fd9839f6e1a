"""The problem that a failed run or job shows its caller, derived from the error without its private text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fourfold.llm.advice import ADVICE
from fourfold.llm.port import ModelError, ModelFailure
from fourfold.pipeline.refusal import BriefRefusedError, refused_brief
from fourfold.problem import Problem, problem
from fourfold.spending.run_budget import RunOverBudgetError

EVALUATION_STOPPED: Problem = problem(
    "evaluation_stopped",
    "The evaluation has stopped",
    409,
    "The run belongs to an evaluation that was cancelled or has spent its budget. No further call was sent.",
)
_OVER_BUDGET: Problem = problem(
    "budget_exceeded",
    "The budget is exceeded",
    402,
    "A budget has too little left for the run's next call. Wait until it renews, or raise it.",
)
_MAX_DETAIL = 900
_INTERRUPTIONS = frozenset({"States.ServiceRestart", "ABORTED"})
_TIMEOUTS = frozenset({"States.Timeout", "TIMED_OUT", "Sandbox.Timedout"})


def problem_from(error: str, cause: str) -> Problem:
    """Returns the problem of a failed run.

    Args:
        error: the error name of Step Functions, or the status of the execution.
        cause: the error's cause; for a Lambda function, JSON with `errorMessage`. Only the message of a ModelError
            is passed on, which holds no prompt and no persona: other texts may hold parts of the brief.
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
    raised = _raised(cause)
    stopped = _stopped(error, _message_in(raised))
    if stopped is not None:
        return stopped
    failed = _model_failure(raised)
    if failed is not None:
        return model_problem(*failed)
    return problem(
        "internal_error", "Internal error", 500, "The run failed. Try again; if the error persists, report the run id."
    )


def job_problem(error: Exception) -> Problem:
    """Returns the problem of a failed background job. Only a ModelError's text is passed on."""
    if isinstance(error, ModelError):
        return model_problem(error.failure, f"{error.reason} {error.advice}")
    return problem("job_failed", "Internal error", 500, "The job failed. Start it again with POST.")


JOB_LOST: Problem = problem(
    "job_lost", "The job was interrupted", 503, "The job stopped before it finished. Start it again."
)


def model_problem(failure: ModelFailure, detail: str) -> Problem:
    """The problem of a model's failure; `detail` says what happened and what to do."""
    text = " ".join("".join(mark if mark.isprintable() else " " for mark in detail).split())[:_MAX_DETAIL]
    return problem(f"model_{failure}", "The model returned no usable answer", 502, text or ADVICE[failure])


def _raised(cause: str) -> dict[str, Any]:
    """The error that a Lambda function raised; empty if the cause is none."""
    try:
        parsed = json.loads(cause)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _message_in(raised: Mapping[str, Any]) -> str:
    return str(raised.get("errorMessage", ""))


def _stopped(error: str, message: str) -> Problem | None:
    """Returns the problem of a run that sends no further call by a decision; None for any other error."""
    match error:
        case BriefRefusedError.__name__:
            return refused_brief(message)
        case RunOverBudgetError.__name__:
            return _over_budget(message)
        case "EvaluationStoppedError":
            return EVALUATION_STOPPED
        case _:
            return None


def _over_budget(text: str) -> Problem:
    """The problem that a RunOverBudgetError carries, with what is left; without, if its text was cut."""
    try:
        return Problem.model_validate_json(text)
    except ValueError:
        return _OVER_BUDGET


def _model_failure(raised: Mapping[str, Any]) -> tuple[ModelFailure, str] | None:
    """Returns failure and text of a `ModelError`'s message, `failure: text`; None for any other error."""
    kind, _, text = _message_in(raised).partition(":")
    if kind not in set(ModelFailure):
        return None
    failure = ModelFailure(kind)
    ours = raised.get("errorType") == ModelError.__name__
    return failure, text.strip() if ours else ADVICE[failure]
