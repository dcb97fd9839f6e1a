"""What takes over when the state machine could not record a failure itself, and what wakes a person."""

from __future__ import annotations

from infra.constructs.pipeline_definition import RECORDED_FAILURE
from tests.infra.assembly import Assembly


def test_executions_that_ended_badly_and_unrecorded_reach_the_queue(prod: Assembly) -> None:
    rule = prod.one("Events::Rule", "RunFailuresRule")["Properties"]
    pattern = rule["EventPattern"]
    assert pattern["source"] == ["aws.states"]
    assert pattern["detail-type"] == ["Step Functions Execution Status Change"]
    assert [prod.named(arn) for arn in pattern["detail"]["stateMachineArn"]] == [
        "PipelineStateMachine",
        "EvaluationsStateMachine",
    ]
    assert pattern["detail"]["$or"] == [
        {"status": ["TIMED_OUT", "ABORTED"]},
        {"status": ["FAILED"], "error": [{"anything-but": [RECORDED_FAILURE]}]},
    ]
    (target,) = rule["Targets"]
    assert prod.named(target["Arn"]) == "RunFailuresQueue"
    assert prod.named(target["DeadLetterConfig"]["Arn"]) == "RunFailuresDeadLetters"


def test_one_bad_message_does_not_hold_up_the_others(prod: Assembly) -> None:
    [mapping] = [
        found["Properties"]
        for found in prod.resources("EventSourceMapping").values()
        if prod.named(found["Properties"]["EventSourceArn"]) == "RunFailuresQueue"
    ]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queues = {logical_id[:-8]: queue["Properties"] for logical_id, queue in prod.resources("SQS::Queue").items()}
    redrive = queues["RunFailuresQueue"]["RedrivePolicy"]
    assert prod.named(redrive["deadLetterTargetArn"]) == "RunFailuresDeadLetters"
    assert redrive["maxReceiveCount"] == 5
    assert queues["RunFailuresQueue"]["VisibilityTimeout"] >= 6 * prod.functions()["execution_ended"]["Timeout"]
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())
