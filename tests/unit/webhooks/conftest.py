"""Storage in moto, a clock that tests move, and a sender that answers what tests say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fourfold.config.api import WebhookRetryConfig, WebhooksConfig
from fourfold.storage.webhooks.store import DynamoWebhooks
from fourfold.webhooks.delivery import Delivery, Message
from fourfold.webhooks.dispatch import Dispatcher, Done, Retry
from fourfold.webhooks.endpoint import Endpoint, new_endpoint
from fourfold.webhooks.fan_out import QueueEntry, fan_out
from fourfold.webhooks.queues import Lane, ScheduledDelivery
from fourfold.webhooks.sealing import sealed
from fourfold.webhooks.sender import AttemptOutcome
from tests.builders import START
from tests.tables import Tables, tables_in_moto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

CONFIG = WebhooksConfig(retry=WebhookRetryConfig(delays_s=(0, 60, 300)), timeout_s=15, disable_after_s=3600)
OK = AttemptOutcome("delivered", 204, 20)


@dataclass
class ScriptedSender:
    """Answers with the outcomes it was given, the last one for good."""

    outcomes: list[AttemptOutcome] = field(default_factory=lambda: [OK])
    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def send(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> AttemptOutcome:
        assert timeout_s == 15
        self.sent.append((url, dict(headers), body))
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


class ReversingSealer:
    """Stands for KMS: the ciphertext is the text and what it is bound to, backwards."""

    def seal(self, text: str, bound_to: str) -> str:
        return f"{text}|{bound_to}"[::-1]

    def open(self, ciphertext: str, bound_to: str) -> str:
        text, _, sealed_for = ciphertext[::-1].partition("|")
        assert sealed_for == bound_to, "a secret of another endpoint"
        return text


@dataclass
class World:
    tables: DynamoDBClient
    store: DynamoWebhooks
    sender: ScriptedSender = field(default_factory=ScriptedSender)
    sealer: ReversingSealer = field(default_factory=ReversingSealer)
    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.store,
            self.sender,  # type: ignore[arg-type]
            self.sealer,
            lambda _workspace: CONFIG,
            self.now,
        )

    def endpoint(self, *events: str, workspace: str = "ws_a", url: str = "https://example.com/hooks") -> Endpoint:
        endpoint = new_endpoint(workspace, url, events or ("*",), None, self.at)
        self.store.create(sealed(endpoint, self.sealer))
        return endpoint

    def again(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint as it is stored now."""
        found = self.store.endpoint(endpoint.workspace_id, endpoint.id)
        assert found is not None
        return found

    def happens(self, event_id: str = "evt_1") -> list[QueueEntry]:
        """persona.created in workspace ws_a."""
        message = Message(
            event_id=event_id, event_type="persona.created", workspace_id="ws_a", occurred_at=START, data={"n": 1}
        )
        return fan_out(message, self.store, lambda _workspace: CONFIG, self.at)

    def dispatch(self, order: ScheduledDelivery, lane: Lane = Lane.SLOW) -> Retry | Done:
        return self.dispatcher().dispatch(order, lane)

    def delivery(self, order: ScheduledDelivery) -> Delivery:
        found = self.store.delivery(order.endpoint_id, order.delivery_id)
        assert found is not None
        return found

    def pass_(self, wait: timedelta) -> None:
        self.at += wait

    def outbox(self) -> list[dict[str, Any]]:
        return self.tables.scan(TableName="outbox")["Items"]


TABLES = {"webhooks": "S", "outbox": None}


@pytest.fixture(scope="module")
def _tables() -> Iterator[Tables]:
    with tables_in_moto(TABLES) as tables:
        yield tables


@pytest.fixture
def world(_tables: Tables) -> World:
    _tables.put_back()
    return World(_tables.client, DynamoWebhooks(_tables.client, "webhooks", "outbox"))
