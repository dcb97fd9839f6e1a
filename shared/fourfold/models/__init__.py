"""Language models: one module for each provider, found by the name `provider:model`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Final, cast

from fourfold.catalogue import full_name
from fourfold.language_model import LanguageModel, provider_and_model

_FACTORIES: Final[dict[str, str]] = {
    "anthropic": "anthropic_model",
    "openai": "openai_model",
    "google": "google_model",
    "bedrock": "bedrock_model",
    "compatible": "compatible_model",
    "offline": "offline_model",
}

_SDKS: Final[dict[str, tuple[str, ...]]] = {
    "anthropic": ("anthropic",),
    "openai": ("openai",),
    "google": ("google.genai",),
    "bedrock": ("boto3",),
    "compatible": ("openai",),
}


def libraries_of(providers: Iterable[str]) -> tuple[str, ...]:
    """The modules a call to these providers imports beside ours, the slow ones: for whoever can import them early."""
    called = [provider_and_model(name)[0] for name in providers]
    sdks = [module for provider in called for module in _SDKS.get(provider, ())]
    return tuple(dict.fromkeys((*sdks, "genai_prices"))) if sdks else ()


@cache
def resolve(name: str) -> LanguageModel:
    """The model called `name`: `provider:model`, or a bare name the catalogue knows.

    Only its own provider is imported, and its SDK's client is made at the first call and kept for the next ones.

    Raises:
        ValueError: no such provider or model; the text says what would do.
    """
    provider, model = provider_and_model(full_name(name))
    module = import_module(f"fourfold.models.{provider}")
    factory = cast("Callable[[str], LanguageModel]", getattr(module, _FACTORIES[provider]))
    return factory(model)
