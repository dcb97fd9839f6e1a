"""One request: signed, to the checked address, bounded, following nothing."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from fourfold.webhooks import sender as sender_module
from fourfold.webhooks.sender import Sender
from fourfold.webhooks.signing import new_secret, signed_headers
from tests.unit.webhooks.hostile import PUBLIC
from tests.unit.webhooks.receiver import Answer, Receiver, make_certificate, receiver, unused_port

BODY = '{"type":"persona.created","timestamp":"2026-11-23T09:00:00.000Z","data":{"name":"Zoë"}}'.encode()
HOST = "hooks.example.com"


def now() -> datetime:
    return datetime.now(UTC)


LOCAL = Sender(clock=now, allow_loopback=True)


def test_the_receivers_own_library_verifies_what_arrives() -> None:
    secret, other = new_secret(), new_secret()
    with receiver() as there:
        outcome = LOCAL.send(there.url, signed_headers("evt_1", now(), BODY, [secret]), BODY, 5)
    assert (outcome.result, outcome.status_code) == ("delivered", 204)
    (request,) = there.requests
    assert Webhook(secret).verify(request.body, request.headers) == json.loads(BODY)
    assert request.headers["webhook-id"] == "evt_1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{there.port}"
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body + b" ", request.headers)


def test_during_a_rotation_both_secrets_verify() -> None:
    newest, before = new_secret(), new_secret()
    headers = signed_headers("evt_1", now(), BODY, [newest, before])
    for secret in (newest, before):
        assert Webhook(secret).verify(BODY, headers)
    assert len(headers["webhook-signature"].split(" ")) == 2


def test_an_old_attempt_cannot_be_passed_on() -> None:
    secret = new_secret()
    headers = signed_headers("evt_1", now() - timedelta(minutes=6), BODY, [secret])
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, headers)


@pytest.mark.parametrize(
    ("status", "result"),
    [(200, "delivered"), (202, "delivered"), (299, "delivered"), (300, "redirected"), (308, "redirected")]
    + [(status, "http_error") for status in (400, 404, 410, 429, 500, 503)],
)
def test_only_2xx_is_success(status: int, result: str) -> None:
    with receiver(Answer(status)) as there:
        outcome = LOCAL.send(there.url, {}, BODY, 5)
    assert (outcome.result, outcome.status_code) == (result, status)


def test_a_redirect_is_not_followed() -> None:
    with receiver() as inside, receiver(Answer(302, {"Location": inside.url})) as there:
        assert LOCAL.send(there.url, {}, BODY, 5).result == "redirected"
        assert not inside.requests


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), (" 7 ", 7.0), ("0", 0.0), ("soon", None), ("-5", None), ("1e3", None), ("9" * 30, None)],
)
def test_retry_after_in_seconds(header: str, seconds: float | None) -> None:
    with receiver(Answer(503, {"Retry-After": header})) as there:
        assert LOCAL.send(there.url, {}, BODY, 5).retry_after_s == seconds


def test_retry_after_as_a_date() -> None:
    with receiver(Answer(429, {"Retry-After": "Mon, 23 Nov 2026 09:10:00 GMT"})) as there:
        dated = Sender(clock=lambda: datetime(2026, 11, 23, 9, tzinfo=UTC), allow_loopback=True)
        assert dated.send(there.url, {}, BODY, 5).retry_after_s == 600
        late = Sender(clock=lambda: datetime(2026, 11, 24, tzinfo=UTC), allow_loopback=True)
        assert late.send(there.url, {}, BODY, 5).retry_after_s == 0


def test_a_receiver_that_says_nothing_is_left_in_time() -> None:
    with receiver(Answer(wait_s=12)) as there:
        began = time.monotonic()
        outcome = LOCAL.send(there.url, {}, BODY, 0.3)
    assert outcome.result == "timed_out"
    assert outcome.status_code is None
    assert 250 <= outcome.latency_ms < 5_000
    assert time.monotonic() - began < 8


def test_a_receiver_that_drips_is_left_in_time() -> None:
    with receiver(Answer(drip_s=0.05)) as there:
        outcome = LOCAL.send(there.url, {}, BODY, 0.4)
    assert outcome.result == "timed_out"
    assert outcome.latency_ms < 900


def test_a_body_that_never_ends_is_not_waited_for() -> None:
    with receiver(Answer(200, body=b"x" * 100_000, announced=10**9)) as there:
        outcome = LOCAL.send(there.url, {}, BODY, 2)
    assert outcome.result == "delivered"
    assert outcome.latency_ms < 1500


def test_nobody_there() -> None:
    outcome = LOCAL.send(f"http://127.0.0.1:{unused_port()}/", {}, BODY, 2)
    assert (outcome.result, outcome.status_code) == ("connection_failed", None)


class Network:
    """Stands for DNS and internet: one name, whose address leads to a receiver of the test."""

    def __init__(self, there: Receiver, *answers: list[str]) -> None:
        self.there = there
        self.answers = list(answers)
        self.asked: list[str] = []
        self.connected: list[str] = []

    def resolve(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0)

    def open_socket(self, address: str, port: int, timeout_s: float) -> socket.socket:
        assert port == 443
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.there.port), timeout_s)

    def sender(self) -> Sender:
        return Sender(clock=now, resolve=self.resolve, open_socket=self.open_socket)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "server.pem", HOST)


@pytest.fixture
def secure(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver for https://hooks.example.com, whose certificate is trusted here."""
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(sender_module, "tls_context", lambda: trusting)
    with receiver(certificate=certificate) as there:
        yield there


def test_the_connection_goes_to_the_checked_address_under_the_hosts_name(secure: Receiver) -> None:
    network = Network(secure, [PUBLIC])
    outcome = network.sender().send(f"https://{HOST}/hooks?a=1", {}, BODY, 5)
    assert outcome.result == "delivered"
    assert (network.asked, network.connected) == ([HOST], [PUBLIC])
    assert secure.server_names == [HOST]
    (request,) = secure.requests
    assert (request.path, request.headers["host"]) == ("/hooks?a=1", HOST)


def test_a_name_that_changes_its_answer_gains_nothing(secure: Receiver) -> None:
    """Rebinding: public when asked, somebody's inside when connected to, or at the next attempt."""
    network = Network(secure, [PUBLIC], ["169.254.169.254"], [PUBLIC, "10.0.0.1"])
    results = [network.sender().send(f"https://{HOST}/", {}, BODY, 5).result for _ in range(3)]
    assert results == ["delivered", "refused", "refused"]
    assert network.connected == [PUBLIC]


def test_the_next_address_is_tried_when_one_takes_no_connection(secure: Receiver) -> None:
    network = Network(secure, ["1.1.1.1", PUBLIC])
    usual = network.open_socket

    def first_is_dead(address: str, port: int, timeout_s: float) -> socket.socket:
        if address == "1.1.1.1":
            raise ConnectionRefusedError
        return usual(address, port, timeout_s)

    sender = Sender(clock=now, resolve=network.resolve, open_socket=first_is_dead)
    assert sender.send(f"https://{HOST}/", {}, BODY, 5).result == "delivered"


def test_a_certificate_of_another_name_is_refused(secure: Receiver) -> None:
    outcome = Network(secure, [PUBLIC]).sender().send("https://other.example.com/", {}, BODY, 5)
    assert outcome.result == "tls_failed"
    assert not secure.requests


def test_a_certificate_nobody_trusts_is_refused(certificate: Path) -> None:
    with receiver(certificate=certificate) as there:
        assert Network(there, [PUBLIC]).sender().send(f"https://{HOST}/", {}, BODY, 5).result == "tls_failed"
        assert not there.requests


def test_a_tls_handshake_that_hangs_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = Receiver(silent.getsockname()[1])
        outcome = Network(there, [PUBLIC]).sender().send(f"https://{HOST}/", {}, BODY, 0.3)
    assert outcome.result == "timed_out"


def test_a_name_without_an_address() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    outcome = Sender(clock=now, resolve=resolve).send(f"https://{HOST}/", {}, BODY, 5)
    assert (outcome.result, outcome.status_code) == ("unresolved", None)


def test_loopback_is_refused_where_no_developer_opened_the_door() -> None:
    with receiver() as there:
        assert Sender(clock=now).send(there.url, {}, BODY, 5).result == "refused"
        assert not there.requests
