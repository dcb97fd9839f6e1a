"""Language models: one module for each provider, found by the name `provider:model`."""

from __future__ import annotations

from fourfold.language_model import LanguageModel


class UnknownModelError(ValueError):
    """No provider of that name is built in."""


def resolve(name: str) -> LanguageModel:
    """The model called `name`, such as `offline:composer-1`. Only its own provider is imported.

    Raises:
        UnknownModelError: the provider is not one of ours.
    """
    provider, _, _model = name.partition(":")
    if provider == "offline":
        from fourfold.models.offline import OfflineComposer  # noqa: PLC0415 - providers are imported when called

        return OfflineComposer()
    raise UnknownModelError(f"no provider called {provider!r}; built in: offline")
