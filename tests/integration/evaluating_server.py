"""A local server for evaluations whose models are scripted: no jobs of its own, and one audit for each persona."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.local_server import BY_THEMSELVES, LocalServer
from tests.providers.server import ProviderServer
from tests.providers.setting import environment


@contextmanager
def evaluating_server(folder: Path, provider: ProviderServer) -> Iterator[LocalServer]:
    """Serves on the home `folder`, with the models of `provider`; it is killed at the end."""
    variables = environment(provider)
    keys = {name: variables[name] for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")}
    server = LocalServer(folder, keys)
    server.borrow_made_before()
    server.start()
    try:
        server.commit(dict.fromkeys(BY_THEMSELVES, False), scope="system")
        server.commit({"api.limits.requests_per_minute": 6000}, scope="system")
        server.commit({"engine.pipeline.audit.max_retries": 0})
        yield server
    finally:
        server.kill()
