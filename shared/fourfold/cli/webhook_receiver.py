"""A webhook receiver on loopback. It verifies signatures with `standardwebhooks`, and replies 204 or 401."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

_MOST_BYTES = 1_000_000
_POLL_S = 0.2
_FORWARD_S = 15
_SENT_ON = frozenset({"content-type", "webhook-id", "webhook-timestamp", "webhook-signature", "user-agent"})


@dataclass(frozen=True)
class ReceivedWebhook:
    """A received request. If `fault` is set the signature or body is invalid, and the other fields are empty.

    `headers` and `body` are those of the request, for sending it on.
    """

    at: datetime
    id: str = ""
    type: str = ""
    data: str = ""
    fault: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Receiver:
    """The running receiver. Requests are answered only while `received_webhooks` is iterated."""

    url: str
    _requests: queue.Queue[_Request] = field(default_factory=queue.Queue)

    def received_webhooks(self, secret: str) -> Iterator[ReceivedWebhook]:
        """Yields each request after verifying it with `secret` and replying; does not end."""
        verifier = Webhook(secret)
        while True:
            try:
                request = self._requests.get(timeout=_POLL_S)  # with a timeout, so that Ctrl-C works
            except queue.Empty:
                continue
            received = _verified(verifier, request)
            request.answer(204 if received.fault is None else 401)
            yield received


@dataclass
class _Request:
    headers: dict[str, str]
    body: bytes
    status: int = 503
    done: threading.Event = field(default_factory=threading.Event)

    def answer(self, status: int) -> None:
        """Sends the status and ends the request."""
        self.status = status
        self.done.set()


@contextmanager
def run_receiver(port: int) -> Iterator[Receiver]:
    """Listens on 127.0.0.1 until the context ends. `port` 0 chooses a free port.

    Raises:
        OSError: the port is in use.
    """
    receiver: Receiver

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("content-length", "0")
            size = min(int(length), _MOST_BYTES) if length.isdecimal() else 0
            request = _Request({name.lower(): value for name, value in self.headers.items()}, self.rfile.read(size))
            receiver._requests.put(request)  # noqa: SLF001 - same module
            request.done.wait(10)
            self.send_response(request.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's
            """Suppresses the access log; the command prints received webhooks."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def forwarded(received: ReceivedWebhook, url: str) -> str:
    """Sends a delivery on to another URL, and returns in words what it answered."""
    try:
        reply = httpx.post(url, content=received.body, headers=dict(received.headers), timeout=_FORWARD_S)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return f"{url}: no response ({type(error).__name__})"
    return f"{url}: {reply.status_code} {reply.reason_phrase}"


def _verified(verifier: Webhook, request: _Request) -> ReceivedWebhook:
    now = datetime.now().astimezone()
    try:
        body = verifier.verify(request.body, request.headers)
        data = json.dumps(body["data"], ensure_ascii=False)
        sent_on = {name: value for name, value in request.headers.items() if name in _SENT_ON}
        return ReceivedWebhook(
            now, request.headers["webhook-id"], str(body["type"]), data, headers=sent_on, body=request.body
        )
    except (WebhookVerificationError, ValueError, KeyError, TypeError) as fault:
        return ReceivedWebhook(now, fault=f"invalid webhook: {fault}")
