"""A developer's one server: whatever the product asks a model, it asks there, in the background too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_server import LocalServer, eventually
from tests.integration.provider_parts import home_of
from tests.providers.server import ProviderServer
from tests.providers.wires import Provider

pytestmark = pytest.mark.deep(part="models")

BRIEF = "A shy founder, 34, in Istanbul"
# Both jobs make some two hundred calls through HTTP.
JOBS_SECONDS = 90
# Fifty scenarios, and 33 tests of which each asks for a reply and a judgement at least, most for more.
MOST_OF_BOTH = 150


@pytest.fixture(scope="module")
def configured(
    stack: LocalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LocalServer, ProviderServer, Provider]]:
    """A fresh home with one server, its background jobs on, as they are by default."""
    with home_of(Provider.COMPATIBLE, tmp_path_factory.mktemp("configured"), stack) as made:
        yield made.home, made.server, made.provider


@pytest.fixture(scope="module")
def persona(configured: tuple[LocalServer, ProviderServer, Provider]) -> dict[str, Any]:
    """A persona with both jobs done."""
    home, _, _ = configured
    reply = home.call("POST", "/v1/personas", body={"intent": BRIEF})
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    for job in ("fingerprint", "test-suite"):
        eventually(lambda path=job: _job(home, made, path)["status"] == "ready", JOBS_SECONDS)
    return made


def _job(home: LocalServer, persona: Mapping[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = home.call("GET", f"/v1/personas/{persona['id']}/{path}").json()
    return found


def test_the_jobs_of_a_persona_ask_the_configured_model_and_no_other(
    configured: tuple[LocalServer, ProviderServer, Provider], persona: dict[str, Any]
) -> None:
    home, server, provider = configured
    asked = len(server.requests)
    fingerprint, suite = (_job(home, persona, path) for path in ("fingerprint", "test-suite"))
    assert {request.provider for request in server.requests} == {provider}
    runs = [home.call("GET", f"/v1/runs/{job['run_id']}").json() for job in (fingerprint, suite)]
    of_persona = home.call("GET", f"/v1/runs/{persona['run_id']}").json()
    by_steps = sum(len(step["calls"]) for step in of_persona["attempts"][0]["steps"])
    assert asked - by_steps >= MOST_OF_BOTH
    for document in (persona, of_persona, fingerprint, suite, *runs):
        assert "offline" not in str(document)
    assert "offline" not in home.said()


def test_a_chat_asks_the_configured_model(
    configured: tuple[LocalServer, ProviderServer, Provider], persona: dict[str, Any]
) -> None:
    home, server, provider = configured
    for stream in (False, True):
        before = len(server.requests)
        body = {"message": "Good morning. Did the tide come in?", "stream": stream}
        reply = home.call("POST", f"/v1/personas/{persona['id']}/chat", body=body)
        assert reply.status_code == 200, reply.text
        assert "The tide came in" in reply.text
        assert [request.provider for request in server.requests[before:]] == [provider]


def test_the_settings_name_the_same_model(
    configured: tuple[LocalServer, ProviderServer, Provider], persona: dict[str, Any]
) -> None:
    home, server, provider = configured
    values = home.call("GET", "/v1/config?prefix=engine.").json()["data"]
    named = {entry["value"] for entry in values if entry["key"].endswith(".model")}
    called = {f"{provider.value}:{request.model}" for request in server.requests}
    assert called <= named
    assert not any(name.startswith("offline") for name in named)
    assert persona["providers"] == sorted(set(persona["providers"]) & called)


def test_files_of_a_home_are_its_owners_alone(configured: tuple[LocalServer, ProviderServer, Provider]) -> None:
    home, _, _ = configured
    others = [path for path in (home.home.root, *home.home.root.rglob("*")) if path != home.output and _is_open(path)]
    assert others == []


def _is_open(path: Path) -> bool:
    """Whether group or others may do anything with it."""
    try:
        return not path.is_symlink() and bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:  # a worker's scratch file
        return False
