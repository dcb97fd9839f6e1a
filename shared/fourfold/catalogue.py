"""The models this product knows by name: whose they are, and whether they take a temperature.

A name is `provider:model`; a model listed here is found by its bare name as well. Models that are not listed work too
(a new release, a local model): what is not known about them is not assumed, so they are sent no temperature.
"""

from __future__ import annotations

from typing import Final

from fourfold.language_model import provider_and_model

OFFLINE: Final = "offline"
PROVIDERS: Final = ("anthropic", "openai", "google", "bedrock", "compatible", OFFLINE)

# Anthropic and OpenAI have retired sampling parameters: a model newer than these answers 400 to a temperature.
_KNOWN: Final[dict[str, dict[str, bool]]] = {
    "anthropic": {
        "claude-opus-4-7": False,
        "claude-opus-4-6": True,
        "claude-sonnet-4-6": True,
        "claude-haiku-4-5": True,
    },
    "openai": {"gpt-6.1-sol": False, "gpt-6.1-terra": False, "gpt-4.1": True, "gpt-4.1-mini": True},
    "google": {"gemini-3.8-flash": True, "gemini-2.5-pro": True, "gemini-2.5-flash": True},
    OFFLINE: {"composer-1": False},
}
# Servers that speak OpenAI's older protocol run models that all sample.
_ALWAYS_SAMPLE: Final = frozenset({"compatible"})
_BEDROCK_VENDOR: Final = "anthropic."


def full_name(name: str) -> str:
    """`name` as `provider:model`.

    Raises:
        ValueError: a provider that is not built in, or a bare name that is not known; the text says what would do.
    """
    provider, model = provider_and_model(name)
    if not model:
        owner = next((owner for owner, models in _KNOWN.items() if name in models), None)
        if owner is None:
            raise ValueError(f"no model called {name!r} is known; write provider:model, such as anthropic:{name}")
        return f"{owner}:{name}"
    if provider not in PROVIDERS:
        raise ValueError(f"no provider called {provider!r}; built in: {', '.join(PROVIDERS)}")
    if provider == OFFLINE and model not in _KNOWN[OFFLINE]:
        raise ValueError(f"the offline model is called {OFFLINE}:{next(iter(_KNOWN[OFFLINE]))}")
    return name


def takes_temperature(name: str) -> bool | None:
    """Whether the model `provider:model` takes a temperature; None if that is not known."""
    provider, model = provider_and_model(name)
    if provider in _ALWAYS_SAMPLE:
        return True
    if provider == "bedrock":
        return _known_on_bedrock(model)
    return _KNOWN.get(provider, {}).get(model)


def _known_on_bedrock(model: str) -> bool | None:
    """Bedrock puts the vendor, and a profile's region, before a model's own name, and a version after it."""
    _, vendor, own = model.partition(_BEDROCK_VENDOR)
    if not vendor:
        return None
    return next((takes for name, takes in _KNOWN["anthropic"].items() if own.startswith(name)), None)
