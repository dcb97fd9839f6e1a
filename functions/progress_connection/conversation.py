"""A connected client's messages, each carried out and answered."""

from __future__ import annotations

import os
import time
import traceback
from contextlib import suppress
from functools import cache

from aws_lambda_powertools import Logger

from fourfold.http.auth import unauthenticated
from fourfold.problem import problem
from fourfold.progress.followers import ConnectionGoneError, DeliveryUnknownError, NotDeliveredError
from fourfold.progress.messages import ErrorReply, id_of
from fourfold.progress.subscriptions import Subscriptions
from fourfold.storage.client import dynamodb
from fourfold.storage.runs.directory import DynamoRunDirectory
from functions.progress_wiring import connections, delivery, may_read, sender, threads

logger = Logger()


@cache
def subscriptions() -> Subscriptions:
    """What answers clients."""
    directory = DynamoRunDirectory(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], time.time)
    return Subscriptions(connections(), directory, delivery(), threads())


def hear(connection_id: str, text: str) -> None:
    """Takes one message. A client whose key is gone, or whom nobody knows any more, is told so and cut off."""
    try:
        connection = connections().find(connection_id)
        if connection is None or not may_read(connection.key_hash, connection.workspace_id):
            sender().send(connection_id, ErrorReply(id=id_of(text), problem=unauthenticated().problem).text())
            delivery().cut_off(connection_id)
            return
        subscriptions().take(connection, text)
    except ConnectionGoneError:
        connections().forget(connection_id)
    except (NotDeliveredError, DeliveryUnknownError):
        logger.warning("a client could not be answered", extra={"connection_id": connection_id})
        delivery().cut_off(connection_id)  # it may wait for an answer, or for events it was told it would get
    except Exception as error:  # noqa: BLE001 - the client must hear of it; the message may quote what it sent
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        logger.error(  # noqa: TRY400 - not its message
            "unexpected error", extra={"error": type(error).__qualname__, "frames": frames[-8:]}
        )
        detail = "Send the message again; if it persists, connect anew."
        broken = problem("internal_error", "Something broke here", 500, detail)
        with suppress(ConnectionGoneError, NotDeliveredError, DeliveryUnknownError):
            sender().send(connection_id, ErrorReply(id=id_of(text), problem=broken).text())
