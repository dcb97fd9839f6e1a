"""What the client of the commands asks the API for."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from fourfold.cli import client as client_module
from fourfold.cli.client import Client
from fourfold.cli.connection import Connection
from fourfold.client import Fourfold

ITEMS = [{"id": f"run_{number}"} for number in range(250)]


@pytest.mark.parametrize(("count", "read"), [(1, 1), (20, 20), (100, 100), (150, 200), (999, 250)])
def test_the_first_items_of_a_list_are_read_without_whole_pages_for_a_few(
    monkeypatch: pytest.MonkeyPatch, count: int, read: int
) -> None:
    sent = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal sent
        start, limit = (int(request.url.params.get(name, 0)) for name in ("cursor", "limit"))
        end = start + limit
        page = ITEMS[start:end]
        sent += len(page)
        more = end < len(ITEMS)
        return httpx.Response(200, json={"data": page, "has_more": more, "next_cursor": str(end) if more else None})

    served = partial(Fourfold, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(client_module, "Fourfold", served)
    with Client(Connection("http://api.example.com", "ff_test_key")) as client:
        assert client.first("/v1/runs", count, status="completed") == ITEMS[:count]
    assert sent == read
