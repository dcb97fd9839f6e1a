"""The pattern that docs/events.md gives to subscribers, as a rule on the engine's bus."""

from __future__ import annotations

import json
import re
import time

from infra.local.home import REPOSITORY
from tests.integration.local_server import LocalServer, eventually

PATTERN = re.search(
    r"```json pattern\n(.*?)```", (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8"), re.DOTALL
)


def test_a_subscriber_gets_what_the_documented_rule_asks_for(stack: LocalServer) -> None:
    assert PATTERN is not None
    sqs, events, bus = stack.aws("sqs"), stack.aws("events"), stack.outputs()["EventBusName"]
    url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="subscriber", EventBusName=bus, EventPattern=PATTERN[1])
    events.put_targets(Rule="subscriber", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    try:
        persona = stack.call("POST", "/v1/personas", body={"intent": "A ferry pilot, 50, in Bergen"}).json()
        (message,) = eventually(lambda: sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"))
        event = json.loads(message["Body"])
        assert event["detail-type"] in {"persona.created", "persona.flagged"}
        assert event["detail"]["data"]["persona_id"] == persona["id"]
        time.sleep(0.3)
        assert "Messages" not in sqs.receive_message(QueueUrl=url), "the run's own events were not asked for"
    finally:
        events.remove_targets(Rule="subscriber", EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name="subscriber", EventBusName=bus)
