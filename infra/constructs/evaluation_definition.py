"""The state machine of an evaluation in Amazon States Language (JSONata): plain data, as `pipeline_definition`.

A distributed Map over the briefs: each pair is a child execution with a history of its own. In it, a Map over the two
arms, one after the other in the brief's order. A cell is an execution of the pipeline's own state machine, named by its
run. What a pair came to is in the store, not in the states: an execution that is repeated from its beginning finds what
is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fourfold.evaluation.record import PAIRS_AT_ONCE
from fourfold.evaluation.staleness import MAX_DURATION
from infra.constructs.pipeline_definition import MACHINE_TIMEOUT_S, STORE_TIMEOUT_S, TASK_MARGIN_S

State = dict[str, Any]

# A judge's calls for one pair, of the maximum duration; what it has answered is kept when the time is over.
JUDGE_TIMEOUT_S: Final = 900
# It reads what 10,000 pairs came to, with a vCPU: see docs/evaluations.md for what that takes.
CONCLUDE_TIMEOUT_S: Final = 900
EVALUATION_TIMEOUT_S: Final = int(MAX_DURATION.total_seconds())

_LAMBDA_FAULTS: Final = [
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    # Too slow once, such as after a stop, when all functions start at once. Both functions find what is done.
    "Sandbox.Timedout",
    "States.Timeout",
]
# A start that Step Functions refuses because of a limit of the account, or of a moment.
_START_FAULTS: Final = [
    "StepFunctions.ExecutionLimitExceeded",
    "StepFunctions.ExecutionLimitExceededException",
    "StepFunctions.ThrottlingException",
    "StepFunctions.AWSStepFunctionsException",
    "StepFunctions.SdkClientException",
]
# A pair that fails after all its retries is missing in the report; with more of them missing the evaluation failed.
TOLERATED_FAILURE_PERCENT: Final = 10
# Within a child execution, `$states.context.Execution.Input` is the child's: everything is handed on by the input.
_PAIR: Final = {name: f"{{% $states.input.{name} %}}" for name in ("workspace_id", "evaluation_id", "brief")}


def evaluation_definition(*, functions: Mapping[str, str], pipeline: str, partition: str = "aws") -> State:
    """The definition. `functions` maps a function's name to the ARN to invoke, `pipeline` is the ARN of its machine."""
    resource = f"arn:{partition}:states:::"
    return {
        "Comment": "The same briefs through two settings, judged in pairs",
        "QueryLanguage": "JSONata",
        "StartAt": "Pairs",
        "TimeoutSeconds": EVALUATION_TIMEOUT_S,
        "States": {
            "Pairs": {
                "Type": "Map",
                "Label": "Pairs",
                # 10,000 numbers are 49 KB of the 256 that a state may carry, so they need no file in S3.
                "Items": "{% [0..$states.context.Execution.Input.briefs - 1] %}",
                "MaxConcurrency": PAIRS_AT_ONCE,
                "ToleratedFailurePercentage": TOLERATED_FAILURE_PERCENT,
                "ItemSelector": {
                    **{
                        name: f"{{% $states.context.Execution.Input.{name} %}}"
                        for name in ("workspace_id", "evaluation_id", "slots")
                    },
                    "brief": "{% $states.context.Map.Item.Value %}",
                },
                "ItemProcessor": _pair(resource, functions, pipeline),
                "Output": {},
                "Catch": [
                    {
                        "ErrorEquals": ["States.ALL"],
                        "Output": {"failed": "{% $states.errorOutput.Error %}"},
                        "Next": "Conclude",
                    }
                ],
                "Next": "Conclude",
            },
            "Conclude": _invoke(
                resource,
                functions["evaluation_conclude"],
                CONCLUDE_TIMEOUT_S,
                payload="{% $merge([$states.input, "
                "{'workspace_id': $states.context.Execution.Input.workspace_id,"
                " 'evaluation_id': $states.context.Execution.Input.evaluation_id}]) %}",
                Retry=[_retry(["States.ALL"], 6)],
                Output={},
                End=True,
            ),
        },
    }


def _pair(resource: str, functions: Mapping[str, str], pipeline: str) -> State:
    return {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Arms",
        "States": {
            "Arms": {
                "Type": "Map",
                # The briefs begin with A and B in turn: what changes with time favours neither.
                "Items": "{% $states.input.brief % 2 = 0 ? ['a', 'b'] : ['b', 'a'] %}",
                "MaxConcurrency": 1,
                "ItemSelector": {
                    **_PAIR,
                    "side": "{% $states.context.Map.Item.Value %}",
                    "slots": "{% $states.input.slots %}",
                },
                "ItemProcessor": _cell(resource, functions, pipeline),
                "Output": _PAIR,
                "Next": "Judge",
            },
            "Judge": _invoke(
                resource,
                functions["evaluation_judge"],
                JUDGE_TIMEOUT_S,
                Retry=[
                    # Its time was over, or a run has not ended: it continues with what is missing.
                    _retry(["RunStillRunningError"], 200),
                    _retry(["JudgeTimeoutError"], 20),
                    _retry(_LAMBDA_FAULTS, 20),
                ],
                Output={},
                End=True,
            ),
        },
    }


def _cell(resource: str, functions: Mapping[str, str], pipeline: str) -> State:
    return {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "StartCell",
        "States": {
            "StartCell": _invoke(
                resource,
                functions["evaluation_start"],
                STORE_TIMEOUT_S,
                # The workspace has all its runs in progress: a cell waits for one of them to end.
                Retry=[_retry(["WorkspaceFullError"], 200), _retry(_LAMBDA_FAULTS, 20)],
                Next="IsStarted",
            ),
            "IsStarted": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.started %}", "Next": "Generate"}],
                "Default": "Ended",
            },
            "Generate": {
                "Type": "Task",
                "Resource": f"{resource}states:startExecution.sync:2",
                "Arguments": {
                    "StateMachineArn": pipeline,
                    "Name": "{% $states.input.run_id %}",
                    "Input": "{% $states.input.input %}",
                },
                "TimeoutSeconds": MACHINE_TIMEOUT_S + TASK_MARGIN_S,
                "Output": {},
                "Retry": [_retry(_START_FAULTS, 20)],
                # A run that fails is an observation too; its record says why. One that was started before is waited
                # for by the judge.
                "Catch": [{"ErrorEquals": ["States.ALL"], "Output": {}, "Next": "Ended"}],
                "Next": "Ended",
            },
            "Ended": {"Type": "Pass", "Output": {}, "End": True},
        },
    }


def _retry(errors: list[str], times: int) -> State:
    return {
        "ErrorEquals": errors,
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": times,
        "MaxDelaySeconds": 30,
        "JitterStrategy": "FULL",
    }


def _invoke(
    resource: str, function_arn: str, timeout_s: int, payload: object = "{% $states.input %}", **rest: object
) -> State:
    return {
        "Type": "Task",
        "Resource": f"{resource}lambda:invoke",
        "Arguments": {"FunctionName": function_arn, "Payload": payload},
        "Output": "{% $states.result.Payload %}",
        "TimeoutSeconds": timeout_s + TASK_MARGIN_S,
        **rest,
    }
