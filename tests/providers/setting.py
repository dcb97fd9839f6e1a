"""Points the adapters at a loopback server: the environment a developer would set, with the server in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fourfold.models import adapter
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
    """While this lasts, every adapter calls `server`. Clients are made anew, for they keep their address."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(server).items():
            patch.setenv(name, value)
        adapter.cache_clear()
        yield
        close_clients()
    adapter.cache_clear()


def close_clients() -> None:
    """Closes the SDKs' clients, which otherwise live as long as their process."""
    for client in gc.get_objects():
        if type(client).__name__ in {"OpenAI", "Anthropic"} and hasattr(client, "close"):
            client.close()
