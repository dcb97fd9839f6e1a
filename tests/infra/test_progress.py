"""The WebSocket API, and the way from the event log to connected clients."""

from __future__ import annotations

import json
from typing import Any

from fourfold.progress.delivery import REPLAY_LEASE_S
from functions.progress_wiring import SEND_TIMEOUT_S
from tests.infra.assembly import Assembly

ROUTES = {"$connect", "$disconnect", "$default", "subscribe", "unsubscribe", "ping"}


def mappings(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """Source -> event source mapping of the push function."""
    found = [mapping["Properties"] for mapping in assembly.resources("Lambda::EventSourceMapping").values()]
    return {
        assembly.named(one["EventSourceArn"]): one for one in found if "ProgressPush" in json.dumps(one["FunctionName"])
    }


def test_every_route_goes_to_one_function_through_its_alias(prod: Assembly) -> None:
    api = prod.only("ApiGatewayV2::Api")["Properties"]
    assert (api["ProtocolType"], api["RouteSelectionExpression"]) == ("WEBSOCKET", "$request.body.action")
    assert {route["Properties"]["RouteKey"] for route in prod.resources("ApiGatewayV2::Route").values()} == ROUTES
    for integration in prod.resources("ApiGatewayV2::Integration").values():
        properties = integration["Properties"]
        assert properties["IntegrationType"] == "AWS_PROXY"
        assert "functions/ProgressConnectionLive/invocations" in prod.named(properties["IntegrationUri"])


def test_no_answer_of_a_function_goes_to_the_client(prod: Assembly) -> None:
    """What clients are told is posted to their connection, in one place and in order."""
    assert not prod.resources("ApiGatewayV2::RouteResponse")
    assert not prod.resources("ApiGatewayV2::IntegrationResponse")


def test_the_stage_is_throttled_and_its_log_names_nobody(prod: Assembly) -> None:
    stage = prod.only("ApiGatewayV2::Stage")["Properties"]
    assert (stage["StageName"], stage["AutoDeploy"]) == ("prod", True)
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    logged = " ".join(json.loads(stage["AccessLogSettings"]["Format"]).values())
    for private in ("identity", "header", "query", "authorizer", "path"):
        assert private not in logged, "a ticket stands in the query"


def test_new_events_are_pushed_retried_and_kept_if_they_cannot_be(prod: Assembly) -> None:
    stream = mappings(prod)["RunEvents"]
    assert stream["StartingPosition"] == "LATEST"
    assert json.loads(stream["FilterCriteria"]["Filters"][0]["Pattern"]) == {"eventName": ["INSERT"]}
    assert stream["BisectBatchOnFunctionError"] is True
    assert 0 < stream["MaximumRetryAttempts"] < 100
    assert 60 <= stream["MaximumRecordAgeInSeconds"] <= 3600
    assert prod.named(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "ProgressDeadLetters"


def test_what_a_client_did_not_take_waits_in_a_queue_of_its_own(prod: Assembly) -> None:
    assert mappings(prod)["ProgressCatchUps"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queues = {logical_id[:-8]: queue["Properties"] for logical_id, queue in prod.resources("SQS::Queue").items()}
    waiting = queues["ProgressCatchUps"]
    lives = prod.functions()["progress_push"]["Timeout"]
    assert lives < REPLAY_LEASE_S, "nobody replays any more when it is over"
    assert waiting["VisibilityTimeout"] >= lives + REPLAY_LEASE_S, "a replay that was ended is found to be over"
    assert mappings(prod)["ProgressCatchUps"]["BatchSize"] * 2 * SEND_TIMEOUT_S < lives, "they are tried in turn"
    assert prod.named(waiting["RedrivePolicy"]["deadLetterTargetArn"]) == "ProgressDeadLetters"
    watched = [
        prod.named(dimension["Value"])
        for alarm in prod.resources("CloudWatch::Alarm").values()
        for dimension in alarm["Properties"].get("Dimensions", [])
    ]
    assert "ProgressDeadLetters" in watched


def test_on_the_engine_clients_are_reached_by_a_path_of_its_own(local: Assembly) -> None:
    for name in ("progress_connection", "progress_push", "api"):
        variables = local.functions()[name]["Environment"]["Variables"]
        endpoint = local.named(variables["FOURFOLD_PROGRESS_ENDPOINT"])
        assert endpoint == "/_aws/execute-api/ProgressWebSocketApi/local"
