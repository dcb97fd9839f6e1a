"""Background jobs: what starts them, how long a message is hidden, where what cannot be done ends."""

from __future__ import annotations

import pytest

from functions.job_entry import MAX_RECEIVES
from tests.infra.assembly import Assembly

JOBS = {"Fingerprint": "fingerprint", "Provocation": "provocation"}


@pytest.mark.parametrize("job", JOBS)
def test_a_persona_that_can_speak_starts_the_job(prod: Assembly, job: str) -> None:
    rule = prod.one("Events::Rule", f"{job}Rule")["Properties"]
    assert rule["EventPattern"] == {"detail-type": ["persona.created", "persona.flagged", "persona.updated"]}
    assert prod.named(rule["EventBusName"]) == "EventBus"
    (target,) = rule["Targets"]
    assert prod.named(target["Arn"]) == f"{job}Queue"
    assert prod.named(target["DeadLetterConfig"]["Arn"]) == f"{job}DeadLetters"


@pytest.mark.parametrize("job", JOBS)
def test_a_message_stays_hidden_for_longer_than_its_worker_can_live(prod: Assembly, job: str) -> None:
    queue = prod.one("SQS::Queue", f"{job}Queue")["Properties"]
    assert queue["VisibilityTimeout"] > prod.functions()[JOBS[job]]["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == MAX_RECEIVES + 1, "the last but one ends the job as failed"
    assert prod.named(queue["RedrivePolicy"]["deadLetterTargetArn"]) == f"{job}DeadLetters"
    assert queue["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("job", JOBS)
def test_one_persona_is_one_invocation_and_not_too_many_run_at_once(prod: Assembly, job: str) -> None:
    [mapping] = [
        found["Properties"]
        for found in prod.resources("EventSourceMapping").values()
        if prod.named(found["Properties"]["EventSourceArn"]) == f"{job}Queue"
    ]
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 10}
