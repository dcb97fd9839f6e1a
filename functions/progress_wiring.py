"""Wiring of the two functions of live progress: storage, API Gateway's management API, and the catch-up queue."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError

from fourfold.aws import client
from fourfold.http.auth import KeyRing
from fourfold.made_once import MadeOnce
from fourfold.progress.delivery import EventDelivery
from fourfold.progress.ports import ConnectionGoneError, DeliveryUnknownError, NotDeliveredError, RunKey
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import DynamoApiKeys
from fourfold.storage.progress.connections import DynamoConnections
from fourfold.storage.progress.followers import DynamoEventLog, DynamoFollowers

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi.client import ApiGatewayManagementApiClient
    from mypy_boto3_sqs.client import SQSClient

SCOPE = "personas:read"
THREADS = 24
_GONE = frozenset({"GoneException", "410"})
# A client that cannot be reached within this time is disconnected. It bounds the delay of one slow client on a batch.
SEND_TIMEOUT_S = 5


class ManagedConnections:
    """Implements `fourfold.progress.ports.Sender` with API Gateway's management API."""

    def __init__(self, client: ApiGatewayManagementApiClient) -> None:
        self._client = client

    def send(self, connection_id: str, text: str) -> None:
        """Sends one message.

        Raises:
            ConnectionGoneError: the connection no longer exists.
            NotDeliveredError: the message was certainly not sent.
            DeliveryUnknownError: the message may have been sent.
        """
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=text.encode())
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise ConnectionGoneError from error
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise DeliveryUnknownError from error
            raise NotDeliveredError from error
        except (HTTPClientError, SSLError) as error:  # connection broken or timeout: it may have been sent
            raise DeliveryUnknownError from error
        except BotoCoreError as error:
            raise NotDeliveredError from error

    def close(self, connection_id: str) -> None:
        """Closes the connection. A connection that no longer exists is not an error.

        Raises:
            NotDeliveredError: the request failed.
        """
        try:
            self._client.delete_connection(ConnectionId=connection_id)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise NotDeliveredError from error
        except BotoCoreError as error:
            raise NotDeliveredError from error


class SqsCatchUps:
    """Implements `fourfold.progress.ports.CatchUpQueue`."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, run: RunKey, connection_id: str) -> None:
        """Enqueues the rest of a replay."""
        self._send({"workspace_id": run.workspace_id, "run_id": run.run_id, "connection_id": connection_id})

    def put_close(self, connection_id: str) -> None:
        """Enqueues the closing of a connection."""
        self._send({"connection_id": connection_id})

    def _send(self, body: dict[str, str]) -> None:
        self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(body))


def management_endpoint() -> str:
    """The URL of API Gateway's management API. The variable may be relative to AWS_ENDPOINT_URL."""
    return urljoin(os.environ.get("AWS_ENDPOINT_URL", ""), os.environ["FOURFOLD_PROGRESS_ENDPOINT"])


@MadeOnce
def sender() -> ManagedConnections:
    """The sender to connected clients, without SDK retries: a retry after a timeout could send a message twice."""
    config = Config(
        connect_timeout=1,
        read_timeout=SEND_TIMEOUT_S,
        retries={"total_max_attempts": 1},
        max_pool_connections=2 * THREADS,
    )
    created = client("apigatewaymanagementapi", config, endpoint_url=management_endpoint())
    return ManagedConnections(cast("ApiGatewayManagementApiClient", created))


@cache
def connections() -> DynamoConnections:
    """The store of connections and subscriptions."""
    return DynamoConnections(dynamodb(), os.environ["FOURFOLD_CONNECTIONS_TABLE"], time.time)


@MadeOnce
def delivery() -> EventDelivery:
    """The delivery of a run's events to one follower."""
    queue = cast("SQSClient", client("sqs", Config(connect_timeout=2, read_timeout=5)))
    return EventDelivery(
        log=DynamoEventLog(dynamodb(), os.environ["FOURFOLD_RUN_EVENTS_TABLE"]),
        followers=DynamoFollowers(dynamodb(), os.environ["FOURFOLD_CONNECTIONS_TABLE"], time.time),
        subscribers=connections(),
        sender=sender(),
        queue=SqsCatchUps(queue, os.environ["FOURFOLD_CATCH_UP_QUEUE"]),
        clock=time.time,
    )


@cache
def api_keys() -> DynamoApiKeys:
    """The store of API keys."""
    return DynamoApiKeys(dynamodb(), os.environ["FOURFOLD_API_KEYS_TABLE"])


@cache
def keys_by_hash() -> KeyRing:
    """API keys by hash, cached for five seconds."""
    return KeyRing(api_keys().find_hashed)


def may_read(key_hash: str, workspace_id: str) -> bool:
    """Whether the key is valid and may read the workspace; cached for five seconds."""
    holder = keys_by_hash().caller(key_hash)
    return holder is not None and holder.workspace_id == workspace_id and SCOPE in holder.scopes


@cache
def threads() -> ThreadPoolExecutor:
    """The thread pool for serving connections concurrently; it is kept between invocations."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="progress")
