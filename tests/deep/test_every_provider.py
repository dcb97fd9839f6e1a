"""Each provider, configured as its users do: every part of the product asks it, and nothing is written offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.local_server import LocalServer
from tests.integration.provider_parts import home_of
from tests.providers.wires import Provider

pytestmark = [pytest.mark.deep(part="models"), pytest.mark.timeout(1800)]

# Fifty scenarios, and 33 tests of which each asks for a reply and a judgement at least, most for more.
LEAST_OF_JOBS = 116


@pytest.fixture(scope="module")
def homes() -> list[LocalServer]:
    """The homes so far: the first one's template serves the others."""
    return []


@pytest.mark.parametrize("provider", Provider)
def test_every_part_asks_the_configured_provider(provider: Provider, homes: list[LocalServer], tmp_path: Path) -> None:
    with home_of(provider, tmp_path / "home", homes[0] if homes else None) as configured:
        homes.append(configured.home)
        configured.run_all()
        assert {request.provider for request in configured.server.requests} == {provider}
        called = {f"{provider.value}:{request.model}" for request in configured.server.requests}
        values = configured.home.call("GET", "/v1/config?prefix=engine.").json()["data"]
        assert called <= {entry["value"] for entry in values if entry["key"].endswith(".model")}
        assert next(iter(called)).split(":")[0] in configured.home.said(), "the banner names the provider"
        for document in configured.documents:
            assert "offline" not in str(document)
        calls = configured.calls
        assert calls["create"] >= 6
        assert calls["fingerprint and suite"] >= LEAST_OF_JOBS
        assert (calls["chat"], calls["chat, streamed"], calls["drift"], calls["parse"]) == (1, 1, 0, 1)
        assert calls["naive, with its jobs"] >= LEAST_OF_JOBS
        assert calls["compare, with its jobs"] >= 2 * LEAST_OF_JOBS
