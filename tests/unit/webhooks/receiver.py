"""A webhook receiver on loopback whose answers a test chooses; with a certificate of its own, if asked."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Answer:
    """What the receiver answers, after `wait_s`."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait_s: float = 0.0
    drip_s: float = 0.0
    """Seconds between the bytes of the reply's header, if any."""
    announced: int | None = None
    """Content-Length, if it is not the body's."""


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Receiver:
    port: int
    answers: list[Answer] = field(default_factory=list)
    """The next answers, the last one for good."""
    requests: list[Received] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    """What clients asked for in TLS."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else (self.answers or [Answer()])[0]


@contextmanager
def receiver(*answers: Answer, certificate: Path | None = None, port: int = 0) -> Iterator[Receiver]:
    """Serves until the context ends, on any free port unless one is asked for."""
    state: Receiver

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.requests.append(
                Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body, time.time())
            )
            answer = state.next_answer()
            time.sleep(answer.wait_s)
            length = len(answer.body) if answer.announced is None else answer.announced
            head = [f"HTTP/1.1 {answer.status} X", f"Content-Length: {length}"]
            head += [f"{name}: {value}" for name, value in answer.headers.items()]
            reply = "\r\n".join([*head, "", ""]).encode()
            try:
                if answer.drip_s:
                    for byte in reply:
                        self.wfile.write(bytes([byte]))
                        time.sleep(answer.drip_s)
                else:
                    self.wfile.write(reply + answer.body)
            except OSError:
                pass  # the sender has had enough
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender that refuses the certificate is no error of the test."""

    server = Server(("127.0.0.1", port), Handler)
    state = Receiver(server.server_address[1], list(answers))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: state.server_names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_certificate(path: Path, name: str) -> Path:
    """A self-signed certificate of `name` and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
