"""Lambda entry: the $connect, $disconnect and $default routes of the WebSocket API."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger

from fourfold.problem import Problem
from functions.preload import preload
from functions.progress_connection import admission, conversation
from functions.progress_wiring import connections

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Returns `{"statusCode"}`; API Gateway rejects a connection without 2xx. Replies are sent over the connection.

    Dispatches on the event type and not on the route key, because a client may send `$connect` as its action.
    """
    context = event["requestContext"]
    connection_id: str = context["connectionId"]
    match context["eventType"]:
        case "CONNECT":
            refusal = admission.admit(connection_id, event)
            status = 200 if refusal is None else refusal.status
            logger.info("connect", extra={"connection_id": connection_id, "status": status})
            return {"statusCode": status} if refusal is None else _refused(refusal)
        case "DISCONNECT":
            connections().forget(connection_id)
            logger.info("disconnect", extra={"connection_id": connection_id})
        case _:
            conversation.handle_message(connection_id, event.get("body") or "")
    return {"statusCode": 200}


def _refused(refusal: Problem) -> dict[str, Any]:
    """The refused handshake. API Gateway passes on the status; the body is for servers that pass on more."""
    return {
        "statusCode": refusal.status,
        "headers": {"Content-Type": "application/problem+json"},
        "body": refusal.model_dump_json(exclude_none=True),
    }


preload(os.environ)
