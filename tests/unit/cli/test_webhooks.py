"""`fourfold webhooks listen`: what is verified is shown, what is not is refused."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from fourfold.cli.webhook_receiver import ReceivedWebhook, run_receiver
from fourfold.webhooks.sender import AttemptOutcome, Sender
from fourfold.webhooks.signing import new_secret, signed_headers

BODY = b'{"type":"persona.created","timestamp":"2026-11-23T09:00:00.000Z","data":{"persona_id":"per_1"}}'


def now() -> datetime:
    return datetime.now(UTC)


def received(secret: str, headers: dict[str, str]) -> tuple[ReceivedWebhook, AttemptOutcome]:
    """What the receiver that knows `secret` makes of a request with these headers, and what the sender hears."""
    outcomes: list[AttemptOutcome] = []
    with run_receiver(0) as receiver:
        sender = Sender(clock=now, allow_loopback=True)
        thread = threading.Thread(target=lambda: outcomes.append(sender.send(receiver.url, headers, BODY, 5)))
        thread.start()
        arrival = next(receiver.received_webhooks(secret))
        thread.join()
    return arrival, outcomes[0]


def test_a_signed_delivery_is_shown_and_taken() -> None:
    secret = new_secret()
    arrival, outcome = received(secret, signed_headers("evt_1", now(), BODY, [secret]))
    assert (arrival.fault, arrival.id, arrival.type) == (None, "evt_1", "persona.created")
    assert arrival.data == '{"persona_id": "per_1"}'
    assert outcome.status_code == 204


def test_anything_else_is_refused() -> None:
    for headers in ({}, signed_headers("evt_1", now(), BODY, [new_secret()])):
        arrival, outcome = received(new_secret(), headers)
        assert arrival.fault is not None
        assert arrival.data == ""
        assert outcome.status_code == 401
