"""The models this product knows by name: whose they are, and what temperature they take.

A name is `provider:model`; a model listed here is found by its bare name as well. Models that are not listed work too
(a new release, a local model): what is not known about them is not assumed, so they are sent no temperature.
"""

from __future__ import annotations

from typing import Final

from fourfold.llm.port import provider_and_model

OFFLINE: Final = "offline"
PROVIDERS: Final = ("anthropic", "openai", "google", "bedrock", "compatible", OFFLINE)

# The greatest temperature each takes; 0 for none at all. Anthropic and OpenAI have retired sampling parameters: a model
# newer than these answers 400 to any.
_KNOWN: Final[dict[str, dict[str, float]]] = {
    "anthropic": {
        "claude-opus-4-7": 0.0,
        "claude-opus-4-6": 1.0,
        "claude-sonnet-4-6": 1.0,
        "claude-haiku-4-5": 1.0,
    },
    "openai": {"gpt-6.1-sol": 0.0, "gpt-6.1-terra": 0.0, "gpt-4.1": 2.0, "gpt-4.1-mini": 2.0},
    "google": {"gemini-3.8-flash": 2.0, "gemini-2.5-pro": 2.0, "gemini-2.5-flash": 2.0},
    OFFLINE: {"composer-1": 0.0},
}
_OF_COMPATIBLE: Final = 2.0  # Servers that speak OpenAI's older protocol run models that all sample.
_BEDROCK_VENDOR: Final = "anthropic."


def full_name(name: str) -> str:
    """`name` as `provider:model`.

    Raises:
        ValueError: a provider that is not built in, or a bare name that is not known; the text says what would do.
    """
    if ".." in name:
        raise ValueError(f"{name!r} is no model's name: SDKs put it into a path, where two dots lead elsewhere")
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


def greatest_temperature(name: str) -> float | None:
    """The greatest temperature the model `provider:model` takes, 0 if it takes none; None if that is not known."""
    provider, model = provider_and_model(name)
    if provider == "compatible":
        return _OF_COMPATIBLE
    if provider == "bedrock":
        return _known_on_bedrock(model)
    return _KNOWN.get(provider, {}).get(model)


def _known_on_bedrock(model: str) -> float | None:
    """Bedrock puts the vendor, and a profile's region, before a model's own name, and a version after it."""
    _, vendor, own = model.partition(_BEDROCK_VENDOR)
    if not vendor:
        return None
    return next((greatest for name, greatest in _KNOWN["anthropic"].items() if own.startswith(name)), None)
