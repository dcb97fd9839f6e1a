"""The template's roles are enforced, so a missing grant fails on the laptop and not first on AWS."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_server import LocalServer
from tests.integration.roles import as_role_of


def _code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_the_api_reads_personas_but_may_not_scan_them(stack: LocalServer) -> None:
    table = stack.outputs()["PersonasTableName"]
    dynamodb = as_role_of(stack, "api", "dynamodb")

    assert "Item" not in dynamodb.get_item(TableName=table, Key={"pk": {"S": "WS#x"}, "sk": {"S": "PERSONA#x"}})
    with pytest.raises(ClientError) as denied:
        dynamodb.scan(TableName=table)
    assert _code(denied) == "AccessDeniedException"


def test_a_step_writes_the_run_log_and_no_persona(stack: LocalServer) -> None:
    """It reads and updates the budgets, which are in the personas' table, and can put nothing there."""
    outputs = stack.outputs()
    dynamodb = as_role_of(stack, "soul_draft", "dynamodb")
    query = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "WS#x"}}}

    assert dynamodb.query(TableName=outputs["RunEventsTableName"], **query)["Count"] == 0
    with pytest.raises(ClientError) as denied:
        dynamodb.put_item(TableName=outputs["PersonasTableName"], Item={"pk": {"S": "WS#x"}, "sk": {"S": "PERSONA"}})
    assert _code(denied) == "AccessDeniedException"
    with pytest.raises(ClientError) as denied:
        dynamodb.query(TableName=outputs["IdempotencyTableName"], **query)
    assert _code(denied) == "AccessDeniedException"


def test_a_queue_that_insists_on_tls_takes_the_api_s_orders_and_shows_it_none(stack: LocalServer) -> None:
    """Bridge: loopback counts as TLS, or every queue of the template would refuse everybody."""
    queues = stack.aws("sqs").list_queues()["QueueUrls"]
    slow = next(url for url in queues if "WebhookQueuesSlow" in url)
    policy = stack.aws("sqs").get_queue_attributes(QueueUrl=slow, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert '"aws:SecureTransport"' in policy
    sqs = as_role_of(stack, "api", "sqs")
    order = {"workspace_id": "ws_x", "endpoint_id": "whk_x", "delivery_id": "dlv_x"}

    assert sqs.send_message(QueueUrl=slow, MessageBody=json.dumps(order))["MessageId"]
    with pytest.raises(ClientError) as denied:
        sqs.receive_message(QueueUrl=slow)
    assert _code(denied) in {"AccessDenied", "AccessDeniedException"}


def test_a_role_s_signature_is_checked(stack: LocalServer) -> None:
    forged = as_role_of(stack, "api", "dynamodb", secret="not the secret")

    with pytest.raises(ClientError) as denied:
        forged.describe_table(TableName=stack.outputs()["PersonasTableName"])
    assert _code(denied) in {"InvalidSignatureException", "SignatureDoesNotMatch"}
