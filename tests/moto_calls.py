"""Requests about items reach moto's DynamoDB as a function call: signed, sent and parsed HTTP takes most of their time.

botocore checks and serializes each request before, and raises its errors after, as for a request that is sent. What
goes over the wire is checked in tests/integration, against the engine.
"""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.parsers import create_parser
from moto.core.exceptions import JsonRESTError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.parse import JSONParser
from moto.dynamodb.responses import DynamoHandler

TURN = threading.RLock()
"""DynamoDB isolates its requests; moto checks, writes and rolls back while other threads do the same."""

# What moto calls the operations that are called directly. It has others for tables.
_METHODS = {
    "BatchGetItem": DynamoHandler.batch_get_item,
    "BatchWriteItem": DynamoHandler.batch_write_item,
    "DeleteItem": DynamoHandler.delete_item,
    "GetItem": DynamoHandler.get_item,
    "PutItem": DynamoHandler.put_item,
    "Query": DynamoHandler.query,
    "Scan": DynamoHandler.scan,
    "TransactGetItems": DynamoHandler.transact_get_items,
    "TransactWriteItems": DynamoHandler.transact_write_items,
    "UpdateItem": DynamoHandler.update_item,
}


def call_moto_directly(patch: pytest.MonkeyPatch) -> None:
    """Until the patch ends, clients of DynamoDB call moto, one thread after the other."""
    send = BaseClient._make_request  # type: ignore[attr-defined]  # noqa: SLF001 - the stubs hide where requests are sent

    def answer(client: Any, operation: Any, request: dict[str, Any], context: Any) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return send(client, operation, request, context)
        with TURN:
            if operation.name not in _METHODS:
                return send(client, operation, request, context)
            return _answer(client, operation, request["body"])

    patch.setattr(BaseClient, "_make_request", answer)


def _answer(client: Any, operation: Any, body: bytes) -> tuple[Any, dict[str, Any]]:
    """A response of which botocore reads the status, and its content as botocore's parser would return it."""
    handler: Any = DynamoHandler()
    handler.region, handler.current_account = client.meta.region_name, DEFAULT_ACCOUNT_ID
    handler.body = _parsed(operation, body)
    try:
        content: Any = _METHODS[operation.name](handler).result
    except JsonRESTError as error:
        return _failed(client, operation, error)
    known = operation.output_shape.members
    parsed = {name: value for name, value in content.items() if name in known and value is not None}
    parsed["ResponseMetadata"] = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
    return SimpleNamespace(status_code=200), parsed


def _parsed(operation: Any, body: bytes) -> dict[str, Any]:
    if b'"B' in body:  # perhaps bytes, in base64
        request: Any = {"body": body}
        return JSONParser(operation).parse(request)
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def _failed(client: Any, operation: Any, error: JsonRESTError) -> tuple[Any, dict[str, Any]]:
    """As botocore reads the response of an error, with the fields that its type has of its own."""
    response = {"status_code": error.code, "headers": {}, "body": error.description.encode()}
    parser = create_parser("json")
    parsed = parser.parse(response, operation.output_shape)
    client._endpoint._add_modeled_error_fields(response, parsed, operation, parser)  # noqa: SLF001
    return SimpleNamespace(status_code=error.code), parsed
