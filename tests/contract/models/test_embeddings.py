"""Embedders over HTTP: one client is kept for all calls."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fourfold.models import compatible_embedding
from fourfold.models.compatible import compatible_client
from fourfold.models.credentials import COMPATIBLE_URL
from fourfold.models.embedding import provider_embedder, resolve_embedder


class _Server(ThreadingHTTPServer):
    """Answers each text with the vector (3, 4); `peers` are the clients' addresses, one a request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.peers: list[tuple[str, int]] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.peers.append(self.client_address)
        data = [{"object": "embedding", "index": at, "embedding": [3.0, 4.0]} for at in range(len(asked["input"]))]
        usage = {"prompt_tokens": 7, "total_tokens": 7}
        body = json.dumps({"object": "list", "model": asked["model"], "data": data, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    """A server of embeddings that the environment names; the clients made for it are closed at the end."""
    with _Server() as serving, ExitStack() as clients:
        monkeypatch.setenv(COMPATIBLE_URL, f"http://127.0.0.1:{serving.server_address[1]}/v1")
        monkeypatch.setattr(
            compatible_embedding, "compatible_client", lambda: clients.enter_context(compatible_client())
        )
        provider_embedder.cache_clear()
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield serving
        clients.close()
        provider_embedder.cache_clear()
        serving.shutdown()
        thread.join()


def test_a_compatible_server_is_called_over_one_connection(server: _Server) -> None:
    embedder = resolve_embedder("compatible:nomic-embed-text")
    for _ in range(3):
        made = embedder.embed(["The tide came in.", "It went out."])
        assert len(made.vectors) == 2
        assert all(vector == pytest.approx((0.6, 0.8)) for vector in made.vectors)
        assert made.tokens.input_tokens == 7
    assert len(server.peers) == 3
    assert len(set(server.peers)) == 1
