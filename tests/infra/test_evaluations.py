"""The state machine of evaluations: what it carries, and who comes first."""

from __future__ import annotations

from infra.constructs.evaluation_definition import evaluation_definition
from tests.infra.assembly import Assembly
from tests.infra.state_machine import evaluate

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
