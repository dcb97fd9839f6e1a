"""No class of work can take what another needs: requests, steps, jobs, pushes and webhooks each have a bound."""

from __future__ import annotations

from collections import Counter

import pytest

from fourfold.config.api import LimitsConfig
from fourfold.steps import StepName
from infra.reserved_concurrency import UNRESERVED, total_reserved
from infra.settings import stage_settings
from tests.infra.assembly import Assembly

SHARING = {
    "store_persona",
    "fail_run",
    "execution_ended",
    "publish_events",
    "evaluation_start",
    "evaluation_conclude",
    "evaluation_expiry",
}
"""Functions that start and end runs, publish events and delete: they share what no other may reserve."""


def queue_bounds(assembly: Assembly) -> dict[str, tuple[str, int | None]]:
    """Queue -> the alias it feeds, and its maximum concurrency."""
    queues = {assembly.named({"Ref": queue}) for queue in assembly.resources("SQS::Queue")}
    found = (mapping["Properties"] for mapping in assembly.resources("EventSourceMapping").values())
    return {
        source: (assembly.named(mapping["FunctionName"]), mapping.get("ScalingConfig", {}).get("MaximumConcurrency"))
        for mapping in found
        if (source := assembly.named(mapping["EventSourceArn"])) in queues
    }


def reserved(assembly: Assembly) -> dict[str, int]:
    """Function -> the executions it reserves."""
    return {
        name: function["ReservedConcurrentExecutions"]
        for name, function in assembly.functions().items()
        if "ReservedConcurrentExecutions" in function
    }


def test_every_queue_has_a_bound(dev: Assembly) -> None:
    assert {queue: most for queue, (_, most) in queue_bounds(dev).items()} == {
        "FingerprintQueue": 25,
        "ProvocationQueue": 25,
        "ProgressCatchUps": 5,
        "RunFailuresQueue": 2,
        "WebhookQueuesEvents": 5,
        "WebhookQueuesFast": 10,
        "WebhookQueuesSlow": 30,
    }


def test_a_stage_that_reserves_reserves_for_every_class(dev: Assembly) -> None:
    kept = reserved(dev)
    assert set(kept) == set(dev.functions()) - SHARING
    assert {kept[step.value] for step in StepName} == {40}
    assert sum(kept.values()) == total_reserved(stage_settings("dev", job_concurrency="25"))
    assert total_reserved(stage_settings("dev")) + UNRESERVED <= 1000, "the quota that most accounts have"


def test_no_queue_offers_its_function_more_than_it_reserves(dev: Assembly) -> None:
    """Messages of a throttled function would be received until they are dead letters."""
    kept = reserved(dev)
    functions = {
        f"{dev.named({'Ref': logical_id})}:live": name
        for logical_id, alias in dev.resources("Lambda::Alias").items()
        for name, function in dev.functions().items()
        if dev.service["Resources"][alias["Properties"]["FunctionName"]["Ref"]]["Properties"] == function
    }
    offered: Counter[str] = Counter()
    for alias, most in queue_bounds(dev).values():
        assert most is not None
        offered[functions[alias]] += most
    for name, most in offered.items():
        assert most <= kept.get(name, UNRESERVED), name


def test_a_small_account_reserves_nothing(prod: Assembly, local: Assembly) -> None:
    assert reserved(prod) == reserved(local) == {}


@pytest.mark.parametrize("rule", ["FingerprintRule", "ProvocationRule", "WebhooksRule"])
def test_events_wait_in_the_group_of_their_workspace(prod: Assembly, rule: str) -> None:
    [target] = prod.one("Events::Rule", rule)["Properties"]["Targets"]
    assert target["SqsParameters"] == {"MessageGroupId": "$.detail.metadata.workspace_id"}


def test_one_key_cannot_use_up_the_throttle_of_the_stage(prod: Assembly, dev: Assembly, local: Assembly) -> None:
    rules = {rule["Name"]: rule for rule in prod.only("WAFv2::WebACL")["Properties"]["Rules"]}
    limits = {name: rule["Statement"]["RateBasedStatement"] for name, rule in rules.items()}
    [key] = limits["Keys"]["CustomKeys"]
    assert key["Header"]["Name"] == "authorization"
    [settings] = prod.only("ApiGateway::Stage")["Properties"]["MethodSettings"]
    a_minute = 60 * settings["ThrottlingRateLimit"]
    for name, rule in rules.items():
        assert limits[name]["EvaluationWindowSec"] == 60
        assert limits[name]["Limit"] < a_minute
        assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
        assert rule["VisibilityConfig"]["SampledRequestsEnabled"] is False, "a sample shows the key"
    assert limits["Keys"]["Limit"] > LimitsConfig().requests_per_minute, "a client meets the app's answer first"
    association = prod.only("WAFv2::WebACLAssociation")["Properties"]
    assert "ApiRestApi/stages/" in prod.named(association["ResourceArn"])
    assert dev.resources("WAFv2::WebACL") == local.resources("WAFv2::WebACL") == {}
