"""The state machine in Amazon States Language (JSONata): plain data without CDK, readable and testable alone.

The state passed from step to step is `fourfold.pipeline.state.RunState`. A step receives all of it and returns all of
it, so a task's output is its function's payload. Variables: `best` is the attempt that ships, `best_score` its audit
score, and `best_confirmed` whether that is a second score; `failure` is set when something failed. The run's identity
is read from the execution's input, never from a state's output.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from fourfold.steps import STEP_ORDER, StepName

State = dict[str, Any]

# Two calls of the maximum duration (an answer and its repair, 420 s each), and the record. A fallback chain may make
# more calls: the function's remaining time is their deadline.
STEP_TIMEOUT_S: Final = 900
# A task's timeout is longer than its function's, so that Lambda reports a timeout, with the function's name. Constants:
# Step Functions accepts an expression over the run's settings here, the local engine does not.
TASK_MARGIN_S: Final = 10
STORE_TIMEOUT_S: Final = 30
# More than four attempts of six steps and a confirmation, each of the maximum duration.
MACHINE_TIMEOUT_S: Final = 7 * 60 * 60

STATE_NAMES: Final[dict[StepName, str]] = {
    step: "".join(word.capitalize() for word in step.value.split("_")) for step in StepName
}

# The error of an execution that has recorded its failure; RunFailures ignores it.
RECORDED_FAILURE: Final = "RunFailed"

_INPUT: Final = "$states.context.Execution.Input.state"

# Faults of Lambda, not of our code: an exception of a handler is the reason of a run's failure, and is not retried.
_SERVICE_FAULTS: Final = [
    {
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": 20,
        "MaxDelaySeconds": 30,
        "JitterStrategy": "FULL",
    },
    {
        "ErrorEquals": [
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.ClientExecutionTimeoutException",
        ],
        "IntervalSeconds": 1,
        "BackoffRate": 2,
        "MaxAttempts": 4,
        "MaxDelaySeconds": 20,
        "JitterStrategy": "FULL",
    },
]

# For what must happen after any fault: recording a failure.
_ANY_FAULT: Final = [
    {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 1,
        "BackoffRate": 2,
        "MaxAttempts": 6,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    },
]

_TO_FAILURE: Final = [
    {
        "ErrorEquals": ["States.ALL"],
        "Assign": {
            "failure": {
                "error": "{% $states.errorOutput.Error %}",
                "cause": "{% $type($states.errorOutput.Cause) = 'string' ? $states.errorOutput.Cause : '' %}",
            }
        },
        "Next": "RecordFailure",
    }
]


def pipeline_definition(*, functions: Mapping[str, str], partition: str = "aws") -> State:
    """The definition. `functions` maps a function's name (`soul_draft`) to the ARN to invoke."""
    resource = f"arn:{partition}:states:::"
    states: dict[str, State] = {
        "Begin": {
            "Type": "Pass",
            "Assign": {"best": "{% $states.input.state %}", "best_score": -1, "best_confirmed": False},
            "Output": "{% $states.input.state %}",
            "Next": "Method",
        },
        "Method": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": "{% $states.input.config.pipeline.method = 'single_call' %}",
                    "Next": STATE_NAMES[StepName.SINGLE_CALL],
                },
                # A regeneration from a later step keeps the results of the steps before it.
                *(
                    {
                        "Condition": f"{{% $states.input.start_at = '{step.value}' %}}",
                        "Next": STATE_NAMES[step],
                    }
                    for step in STEP_ORDER[1:]
                ),
            ],
            "Default": STATE_NAMES[STEP_ORDER[0]],
        },
        STATE_NAMES[StepName.SINGLE_CALL]: _invoke(
            resource, functions[StepName.SINGLE_CALL], STEP_TIMEOUT_S, Catch=_TO_FAILURE, Next="Audit"
        ),
    }
    for step, following in pairwise(STEP_ORDER):
        states[STATE_NAMES[step]] = _invoke(
            resource, functions[step], STEP_TIMEOUT_S, Catch=_TO_FAILURE, Next=STATE_NAMES[following]
        )
    states["Audit"] = _invoke(
        resource,
        functions[StepName.AUDIT],
        STEP_TIMEOUT_S,
        Assign=_best_if("$not($best_confirmed) and $states.result.Payload.audit.overall > $best_score"),
        Catch=_TO_FAILURE,
        Next="Verdict",
    )
    # An attempt with two scores counts by the second one, before any attempt with one: a first score of many tries is
    # too high by selection.
    states[STATE_NAMES[StepName.CONFIRM_AUDIT]] = _invoke(
        resource,
        functions[StepName.CONFIRM_AUDIT],
        STEP_TIMEOUT_S,
        Assign={
            **_best_if("$not($best_confirmed) or $states.result.Payload.audit.overall > $best_score"),
            "best_confirmed": True,
        },
        Catch=_TO_FAILURE,
        Next="Verdict",
    )
    states |= _verdict() | _ending(resource, functions)
    return {
        "Comment": "A brief becomes an audited persona: six steps, retried with the audit's findings",
        "QueryLanguage": "JSONata",
        "StartAt": "Begin",
        "TimeoutSeconds": MACHINE_TIMEOUT_S,
        "States": states,
    }


def _best_if(condition: str) -> State:
    """Keeps the payload as the best attempt where the condition holds. A tie keeps the earlier attempt."""
    return {
        "best": f"{{% {condition} ? $states.result.Payload : $best %}}",
        "best_score": f"{{% {condition} ? $states.result.Payload.audit.overall : $best_score %}}",
    }


def _verdict() -> dict[str, State]:
    audit_config = "$states.input.config.pipeline.audit"
    passes = f"$states.input.audit.overall >= {audit_config}.min_overall_score"
    return {
        "Verdict": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": (
                        f"{{% {passes} and $states.input.audit.confirmed_score = null and ({audit_config}.confirm ="
                        f" 'always' or ({audit_config}.confirm = 'after_retry' and $states.input.attempt > 1)) %}}"
                    ),
                    "Next": STATE_NAMES[StepName.CONFIRM_AUDIT],
                },
                {"Condition": f"{{% {passes} %}}", "Next": "Accept"},
                {
                    # The single call is there to be compared with, so it is not retried.
                    "Condition": (
                        f"{{% $states.input.attempt <= {audit_config}.max_retries"
                        " and $states.input.config.pipeline.method != 'single_call' %}"
                    ),
                    "Next": "PrepareRetry",
                },
            ],
            "Default": "Flag",
        },
        "PrepareRetry": {
            "Type": "Pass",
            "Output": (
                "{% $merge([$states.input, {'attempt': $states.input.attempt + 1,"
                " 'findings': [$states.input.audit.findings], 'audit': null}]) %}"
            ),
            "Next": "RetryFrom",
        },
        "RetryFrom": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": f"{{% {audit_config}.retry_from = '{step.value}' %}}",
                    "Next": STATE_NAMES[step],
                }
                for step in STEP_ORDER[1:-1]
            ],
            "Default": STATE_NAMES[STEP_ORDER[0]],
        },
        "Accept": _outcome("active"),
        "Flag": _outcome("flagged"),
    }


def _outcome(status: str) -> State:
    """The best attempt's state, with the newest sequence number of the event log, which all attempts wrote to."""
    return {
        "Type": "Pass",
        "Output": {
            "status": status,
            "state": "{% $merge([$best, {'log_seq': $states.input.log_seq}]) %}",
        },
        "Next": "StorePersona",
    }


def _ending(resource: str, functions: Mapping[str, str]) -> dict[str, State]:
    """Both ends store their events with what they announce: the outbox publishes them (decision 21)."""
    return {
        "StorePersona": _invoke(
            resource,
            functions["store_persona"],
            STORE_TIMEOUT_S,
            Output={
                "run_id": f"{{% {_INPUT}.run_id %}}",
                "persona_id": f"{{% {_INPUT}.persona_id %}}",
            },
            Catch=_TO_FAILURE,
            End=True,
        ),
        "RecordFailure": _invoke(
            resource,
            functions["fail_run"],
            STORE_TIMEOUT_S,
            payload={
                "run": {
                    name: f"{{% {_INPUT}.{name} %}}" for name in ("run_id", "persona_id", "workspace_id", "started_at")
                },
                "error": "{% $failure %}",
            },
            Retry=_ANY_FAULT,
            Next="Failed",
        ),
        "Failed": {
            "Type": "Fail",
            "Error": RECORDED_FAILURE,
            "Cause": "{% $substring($failure.error & ': ' & $failure.cause, 0, 1000) %}",
        },
    }


def _invoke(
    resource: str,
    function_arn: str,
    timeout_s: int,
    payload: object = "{% $states.input %}",
    **rest: object,
) -> State:
    return {
        "Type": "Task",
        "Resource": f"{resource}lambda:invoke",
        "Arguments": {"FunctionName": function_arn, "Payload": payload},
        "Output": "{% $states.result.Payload %}",
        "TimeoutSeconds": timeout_s + TASK_MARGIN_S,
        "Retry": _SERVICE_FAULTS,
        **rest,
    }
