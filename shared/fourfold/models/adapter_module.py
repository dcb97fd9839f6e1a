"""Imports a provider's adapter, where this deployment includes the provider's SDK."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from fourfold.llm.port import ModelError, ModelFailure


def adapter_module(name: str) -> ModuleType:
    """The module `fourfold.models.<name>`, imported with the SDK it uses.

    Raises:
        ModelError: BAD_REQUEST, this deployment does not include the SDK.
    """
    try:
        return import_module(f"fourfold.models.{name}")
    except ModuleNotFoundError as absent:
        if absent.name is None or absent.name.startswith("fourfold"):
            raise
        text = f"this deployment does not include {absent.name}; add its provider to PROVIDERS and deploy"
        raise ModelError(ModelFailure.BAD_REQUEST, text) from None
