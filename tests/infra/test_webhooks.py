"""From the bus to the dispatcher's two lanes, and from the outbox to the bus."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft4Validator

from fourfold.config.api import WebhooksConfig
from fourfold.events.catalog import EVENT_TYPES
from functions.webhook_dispatch.handler import BATCH
from tests.infra.assembly import Assembly


def queues(assembly: Assembly) -> dict[str, dict[str, Any]]:
    return {logical_id[:-8]: queue["Properties"] for logical_id, queue in assembly.resources("SQS::Queue").items()}


def mappings(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """What feeds functions, by its name."""
    found = [mapping["Properties"] for mapping in assembly.resources("EventSourceMapping").values()]
    return {assembly.named(mapping["EventSourceArn"]): mapping for mapping in found}


def test_every_event_of_the_product_reaches_the_fan_out(prod: Assembly) -> None:
    (rule,) = (
        rule["Properties"] for name, rule in prod.resources("Events::Rule").items() if name.startswith("WebhooksRule")
    )
    assert rule["EventPattern"] == {"source": ["fourfold"]}
    assert prod.named(rule["EventBusName"]) == "EventBus"
    (target,) = rule["Targets"]
    assert prod.named(target["Arn"]) == "WebhookQueuesEvents"
    assert prod.named(target["DeadLetterConfig"]["Arn"]) == "WebhookQueuesDeadLetters"
    assert prod.named(mappings(prod)["WebhookQueuesEvents"]["FunctionName"]) == "WebhookFanOutLive:live"


def test_each_lane_has_workers_of_its_own(prod: Assembly) -> None:
    for lane, most in (("WebhookQueuesFast", 10), ("WebhookQueuesSlow", 30)):
        mapping = mappings(prod)[lane]
        assert prod.named(mapping["FunctionName"]) == "WebhookDispatchLive:live"
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": most}
        assert mapping["BatchSize"] == BATCH
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert "MaximumBatchingWindowInSeconds" not in mapping, "a delivery waits for no other"


def test_what_cannot_be_handled_is_laid_by(prod: Assembly) -> None:
    functions = prod.functions()
    for name, function in (
        ("WebhookQueuesEvents", "webhook_fanout"),
        ("WebhookQueuesFast", "webhook_dispatch"),
        ("WebhookQueuesSlow", "webhook_dispatch"),
    ):
        queue = queues(prod)[name]
        assert prod.named(queue["RedrivePolicy"]["deadLetterTargetArn"]) == "WebhookQueuesDeadLetters"
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
        assert queue["VisibilityTimeout"] >= 6 * functions[function]["Timeout"]
    assert queues(prod)["WebhookQueuesDead"]["MessageRetentionPeriod"] == 14 * 86_400


def test_an_attempt_fits_into_the_dispatchers_time(prod: Assembly) -> None:
    longest = next(bound.le for bound in WebhooksConfig.model_fields["timeout_s"].metadata if hasattr(bound, "le"))
    assert prod.functions()["webhook_dispatch"]["Timeout"] >= longest + 20


def test_new_entries_of_the_outbox_reach_the_publisher(prod: Assembly) -> None:
    mapping = mappings(prod)["Outbox"]
    assert prod.named(mapping["FunctionName"]) == "PublishEventsLive:live"
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FilterCriteria"]["Filters"] == [{"Pattern": '{"eventName":["INSERT"]}'}]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert prod.named(mapping["DestinationConfig"]["OnFailure"]["Destination"]) == "OutboxDeadLetters"


def test_every_events_schema_is_published(prod: Assembly) -> None:
    published = [schema["Properties"] for schema in prod.resources("EventSchemas::Schema").values()]
    assert {schema["SchemaName"] for schema in published} == {f"fourfold@{one.detail_type}" for one in EVENT_TYPES}
    for schema in published:
        assert schema["Type"] == "JSONSchemaDraft4"
        Draft4Validator.check_schema(json.loads(schema["Content"]))
        assert prod.named(schema["RegistryName"]) == "EventCatalogueRegistry"
    archive = prod.only("Events::Archive")["Properties"]
    assert prod.named(archive["SourceArn"]) == "EventBus"
    assert archive["RetentionDays"] == 365


def test_a_setting_keeps_the_catalogue_off_a_laptop(prod: Assembly, local: Assembly) -> None:
    for assembly, decided in ((prod, "yes"), (local, "no")):
        ((name, condition),) = assembly.service["Conditions"].items()
        asked, wanted = condition["Fn::Equals"]
        assert wanted == "yes"
        assert assembly.service["Parameters"][asked["Ref"]]["Default"] == decided
        found = assembly.resources("EventSchemas::Schema") | assembly.resources("EventSchemas::Registry")
        found |= assembly.resources("Events::Archive")
        assert {resource["Condition"] for resource in found.values()} == {name}
