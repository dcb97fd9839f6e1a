"""What a compatible server says of itself is asked for within bounds, and asked again while it does not answer."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from fourfold.models import compatible, compatible_server
from fourfold.models.compatible import CompatibleWire
from fourfold.models.compatible_server import ServerFacts, server_facts

URL = "http://127.0.0.1:8080/v1"
PROPS = {"default_generation_settings": {"n_ctx": 8192}, "total_slots": 2}


class Server:
    """Answers `/props`; `asked` counts requests. While `down`, it cannot be reached."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0

    def fetch(self, _method: str, url: str, _body: Mapping[str, Any] | None, _seconds: float) -> Any:
        self.asked += 1
        if self.down:
            raise httpx.ConnectError("refused")
        if url.endswith("/props"):
            return PROPS
        raise ValueError(url)


def test_a_server_that_keeps_a_question_open_is_left_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compatible_server, "_PROBE_S", 0.05)
    never = threading.Event()
    assert server_facts(URL, "m", lambda *_question: never.wait()) == ServerFacts(answered=False)
    never.set()


def test_a_server_that_was_down_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_COMPATIBLE_BASE_URL", URL)
    server, wire = Server(), CompatibleWire("m")
    monkeypatch.setattr(wire, "_fetch", server.fetch)
    server.down = True
    assert wire.facts() == ServerFacts(answered=False)
    server.down = False
    assert wire.facts().context is None, "not with every call"
    monkeypatch.setattr(compatible, "ASK_AGAIN_S", 0.0)
    wire._ask_again_at = 0.0  # noqa: SLF001 - its time has come
    assert (wire.facts().context, wire.facts().slots) == (8192, 2)
    asked = server.asked
    wire.facts()
    assert server.asked == asked
