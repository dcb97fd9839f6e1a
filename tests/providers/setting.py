"""Points the adapters at a loopback server: the environment a developer would set, with the server in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fourfold.models import adapter, bedrock, compatible, compatible_embedding
from fourfold.models.embedding import provider_embedder
from fourfold.models.provider import KeyedClient
from tests.providers.server import ProviderServer
from tests.providers.wires import Provider

MODELS = {
    Provider.ANTHROPIC: "anthropic:claude-sonnet-4-6",
    Provider.OPENAI: "openai:gpt-6.1-terra",
    Provider.GOOGLE: "google:gemini-3.8-flash",
    Provider.BEDROCK: "bedrock:global.anthropic.claude-sonnet-4-6",
    Provider.COMPATIBLE: "compatible:llama3.1:8b",
}
KEY = "sk-test-of-nobody"


def environment(server: ProviderServer) -> dict[str, str]:
    """Keys and addresses for all five providers."""
    return {
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": server.base_url(Provider.ANTHROPIC),
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": server.base_url(Provider.OPENAI),
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GEMINI_BASE_URL": server.base_url(Provider.GOOGLE),
        "FOURFOLD_COMPATIBLE_BASE_URL": server.base_url(Provider.COMPATIBLE),
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.base_url(Provider.BEDROCK),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }


@contextmanager
def reached_by_all(server: ProviderServer) -> Iterator[None]:
    """Makes every adapter call `server`. Clients keep their address: new ones are made, and closed at the end.

    A client that is only dropped keeps its connections open until a garbage collection, which reports them as unclosed
    in whatever test runs then.
    """
    with pytest.MonkeyPatch.context() as patch, _closed_at_the_end(patch):
        for name, value in environment(server).items():
            patch.setenv(name, value)
        _forget_adapters()
        yield
    _forget_adapters()


def _forget_adapters() -> None:
    adapter.cache_clear()
    provider_embedder.cache_clear()


@contextmanager
def _closed_at_the_end(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Closes the SDKs' clients that the adapters use meanwhile."""
    used: dict[int, Any] = {}

    def kept(of: Callable[..., Any]) -> Callable[..., Any]:
        def client(*arguments: Any) -> Any:
            found = of(*arguments)
            return used.setdefault(id(found), found)

        return client

    patch.setattr(KeyedClient, "get", kept(KeyedClient.get))
    patch.setattr(bedrock, "bedrock_client", kept(bedrock.bedrock_client))
    compatible_client = kept(compatible.compatible_client)
    for module in (compatible, compatible_embedding):
        patch.setattr(module, "compatible_client", compatible_client)
    yield
    for client in used.values():
        client.close()
