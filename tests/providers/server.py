"""A loopback server that speaks five providers' APIs, and misbehaves on the wire when told to."""

from __future__ import annotations

import json
import random
import select
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.providers.behaviours import Behaviour, Delivery, Reply, answer
from tests.providers.latency import delay_s
from tests.providers.wires import Provider, Received, provider_at


class ProviderServer:
    """Serves while its `with` block runs; leaving the block ends every call at once, hanging ones too.

    A call meets the next behaviour of the queue `play` filled, or `default` when the queue is empty. With a `scale`,
    an answer takes the model's realistic seconds times `scale`; they depend on `seed` and the call's number alone.
    An exception inside a behaviour is raised again at the end of the block.
    """

    def __init__(
        self,
        default: Behaviour | None = None,
        *,
        scale: float | None = None,
        seed: int = 0,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """`facts` are JSON replies by path (`/props`), to what a server is asked about itself; 404 without one."""
        self.requests: list[Received] = []
        self.asked_about: list[str] = []
        self._default = default or answer()
        self._queue: deque[Behaviour] = deque()
        self._scale = scale
        self._seed = seed
        self._lock = threading.Lock()
        self._listener = _Listener(self._meet)
        self._listener.facts = facts
        self._listener.asked_about = self.asked_about
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), name="provider-server")

    @property
    def url(self) -> str:
        """The root, with no slash at its end: the base URL of the Anthropic, Google and Bedrock SDKs."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def base_url(self, provider: Provider) -> str:
        """What the provider's SDK wants as its base URL: OpenAI's takes the version along."""
        return f"{self.url}/v1" if provider in {Provider.OPENAI, Provider.COMPATIBLE} else self.url

    def play(self, *behaviours: Behaviour) -> None:
        """Queue what the next calls meet, one behaviour each."""
        with self._lock:
            self._queue.extend(behaviours)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_listening()
        if error is None and self._listener.crashes:
            raise self._listener.crashes[0]

    def stop_listening(self) -> None:
        """From now on connections are refused."""
        self._listener.end()
        self._thread.join()

    def was_left(self, within_s: float) -> bool:
        """Whether the client of a stream that hangs closed its connection, waiting for that for `within_s` seconds."""
        return self._listener.left.wait(within_s)

    def _meet(self, call: Received) -> tuple[Reply, float]:
        with self._lock:
            self.requests.append(call)
            number = len(self.requests)
            behaviour = self._queue.popleft() if self._queue else self._default
        began = time.monotonic()
        reply = behaviour.reply(call)
        if self._scale is None or reply.output_tokens is None:
            return reply, 0.0
        rng = random.Random(f"{self._seed}:{number}")  # noqa: S311 - a simulation
        due = began + delay_s(call.model, reply.output_tokens, rng) * self._scale
        return reply, max(0.0, due - time.monotonic())


class _Listener(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for every connection's thread
    request_queue_size = 128

    def __init__(self, meet: Any) -> None:
        self.meet = meet
        self.closing = threading.Event()
        self.left = threading.Event()
        self.crashes: list[BaseException] = []
        self.facts: Mapping[str, Any] | None = None
        self.asked_about: list[str] = []
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Connection)

    def end(self) -> None:
        self.closing.set()
        self.shutdown()
        for connection in tuple(self._open):  # wakes threads that read from an idle connection
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        # The inherited one says goodbye first (FIN), and a reset must not.
        self._open.discard(request)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - inherited
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.crashes.append(error)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_GET(self) -> None:
        self._tell_facts()

    def _tell_facts(self) -> None:
        self.server.asked_about.append(self.path)
        found = (self.server.facts or {}).get(self.path)
        status = 404 if found is None else 200
        self._deliver(Reply(json.dumps(found or {"error": "not found"}).encode(), status))

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", -1))
        received = self.rfile.read(max(length, 0))
        if len(received) != length:  # also in the middle of the headers, whose last ones are then missing
            raise ConnectionAbortedError("the client was killed in the middle of its request")
        if self.path.startswith("/api/"):
            self._tell_facts()
            return
        provider = provider_at(self.path)
        if provider is None:
            # Not 404: a wrong path must not look like an unknown model.
            self.send_error(HTTPStatus.NOT_IMPLEMENTED, f"no provider's API is at {self.path}")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply, delay = self.server.meet(Received(provider, self.path, headers, json.loads(received)))
        self.server.closing.wait(delay)
        self._deliver(reply)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited
        """Silent: the tests read `requests`."""

    def _deliver(self, reply: Reply) -> None:
        match reply.delivery:
            case Delivery.WHOLE:
                self.wfile.write(_head(reply) + reply.body)
                return
            case Delivery.NEVER:
                self.server.closing.wait()
            case Delivery.HANGS_HALFWAY:
                self.wfile.write(_head(reply) + reply.body[: len(reply.body) // 2])
                self.server.closing.wait()
            case Delivery.HANGS_AT_THE_END:
                self.wfile.write(_head(reply, chunked=True) + b"%x\r\n%b\r\n" % (len(reply.body), reply.body))
                self._wait_until_left()
            case Delivery.DRIPS:
                self.wfile.write(_head(reply))
                for byte in reply.body:
                    if self.server.closing.wait(reply.every_s):
                        break
                    self.wfile.write(bytes([byte]))
            case Delivery.RESETS:
                # Lingering for no seconds makes the close a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _wait_until_left(self) -> None:
        while not self.server.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.05)
            if readable and not self.connection.recv(1):
                self.server.left.set()
                return


def _head(reply: Reply, *, chunked: bool = False) -> bytes:
    extent = {"transfer-encoding": "chunked"} if chunked else {"content-length": str(len(reply.body))}
    headers = {"content-type": "application/json", **extent, **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} -", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
