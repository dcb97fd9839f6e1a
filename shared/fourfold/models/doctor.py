"""Which providers can be used from here, and one tiny call to see whether they answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from fourfold.config.presets import preset
from fourfold.llm.model_names import OFFLINE, PROVIDERS
from fourfold.llm.port import ContextBlock, ModelError, ModelFailure, ModelRequest
from fourfold.models import resolve
from fourfold.models.credentials import (
    COMPATIBLE_MODEL,
    COMPATIBLE_URL,
    KEY_VARIABLES,
    usable_providers,
    variable_with_key,
)
from fourfold.models.offline import is_installed
from fourfold.persona import Document

_PATIENCE_S = 30.0
_MAX_TOKENS = 1024  # Room for a model that thinks before it says three words.


@dataclass(frozen=True)
class Standing:
    """Whether a provider has credentials, where they are or what to set, and the model a tiny call would ask."""

    provider: str
    usable: bool
    detail: str
    model: str | None


@dataclass(frozen=True)
class Reached:
    """What a tiny call came to: `failure` is null if it was answered, `cost_usd` where the price is unknown."""

    failure: ModelFailure | None
    seconds: float
    cost_usd: float | None


class Greeting(Document):
    """The answer of a tiny call."""

    greeting: Literal["hello"]


def standings(environment: Mapping[str, str]) -> list[Standing]:
    """Every provider, the offline composer last. Keys are looked for, never shown."""
    return [_standing(provider, environment) for provider in PROVIDERS]


def tiny_call(name: str) -> Reached:
    """Asks the model `provider:model` for one word; costs a fraction of a cent."""
    request = ModelRequest(
        system="You test a connection.",
        context=(ContextBlock("word", "hello"),),
        task="Repeat the word.",
        output_type=Greeting,
        max_tokens=_MAX_TOKENS,
        timeout_s=_PATIENCE_S,
    )
    began = time.monotonic()
    try:
        completion = resolve(name).complete(request)
    except ModelError as error:
        return Reached(error.failure, time.monotonic() - began, error.spent.cost_usd)
    return Reached(None, time.monotonic() - began, completion.cost_usd)


def _standing(provider: str, environment: Mapping[str, str]) -> Standing:
    if provider == OFFLINE:
        detail = "built in, needs no key" if is_installed() else "not part of this installation"
        return Standing(provider, usable=is_installed(), detail=detail, model=None)
    if provider == "bedrock":
        named = provider in usable_providers(environment)
        told = "named in FOURFOLD_PROVIDERS" if named else "name it in FOURFOLD_PROVIDERS where AWS credentials are"
        return Standing(provider, named, told, preset(provider).fast)
    if provider == "compatible":
        return _compatible(environment)
    found = variable_with_key(provider, environment)
    told = f"key from {found}" if found else f"set {KEY_VARIABLES[provider][0]}"
    return Standing(provider, found is not None, told, preset(provider).fast)


def _compatible(environment: Mapping[str, str]) -> Standing:
    url = environment.get(COMPATIBLE_URL)
    listed = next((name for name in usable_providers(environment) if name.startswith("compatible:")), None)
    model = f"compatible:{environment[COMPATIBLE_MODEL]}" if environment.get(COMPATIBLE_MODEL) else listed
    if not url or model is None:
        return Standing("compatible", usable=False, detail=f"set {COMPATIBLE_URL} and {COMPATIBLE_MODEL}", model=model)
    # Without what may stand before an @: a user and a password.
    return Standing("compatible", usable=True, detail=f"at {urlsplit(url).netloc.rpartition('@')[2]}", model=model)
