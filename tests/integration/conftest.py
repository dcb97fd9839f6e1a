"""One engine with the deployed template for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.local_server import BY_THEMSELVES, LocalServer


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """The real template on the engine, with IAM enforced, and the API in front of it."""
    server = LocalServer(tmp_path_factory.mktemp("local"))
    server.borrow_made_before()
    server.start()
    server.without_jobs()
    try:
        yield server
    finally:
        assert server.stop() == 0, server.said()


@pytest.fixture
def client(stack: LocalServer) -> Iterator[httpx.Client]:
    """A client of the API with the key that the start seeded."""
    headers = {"Authorization": f"Bearer {stack.api_key}"}
    with httpx.Client(base_url=stack.server.api_url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def background_jobs(stack: LocalServer) -> Iterator[None]:
    """New personas of the development workspace are heard and tested by themselves, as they are by default."""
    stack.commit(dict.fromkeys(BY_THEMSELVES, True))
    yield
    stack.commit(dict.fromkeys(BY_THEMSELVES, False))
