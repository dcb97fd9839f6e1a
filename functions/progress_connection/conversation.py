"""Handles the messages of a connected WebSocket client."""

from __future__ import annotations

import os
import time
import traceback
from contextlib import suppress
from functools import cache

from aws_lambda_powertools import Logger

from fourfold.http.auth import unauthenticated
from fourfold.problem import problem
from fourfold.progress.messages import ErrorReply, command_id_of
from fourfold.progress.ports import ConnectionGoneError, DeliveryUnknownError, NotDeliveredError
from fourfold.progress.subscriptions import Subscriptions
from fourfold.storage.client import dynamodb
from fourfold.storage.runs.directory import DynamoRunDirectory
from functions.progress_wiring import connections, delivery, may_read, sender, threads

logger = Logger()


@cache
def subscriptions() -> Subscriptions:
    """The handler of subscribe, unsubscribe and ping."""
    directory = DynamoRunDirectory(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], time.time)
    return Subscriptions(connections(), directory, delivery(), threads())


def handle_message(connection_id: str, text: str) -> None:
    """Handles one message. A client with a revoked key or an unknown connection gets an error and is disconnected."""
    try:
        connection = connections().find(connection_id)
        if connection is None or not may_read(connection.key_hash, connection.workspace_id):
            sender().send(connection_id, ErrorReply(id=command_id_of(text), problem=unauthenticated().problem).text())
            delivery().close_or_queue(connection_id)
            return
        subscriptions().handle(connection, text)
    except ConnectionGoneError:
        connections().forget(connection_id)
    except (NotDeliveredError, DeliveryUnknownError):
        logger.warning("reply not delivered", extra={"connection_id": connection_id})
        delivery().close_or_queue(connection_id)  # a client must not wait for a reply or for events that never come
    except Exception as error:  # noqa: BLE001 - the client must get an error; its text may quote the client's message
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        logger.error(  # noqa: TRY400 - not its message
            "unexpected error", extra={"error": type(error).__qualname__, "frames": frames[-8:]}
        )
        detail = "Send the message again. If the error persists, reconnect."
        broken = problem("internal_error", "Internal server error", 500, detail)
        with suppress(ConnectionGoneError, NotDeliveredError, DeliveryUnknownError):
            sender().send(connection_id, ErrorReply(id=command_id_of(text), problem=broken).text())
