"""Personas are found by filters, page by page at a bounded cost; what is no filter is refused on every route."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.client import Fourfold
from fourfold.persona import PersonaStatus
from fourfold.storage.client import dynamodb
from fourfold.storage.personas import search
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api, Live
from tests.contract.api.served import all_operations
from tests.contract.api.stored_personas import Shelf
from tests.contract.api.things import THINGS, things_in, with_ids
from tests.dynamo_meter import DynamoMeter

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def listed(api: Api, **query: Any) -> list[str]:
    return [each for page in pages(api, **query) for each in page]


def pages(api: Api, **query: Any) -> list[list[str]]:
    found, cursor = [], None
    while True:
        params = {"limit": 3, **query, **({"cursor": cursor} if cursor else {})}
        reply = api.call("GET", "/v1/personas", FULL_KEY, params=params)
        assert reply.status_code == 200, reply.text
        found.append([each["id"] for each in reply.json()["data"]])
        cursor = reply.json()["next_cursor"]
        assert (cursor is not None) == reply.json()["has_more"]
        if cursor is None:
            return found


def test_filters_select_and_pages_meet(api: Api) -> None:
    shelf = Shelf(api)

    def at(days: float) -> datetime:
        return NOW - timedelta(days=days)

    ada = shelf.put("Ada Šimić-Lovelace", at(0), language="en-GB", slug="countess", metadata={"ticket": "A-17"})
    jose = shelf.put("José Ángel", at(1), language="es", metadata={"ticket": "A-17", "team": "night shift"})
    deniz = shelf.put("Deniz Aksoy", at(40), language="tr", status=PersonaStatus.FLAGGED)
    adam = shelf.put("Adam Osei", at(70), language="en", status=PersonaStatus.ARCHIVED)
    old = shelf.put("Noor", at(400), language="enm", slug="two-words-here", metadata={"ticket": "B"})
    everything = [ada, jose, deniz, adam, old]
    assert listed(api) == everything
    assert listed(api, sort="created_at") == everything[::-1]
    for query, wanted in (
        ({"status": "flagged"}, [deniz]),
        ({"archived": "true"}, [adam]),
        ({"archived": "false"}, [ada, jose, deniz, old]),
        ({"language": "en"}, [ada, adam]),
        ({"language": "EN-gb"}, [ada]),
        ({"language": "enm"}, [old]),
        ({"slug": "countess"}, [ada]),
        ({"slug": "nobody"}, []),
        ({"slug": "countess", "language": "tr"}, []),
        ({"q": "ad"}, [ada, adam]),
        ({"q": "LOVE sim"}, [ada]),
        ({"q": "angel jose"}, [jose]),
        ({"q": "velace"}, []),
        ({"q": "words"}, [old]),
        ({"q": "here"}, [old]),
        ({"q": "%"}, everything),
        ({"metadata.ticket": "A-17"}, [ada, jose]),
        ({"metadata.ticket": "A-17", "metadata.team": "night shift"}, [jose]),
        ({"metadata.ticket": "a-17"}, []),
        ({"created_after": at(40).isoformat()}, [ada, jose]),
        ({"created_before": at(40).isoformat()}, [adam, old]),
        ({"created_after": at(71).isoformat(), "created_before": at(0.5).isoformat()}, [jose, deniz, adam]),
        ({"created_after": "9999-12-31T23:59:59Z"}, []),
        ({"created_before": "1969-01-01T00:00:00Z"}, []),
    ):
        assert listed(api, **query) == wanted, query
        assert listed(api, **query, sort="created_at", limit=2) == wanted[::-1], query
    assert api.call("GET", "/v1/personas", OTHER_FULL_KEY, params={"q": "ada"}).json()["data"] == []


def test_a_page_costs_no_more_whatever_matches(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(api)
    for number in range(60):
        shelf.put(f"Person {number}", NOW - timedelta(days=number), language="tr" if number % 30 else "en")
    monkeypatch.setattr(search, "MOST_CONSIDERED", 20)
    assert [len(page) for page in pages(api, language="en")] == [1, 1, 0]
    assert [len(page) for page in pages(api, language="de")] == [0, 0, 0]
    meter = DynamoMeter(dynamodb(), api.tables)
    try:
        with meter.during() as usage:
            api.call("GET", "/v1/personas", FULL_KEY, params={"language": "de"})
    finally:
        meter.close()
    assert sum(usage.requests.values()) <= 7
    assert usage.read_units <= 16


BAD = (
    {"status": "done"},
    {"language": "english!"},
    {"archived": "maybe"},
    {"q": ""},
    {"q": "x" * 101},
    {"created_after": "yesterday"},
    {"created_before": "0.5"},
    {"created_after": "1795000000"},
    {"created_after": "2026-11-23T09:00:00"},
    {"sort": "name"},
    {"metadata.": "x"},
    {"metadata.a b": "x"},
    {"metadata.ticket": ""},
    {"metadata.ticket": "x" * 501},
    {"metadata": "x"},
    {"nmae": "x"},
)


def test_a_wrong_filter_is_named(api: Api) -> None:
    for query in BAD:
        refused = api.call("GET", "/v1/personas", FULL_KEY, params=query)
        assert refused.status_code == 422, query
        assert refused.json()["errors"][0]["pointer"] == next(iter(query))
    twice = api.call("GET", "/v1/personas", FULL_KEY, params=[("metadata.a", "1"), ("metadata.a", "2")])
    assert twice.json()["errors"][0]["detail"] == "Give each name once."


def test_no_route_takes_a_parameter_that_it_does_not_have(api: Api) -> None:
    """Read off the app: a route that is added is held to it. Only the list of personas has `metadata.<name>`."""
    for operation in all_operations():
        if operation.scope is None:
            continue
        path = with_ids(operation.path, {name: THINGS[name][1] for name in things_in(operation.path)})
        query = {"no_such_parameter": "1", "metadata.ticket": "1"}
        refused = api.call(operation.method, path, FULL_KEY, params=query)
        assert refused.status_code == (400 if operation.path.startswith("/v1/openai/") else 422), operation.path
        named = {name for name in query if name in refused.text}
        only = {"no_such_parameter"} if (operation.method, operation.path) == ("GET", "/v1/personas") else set(query)
        assert named == only or operation.path.startswith("/v1/openai/"), operation.path
    assert api.nothing_happened()


def test_commands_and_client_find_the_same(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    shelf = Shelf(live.api)
    ada = shelf.put("Ada", NOW, language="en", metadata={"ticket": "A-17"})
    adam = shelf.put("Adam", NOW - timedelta(days=1), language="de")
    shelf.put("Noor", NOW - timedelta(days=2), language="en")

    def run(*words: str) -> list[str]:
        done = CliRunner().invoke(command_line, ["list", *words, "--json"])
        assert done.exit_code == 0, done.output
        return [each["id"] for each in json.loads(done.stdout)]

    assert run("ad") == [ada, adam]
    assert run("ad", "--oldest-first") == [adam, ada]
    assert run("--language", "en", "-m", "ticket=A-17", "--no-archived") == [ada]
    assert run("--created-before", "2026-11-23", "--limit", "1") == [adam]
    with Fourfold(api_key=FULL_KEY, base_url=live.url) as client:
        assert [each.id for each in client.personas(page_size=1, q="ad", archived=False)] == [ada, adam]
        assert [each.id for each in client.personas(metadata={"ticket": "A-17"})] == [ada]
