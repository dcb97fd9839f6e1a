"""The state machine's definition, as CloudFormation gets it. What it does at run time is tested on the local engine."""

from __future__ import annotations

import json

import pytest
from jsonata import Jsonata

from fourfold.steps import STEP_ORDER, StepName
from infra.constructs.pipeline_definition import MACHINE_TIMEOUT_S, STATE_NAMES, TASK_MARGIN_S
from tests.infra.assembly import Assembly
from tests.infra.state_machine import DEFINITION, STATES, TASKS, State, evaluate, expressions, following

SERVICE_FAULTS = {
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
}


def test_the_template_carries_this_definition(prod: Assembly) -> None:
    machine = prod.one("StateMachine", "PipelineStateMachine")["Properties"]
    assert machine["StateMachineType"] == "STANDARD"
    assert prod.definition["QueryLanguage"] == "JSONata"
    assert prod.definition["States"].keys() == STATES.keys()
    assert prod.definition["TimeoutSeconds"] == MACHINE_TIMEOUT_S
    invoked = {
        name: state["Arguments"]["FunctionName"]
        for name, state in prod.definition["States"].items()
        if "FunctionName" in state.get("Arguments", {})
    }
    assert invoked == {
        **{name: f"{name}Live" for name in (*STATE_NAMES.values(), "StorePersona")},
        "RecordFailure": "FailRunLive",
    }


def test_the_machine_is_traced_and_logs_no_persona(prod: Assembly) -> None:
    machine = prod.one("StateMachine", "PipelineStateMachine")["Properties"]
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_every_state_is_reached_and_leads_somewhere() -> None:
    seen, waiting = set[str](), [DEFINITION["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(following(STATES[name]))
    assert seen == STATES.keys()
    assert {name for name, state in STATES.items() if state.get("End")} == {"StorePersona"}
    assert all(
        "Next" in state or "Default" in state or state.get("End") or state["Type"] in {"Fail", "Succeed"}
        for state in STATES.values()
    )


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_bounded_retried_and_caught(name: str) -> None:
    task = TASKS[name]
    assert isinstance(task["TimeoutSeconds"], int), "the local engine takes no expression here"
    assert task["Retry"]
    assert all(retrier["JitterStrategy"] == "FULL" and retrier["MaxDelaySeconds"] for retrier in task["Retry"])
    if name == "RecordFailure":
        # Nothing is left to catch it: the execution fails, and the rule on failed executions takes over.
        assert "Catch" not in task
    else:
        assert [catcher["ErrorEquals"] for catcher in task["Catch"]] == [["States.ALL"]]


@pytest.mark.parametrize("name", [*STATE_NAMES.values(), "StorePersona"])
def test_what_a_handler_raises_is_final(name: str) -> None:
    assert {error for retrier in STATES[name]["Retry"] for error in retrier["ErrorEquals"]} == SERVICE_FAULTS
    assert STATES[name]["Catch"][0]["Next"] == "RecordFailure"


def test_lambda_reports_its_own_timeouts(prod: Assembly) -> None:
    functions = prod.functions()
    for step in StepName:
        assert STATES[STATE_NAMES[step]]["TimeoutSeconds"] == functions[step.value]["Timeout"] + TASK_MARGIN_S
    for name, function in (("StorePersona", "store_persona"), ("RecordFailure", "fail_run")):
        assert STATES[name]["TimeoutSeconds"] == functions[function]["Timeout"] + TASK_MARGIN_S


def test_the_machine_outlasts_four_attempts_that_use_all_their_time() -> None:
    attempt = sum(STATES[STATE_NAMES[step]]["TimeoutSeconds"] for step in STEP_ORDER)
    assert 4 * attempt < MACHINE_TIMEOUT_S


def test_every_expression_parses() -> None:
    found = list(expressions(DEFINITION))
    assert len(found) > 30
    for expression in found:
        Jsonata.jsonata(expression)
    assert not any(f'"{field}"' in json.dumps(DEFINITION) for field in ("Parameters", "ResultPath", "InputPath"))


def test_the_machine_only_invokes_functions() -> None:
    assert {task["Resource"].rpartition(":::")[2] for task in TASKS.values()} == {"lambda:invoke"}


@pytest.mark.parametrize("findings", [[], [{"note": "a"}], [{"note": "a"}, {"note": "b"}]])
def test_a_retry_takes_the_findings_along(findings: list[State]) -> None:
    state = {"attempt": 1, "findings": [{"note": "old"}], "audit": {"findings": findings}, "draft": {"tags": ["x"]}}
    retried = evaluate(STATES["PrepareRetry"]["Output"], input=state)
    assert retried["attempt"] == 2
    assert retried["findings"] == findings
    assert retried["draft"] == {"tags": ["x"]}


@pytest.mark.parametrize(
    ("overall", "attempt", "verdict"),
    [(3.5, 1, "Accept"), (3.5, 4, "Accept"), (3.49, 3, "PrepareRetry"), (3.49, 4, "Flag"), (0, 9, "Flag")],
)
def test_the_verdict(overall: float, attempt: int, verdict: str) -> None:
    assert verdict_of(overall, attempt, "six_steps") == verdict


@pytest.mark.parametrize(("overall", "verdict"), [(3.5, "Accept"), (3.49, "Flag")])
def test_a_single_call_is_never_sent_back(overall: float, verdict: str) -> None:
    assert verdict_of(overall, 1, "single_call") == verdict


@pytest.mark.parametrize(("method", "first"), [("six_steps", "IntentParse"), ("single_call", "SingleCall")])
def test_the_method_decides_who_writes(method: str, first: str) -> None:
    rules = STATES["Method"]["Choices"]
    state = {"config": {"pipeline": {"method": method}}}
    taken = [rule["Next"] for rule in rules if evaluate(rule["Condition"], input=state) is True]
    assert (taken or [STATES["Method"]["Default"]])[0] == first


@pytest.mark.parametrize("first", STEP_ORDER)
def test_a_persona_is_written_anew_from_the_step_asked_for(first: StepName) -> None:
    state = {"config": {"pipeline": {"method": "six_steps"}}, "start_at": first.value}
    rules = STATES["Method"]["Choices"]
    taken = [rule["Next"] for rule in rules if evaluate(rule["Condition"], input=state) is True]
    assert (taken or [STATES["Method"]["Default"]]) == [STATE_NAMES[first]]


def verdict_of(overall: float, attempt: int, method: str) -> str:
    config = {"pipeline": {"method": method, "audit": {"min_overall_score": 3.5, "max_retries": 3}}}
    state = {"audit": {"overall": overall}, "attempt": attempt, "config": config}
    choices = STATES["Verdict"]["Choices"]
    taken = [rule["Next"] for rule in choices if evaluate(rule["Condition"], input=state) is True]
    return str((taken or [STATES["Verdict"]["Default"]])[0])


@pytest.mark.parametrize("step", STEP_ORDER[:-1])
def test_a_retry_starts_where_the_config_says(step: StepName) -> None:
    state = {"config": {"pipeline": {"audit": {"retry_from": step}}}}
    choices = STATES["RetryFrom"]["Choices"]
    taken = [rule["Next"] for rule in choices if evaluate(rule["Condition"], input=state) is True]
    assert (taken or [STATES["RetryFrom"]["Default"]])[0] == STATE_NAMES[step]
