"""A webhook receiver on loopback: verifies what arrives by the receivers' own library, and answers 204 or 401."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

_MOST_BYTES = 1_000_000
_POLL_S = 0.2


@dataclass(frozen=True)
class ReceivedWebhook:
    """A request that arrived; `fault` says why it is not to be trusted, and then nothing else is told of it."""

    at: datetime
    id: str = ""
    type: str = ""
    data: str = ""
    fault: str | None = None


@dataclass
class Receiver:
    """What serves; `arrivals` must be read for requests to be answered."""

    url: str
    _requests: queue.Queue[_Request] = field(default_factory=queue.Queue)

    def received_webhooks(self, secret: str) -> Iterator[ReceivedWebhook]:
        """Each request as it comes, for ever, verified by `secret` and answered."""
        verifier = Webhook(secret)
        while True:
            try:
                request = self._requests.get(timeout=_POLL_S)  # not for ever: Ctrl-C must get through
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
        self.status = status
        self.done.set()


@contextmanager
def run_receiver(port: int) -> Iterator[Receiver]:
    """Listens on 127.0.0.1 (`port` 0: any free one) until the context ends. Raises OSError if the port is taken."""
    receiver: Receiver

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("content-length", "0")
            size = min(int(length), _MOST_BYTES) if length.isdecimal() else 0
            request = _Request({name.lower(): value for name, value in self.headers.items()}, self.rfile.read(size))
            receiver._requests.put(request)  # noqa: SLF001 - its own server
            request.done.wait(10)
            self.send_response(request.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's
            """Arrivals are printed, requests are not."""

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


def _verified(verifier: Webhook, request: _Request) -> ReceivedWebhook:
    now = datetime.now().astimezone()
    try:
        body = verifier.verify(request.body, request.headers)
        data = json.dumps(body["data"], ensure_ascii=False)
        return ReceivedWebhook(now, request.headers["webhook-id"], str(body["type"]), data)
    except (WebhookVerificationError, ValueError, KeyError, TypeError) as fault:
        return ReceivedWebhook(now, fault=f"not from this endpoint: {fault}")
