"""Connections that send no complete request, and requests that a stopping server ends."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import suppress
from typing import Any

import httpx
import pytest

from fourfold.http import body as request_body
from fourfold.http.edge import Edge
from functions.api import http_protocol
from tests.contract.api.conftest import FULL_KEY, KEY, Live

HALF = b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: "


def connected(live: Live) -> socket.socket:
    address = httpx.URL(live.url)
    opened = socket.create_connection((address.host, address.port or 80), timeout=20)
    opened.settimeout(20)
    return opened


@pytest.mark.parametrize("sent", [b"", b"G", HALF], ids=["nothing", "one byte", "half of the headers"])
def test_a_connection_without_complete_headers_is_closed(
    live: Live, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", 0.3)
    with connected(live) as opened:
        opened.sendall(sent)
        assert opened.recv(100) == b""


def test_the_second_request_of_a_connection_is_limited_too(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", 0.3)
    with connected(live) as opened:
        opened.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in opened.recv(4096)
        opened.sendall(HALF)
        while opened.recv(4096):
            pass


def test_a_slow_request_with_complete_headers_is_served(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", 0.2)
    body = b'{"intent": "A baker"}'
    head = f"POST /v1/personas HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    with connected(live) as opened:
        opened.sendall(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode())
        time.sleep(0.6)
        opened.sendall(body)
        assert b"201 Created" in opened.recv(4096)


@pytest.mark.parametrize("path", ["/v1/personas", "/v1/personas/import", "/v1/openai/chat/completions", "/mcp"])
def test_a_body_that_is_sent_byte_by_byte_is_refused_in_time(
    live: Live, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(request_body, "BODY_SECONDS", 0.4)
    monkeypatch.setattr(request_body, "FILE_SECONDS", 0.4)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {FULL_KEY}\r\nContent-Type: application/json\r\n"
    with connected(live) as opened:
        opened.sendall(f"{head}Content-Length: 60000\r\n\r\n".encode())
        opened.settimeout(0.02)
        reply, until = b"", time.monotonic() + 20
        with suppress(ConnectionError):
            while time.monotonic() < until:
                opened.sendall(b" ")
                with suppress(TimeoutError):
                    received = opened.recv(4096)
                    reply += received
                    if not received:
                        break
    assert reply.startswith(b"HTTP/1.1 408")
    assert b"request_timeout" in reply
    assert time.monotonic() < until, "the connection stays open"


def test_half_sent_headers_of_many_keep_nobody_waiting(live: Live) -> None:
    held = [connected(live) for _ in range(200)]
    try:
        for opened in held:
            opened.sendall(HALF)
        with live.client() as client:
            assert client.get("/v1/health").status_code == 200
    finally:
        for opened in held:
            opened.close()


def test_a_request_that_a_stopping_server_ends_gets_a_problem() -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(60)

    async def stopped() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        task = asyncio.create_task(Edge(never)(scope, never, send))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        task.cancel()
        await task
        return sent

    start, body = asyncio.run(stopped())
    assert start["status"] == 503
    assert json.loads(body["body"])["code"] == "service_unavailable"
