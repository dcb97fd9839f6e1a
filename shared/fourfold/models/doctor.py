"""Which providers can be used from here, and the models each would be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fourfold.llm.model_names import OFFLINE, PROVIDERS
from fourfold.models.compatible_address import BadAddressError, base_url
from fourfold.models.credentials import (
    COMPATIBLE_MODEL,
    COMPATIBLE_URL,
    KEY_VARIABLES,
    usable_providers,
    variable_with_key,
)
from fourfold.models.offline import is_installed


@dataclass(frozen=True)
class ProviderStatus:
    """Whether a provider is usable, with its credentials' place or what to set. `preset` names its settings."""

    provider: str
    usable: bool
    detail: str
    preset: str | None


def provider_statuses(environment: Mapping[str, str]) -> list[ProviderStatus]:
    """Every provider, the offline composer last. Keys are looked for, never shown."""
    return [_status(provider, environment) for provider in PROVIDERS]


def _status(provider: str, environment: Mapping[str, str]) -> ProviderStatus:
    if provider == OFFLINE:
        detail = "built in, needs no key" if is_installed() else "not part of this installation"
        return ProviderStatus(provider, usable=is_installed(), detail=detail, preset=None)
    if provider == "bedrock":
        named = provider in _usable(environment)
        detail = "named in FOURFOLD_PROVIDERS" if named else "name it in FOURFOLD_PROVIDERS where AWS credentials are"
        return ProviderStatus(provider, named, detail, provider)
    if provider == "compatible":
        return _compatible(environment)
    found = variable_with_key(provider, environment)
    detail = f"key from {found}" if found else f"set {KEY_VARIABLES[provider][0]}"
    return ProviderStatus(provider, found is not None, detail, provider)


def _compatible(environment: Mapping[str, str]) -> ProviderStatus:
    typed = environment.get(COMPATIBLE_URL, "").strip()
    listed = next((name for name in _usable(environment) if name.startswith("compatible:")), None)
    model = environment.get(COMPATIBLE_MODEL, "").strip()
    name = f"compatible:{model}" if model else listed
    if not typed or name is None:
        detail = f"set {COMPATIBLE_URL} and {COMPATIBLE_MODEL}"
        return ProviderStatus("compatible", usable=False, detail=detail, preset=name)
    try:
        address = urlsplit(base_url(typed))
    except BadAddressError as error:
        return ProviderStatus("compatible", usable=False, detail=f"{COMPATIBLE_URL}: {error}", preset=name)
    # Without what may be before an @: a user and a password.
    where = f"at {address.netloc.rpartition('@')[2]}{address.path}"
    return ProviderStatus("compatible", usable=True, detail=where, preset=name)


def _usable(environment: Mapping[str, str]) -> tuple[str, ...]:
    try:
        return usable_providers(environment)
    except ValueError:  # the command says so above the table
        return ()
