"""The state machine of evaluations: what it carries, and who comes first."""

from __future__ import annotations

import json

from fourfold.evaluation.models import MAX_BRIEFS
from fourfold.evaluation.record import PAIRS_AT_ONCE
from functions.evaluation_judge.handler import JudgePairInput
from functions.evaluation_start.handler import StartCellInput
from infra.constructs.evaluation_definition import TOLERATED_FAILURE_PERCENT, evaluation_definition
from tests.infra.assembly import Assembly
from tests.infra.state_machine import evaluate, expressions

DEFINITION = evaluation_definition(
    functions={name: name for name in ("evaluation_start", "evaluation_judge", "evaluation_conclude")},
    pipeline="personas",
)
PAIR = DEFINITION["States"]["Pairs"]["ItemProcessor"]["States"]


def test_the_template_carries_this_definition(prod: Assembly) -> None:
    found = prod.definition_of("EvaluationsStateMachine")
    assert found["States"].keys() == DEFINITION["States"].keys()
    cell = found["States"]["Pairs"]["ItemProcessor"]["States"]["Arms"]["ItemProcessor"]["States"]
    assert cell["Generate"]["Arguments"]["StateMachineArn"] == "PipelineStateMachine"
    machine = prod.one("StateMachine", "EvaluationsStateMachine")["Properties"]
    assert machine["StateMachineType"] == "STANDARD"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_each_pair_is_an_execution_of_its_own_on_aws(prod: Assembly) -> None:
    pairs = prod.definition_of("EvaluationsStateMachine")["States"]["Pairs"]
    assert pairs["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert pairs["MaxConcurrency"] == PAIRS_AT_ONCE
    assert pairs["ToleratedFailurePercentage"] == TOLERATED_FAILURE_PERCENT
    assert "ItemReader" not in pairs, "no bucket holds the briefs a second time"


def test_the_items_of_the_largest_evaluation_fit_in_a_state() -> None:
    items = evaluate(DEFINITION["States"]["Pairs"]["Items"], context={"Execution": {"Input": {"briefs": MAX_BRIEFS}}})
    assert len(json.dumps(list(items))) < 256 * 1024 / 4


def test_a_pair_needs_nothing_of_its_parent() -> None:
    """Within a child execution, the execution's input is the child's own."""
    given = {"workspace_id": "ws_one", "evaluation_id": "evl_x", "briefs": 9, "slots": 7}
    selector = DEFINITION["States"]["Pairs"]["ItemSelector"]
    context = {"Execution": {"Input": given}, "Map": {"Item": {"Value": 3}}}
    child = {name: evaluate(text, context=context) for name, text in selector.items()}
    assert child == {"workspace_id": "ws_one", "evaluation_id": "evl_x", "slots": 7, "brief": 3}
    assert not any("Execution.Input" in expression for expression in expressions(PAIR))
    cell = {
        name: evaluate(text, input=child, context={"Map": {"Item": {"Value": "b"}}})
        for name, text in PAIR["Arms"]["ItemSelector"].items()
    }
    assert StartCellInput.model_validate(cell).side == "b"
    judged = {name: evaluate(text, input=child) for name, text in PAIR["Arms"]["Output"].items()}
    assert JudgePairInput.model_validate(judged).brief == 3


def test_a_start_that_is_refused_for_a_limit_is_tried_again_and_no_other() -> None:
    generate = PAIR["Arms"]["ItemProcessor"]["States"]["Generate"]
    (retrier,) = generate["Retry"]
    assert {"StepFunctions.ExecutionLimitExceeded", "StepFunctions.ThrottlingException"} <= set(retrier["ErrorEquals"])
    assert retrier["JitterStrategy"] == "FULL"
    assert retrier["BackoffRate"] == 2
    # A run that failed may not be started a second time, nor one that exists.
    assert not {"States.ALL", "States.TaskFailed", "StepFunctions.ExecutionAlreadyExistsException"} & set(
        retrier["ErrorEquals"]
    )
    assert generate["Catch"][0]["ErrorEquals"] == ["States.ALL"]
    for task in (PAIR["Judge"], PAIR["Arms"]["ItemProcessor"]["States"]["StartCell"]):
        assert any("Lambda.TooManyRequestsException" in each["ErrorEquals"] for each in task["Retry"])
        assert all(each["JitterStrategy"] == "FULL" and each["MaxDelaySeconds"] for each in task["Retry"])


def test_each_arm_comes_first_for_every_other_brief() -> None:
    orders = [evaluate(PAIR["Arms"]["Items"], input={"brief": brief}) for brief in range(4)]
    assert orders == [["a", "b"], ["b", "a"]] * 2


def test_every_brief_is_an_item_also_if_it_is_the_only_one() -> None:
    items = DEFINITION["States"]["Pairs"]["Items"]
    for briefs in (1, 3):
        found = evaluate(items, context={"Execution": {"Input": {"briefs": briefs}}})
        assert list(found) == list(range(briefs))


def test_a_failure_is_concluded_with_its_error() -> None:
    conclude = DEFINITION["States"]["Conclude"]["Arguments"]["Payload"]
    given = {"workspace_id": "ws_one", "evaluation_id": "evl_x", "briefs": 1}
    payload = evaluate(conclude, input={"failed": "States.Timeout"}, context={"Execution": {"Input": given}})
    assert payload == {"failed": "States.Timeout", "workspace_id": "ws_one", "evaluation_id": "evl_x"}


def test_a_function_that_was_too_slow_once_does_not_cost_the_pair() -> None:
    """Start and judge find what is done, so they may be invoked again."""
    for state in (PAIR["Arms"]["ItemProcessor"]["States"]["StartCell"], PAIR["Judge"]):
        retried = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
        assert {"Sandbox.Timedout", "States.Timeout"} <= retried
