"""Every alarm notifies somebody, has an entry in the runbook, and watches a metric that something writes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fourfold.progress.events import JobCompleted, JobFailed
from fourfold.progress.measurements import Measurement, measurements
from infra.constructs.product_code import REPOSITORY
from tests.infra.assembly import Assembly
from tests.unit.progress.run_events import EXAMPLES

ENTRY = re.compile(r"^### (\w+)$", re.MULTILINE)
DEAD = "ApproximateNumberOfMessagesVisible"
AGE = "ApproximateAgeOfOldestMessage"
ELSEWHERE = {"WebhookDead", "WebhookRetries", "Events"}
"""Metrics that no run event has; webhook_dispatch and publish_events write them."""


def alarms(assembly: Assembly) -> dict[str, dict[str, Any]]:
    return {
        assembly.named({"Ref": logical_id}).removeprefix("Observability"): alarm["Properties"]
        for logical_id, alarm in assembly.resources("CloudWatch::Alarm").items()
    }


def dashboard(assembly: Assembly) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(
        assembly.named(assembly.only("CloudWatch::Dashboard")["Properties"]["DashboardBody"])
    )
    return body


def written() -> set[tuple[str, frozenset[str]]]:
    """Every metric that a run event gives, with the names of its dimensions."""
    found = [measurement for event in EXAMPLES for measurement in measurements(event)]
    return {(measurement.name, frozenset(measurement.dimensions)) for measurement in found}


def test_every_alarm_notifies_the_topic_when_it_begins_and_when_it_ends(prod: Assembly) -> None:
    for name, alarm in alarms(prod).items():
        for action in ("AlarmActions", "OKActions"):
            assert [prod.named(arn) for arn in alarm[action]] == ["ObservabilityTopic"], name
        assert alarm["TreatMissingData"] == "notBreaching", name


def test_every_alarm_has_an_entry_in_the_runbook_and_every_entry_an_alarm(prod: Assembly) -> None:
    entries = ENTRY.findall((REPOSITORY / "docs/runbook.md").read_text(encoding="utf-8"))
    assert sorted(entries) == sorted(alarms(prod))
    for name, alarm in alarms(prod).items():
        assert alarm["AlarmDescription"].endswith(f"See {name} in docs/runbook.md")


def test_no_message_is_lost_or_late_without_an_alarm(prod: Assembly) -> None:
    watched = {
        (alarm["MetricName"], prod.named(dimension["Value"]))
        for alarm in alarms(prod).values()
        for dimension in alarm.get("Dimensions", [])
    }
    queues = {prod.named({"Ref": logical_id}) for logical_id in prod.resources("SQS::Queue")}
    dead = {queue for queue in queues if queue.endswith("DeadLetters")}
    # WebhookDeadRate watches the deliveries whose receiver failed for good (`Dead`); catch-ups end as dead letters.
    unwatched = {"WebhookQueuesDead", "ProgressCatchUps"}
    assert {queue for metric, queue in watched if metric == DEAD} == dead
    assert {queue for metric, queue in watched if metric == AGE} == queues - dead - unwatched
    assert {queue for metric, queue in watched if metric == "IteratorAge"} == {
        "PublishEventsFunction",
        "ProgressPushFunction",
    }


def test_thresholds_are_rates_except_where_one_is_too_many(prod: Assembly) -> None:
    at_once = {name for name, alarm in alarms(prod).items() if alarm["Threshold"] == 0}
    assert at_once == {name for name in alarms(prod) if name.endswith("DeadLetters")} | {"RunsTimedOut"}


def test_alarms_and_dashboard_show_metrics_that_something_writes(prod: Assembly) -> None:
    shown = {
        (alarm["MetricName"], frozenset(dimension["Name"] for dimension in alarm["Dimensions"]) - {"service"})
        for alarm in alarms(prod).values()
        if alarm.get("Namespace") == "fourfold"
    }
    for widget in dashboard(prod)["widgets"]:
        for metric in widget["properties"]["metrics"]:
            namespace, name, *rest = [part for part in metric if isinstance(part, str)]
            if namespace == "fourfold":
                shown.add((name, frozenset(rest[::2]) - {"service"}))
    assert shown
    assert {(name, dimensions) for name, dimensions in shown if name not in ELSEWHERE} <= written()


def test_an_address_is_subscribed_where_the_operator_gives_one(prod: Assembly, dev: Assembly) -> None:
    assert prod.resources("SNS::Subscription") == {}
    subscription = dev.only("SNS::Subscription")["Properties"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")
    assert alarms(dev)["SpendPerHour"]["Threshold"] == 250
    assert alarms(prod)["SpendPerHour"]["Threshold"] == 10


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.type)
def test_no_measurement_tells_who_or_what_it_was_about(event: Any) -> None:
    allowed = {"step", "provider", "failure", "job"}
    for measurement in measurements(event):
        assert measurement.dimensions.keys() <= allowed
    if not isinstance(event, JobCompleted | JobFailed):
        assert Measurement("JobFailed", 1, "Count", {"job": "fingerprint"}) not in measurements(event)
