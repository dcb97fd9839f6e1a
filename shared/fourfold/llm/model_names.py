"""The models this product knows by name: their provider, the temperature and the efforts they take.

A name is `provider:model`; a model listed here is found by its bare name as well. Models that are not listed work too
(a new release, a local model): they are sent no temperature, and the effort that was set for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fourfold.llm.port import Effort, provider_and_model

OFFLINE: Final = "offline"
PROVIDERS: Final = ("anthropic", "openai", "google", "bedrock", "compatible", OFFLINE)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a model takes: the greatest temperature (0 for none at all) and the efforts; None where not known.

    `thinks`: it reasons before it answers unless a request turns that off, within its output tokens.
    """

    greatest_temperature: float | None = None
    efforts: tuple[Effort, ...] | None = None
    thinks: bool = False


_CLAUDE_EFFORTS: Final[tuple[Effort, ...]] = ("low", "medium", "high", "xhigh", "max")
_GPT_EFFORTS: Final[tuple[Effort, ...]] = ("minimal", "low", "medium", "high", "xhigh")
_GEMINI_EFFORTS: Final[tuple[Effort, ...]] = ("minimal", "low", "medium", "high")

# Anthropic and OpenAI have retired sampling parameters: models newer than those with a temperature here answer 400 to
# any.
_KNOWN: Final[dict[str, dict[str, Traits]]] = {
    "anthropic": {
        "claude-opus-5-5": Traits(0.0, _CLAUDE_EFFORTS, thinks=True),
        "claude-sonnet-5-5": Traits(0.0, _CLAUDE_EFFORTS, thinks=True),
        "claude-haiku-5-5": Traits(0.0),
        "claude-opus-4-7": Traits(0.0, _CLAUDE_EFFORTS),
        "claude-opus-4-6": Traits(1.0, ("low", "medium", "high", "max")),
        "claude-sonnet-4-6": Traits(1.0, ("low", "medium", "high", "max")),
        "claude-haiku-4-5": Traits(1.0, ()),
    },
    "openai": {
        "gpt-6.1-sol": Traits(0.0, _GPT_EFFORTS, thinks=True),
        "gpt-6.1-terra": Traits(0.0, _GPT_EFFORTS, thinks=True),
        "gpt-6-luna": Traits(0.0, _GPT_EFFORTS, thinks=True),
        "gpt-4.1": Traits(2.0, ()),
        "gpt-4.1-mini": Traits(2.0, ()),
    },
    "google": {
        "gemini-3.8-flash": Traits(2.0, _GEMINI_EFFORTS, thinks=True),
        "gemini-3.5-flash-lite": Traits(2.0, _GEMINI_EFFORTS, thinks=True),
        "gemini-2.5-pro": Traits(2.0, (), thinks=True),
        "gemini-2.5-flash": Traits(2.0, (), thinks=True),
    },
    OFFLINE: {"composer-1": Traits(0.0, ())},
}
# Servers that speak OpenAI's older protocol run models that all sample.
_OF_COMPATIBLE: Final = Traits(2.0)
_BEDROCK_VENDOR: Final = "anthropic."


def full_name(name: str) -> str:
    """`name` as `provider:model`.

    Raises:
        ValueError: a provider that is not built in, or a bare name that is not known; the text names what is accepted.
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


def traits_of(name: str) -> Traits:
    """What the model `provider:model` takes, as far as it is known."""
    provider, model = provider_and_model(name)
    if provider == "compatible":
        return _OF_COMPATIBLE
    if provider == "bedrock":
        return _known_on_bedrock(model)
    return _KNOWN.get(provider, {}).get(model, Traits())


def may_think(name: str) -> bool:
    """Whether the model `provider:model` may reason before it answers; of a model that is not known, it may."""
    provider, _ = provider_and_model(name)
    traits = traits_of(name)
    return traits.thinks or (provider != OFFLINE and traits in {Traits(), _OF_COMPATIBLE})


def greatest_temperature(name: str) -> float | None:
    """The greatest temperature the model `provider:model` takes, 0 if it takes none; None if that is not known."""
    return traits_of(name).greatest_temperature


def _known_on_bedrock(model: str) -> Traits:
    """Bedrock puts the vendor, and a profile's region, before a model's own name, and a version after it."""
    _, vendor, own = model.partition(_BEDROCK_VENDOR)
    if not vendor:
        return Traits()
    return next((traits for name, traits in _KNOWN["anthropic"].items() if own.startswith(name)), Traits())
