"""Lambda entry: the routes of the WebSocket API. A client connects, says something, leaves."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from functions.progress_connection import admission, conversation
from functions.progress_wiring import connections

logger = Logger()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers `{"statusCode"}`: without 2xx a client is not let in. Everything else is sent over the connection.

    What happened is told by the event's type and never by its route: a client may write `$connect` as its action.
    """
    context = event["requestContext"]
    connection_id: str = context["connectionId"]
    match context["eventType"]:
        case "CONNECT":
            status = admission.admit(connection_id, event)
            logger.info("connect", extra={"connection_id": connection_id, "status": status})
            return {"statusCode": status}
        case "DISCONNECT":
            connections().forget(connection_id)
            logger.info("disconnect", extra={"connection_id": connection_id})
        case _:
            conversation.handle_message(connection_id, event.get("body") or "")
    return {"statusCode": 200}
