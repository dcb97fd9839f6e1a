"""Signing secrets at rest: sealed before an endpoint is stored, opened to sign or to show one once.

A sealed secret begins with a marker: sealing is idempotent, and secrets stored before there was a key still open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from fourfold.webhooks.endpoint import Endpoint

_SEALED: Final = "sealed:"


class SecretSealer(Protocol):
    """Encrypts short texts with a key that the process cannot read. Implementations are thread-safe."""

    def seal(self, text: str, bound_to: str) -> str:
        """Returns the ciphertext of `text`, which opens only with the same `bound_to`."""

    def open(self, ciphertext: str, bound_to: str) -> str:
        """Returns the text of a ciphertext."""


def sealed(endpoint: Endpoint, sealer: SecretSealer) -> Endpoint:
    """Returns the endpoint with every secret sealed; secrets that are sealed already are unchanged."""

    def seal(secret: str) -> str:
        return secret if secret.startswith(_SEALED) else _SEALED + sealer.seal(secret, endpoint.id)

    return _with_secrets(endpoint, seal)


def opened(endpoint: Endpoint, sealer: SecretSealer) -> Endpoint:
    """Returns the endpoint with every secret as its receiver knows it."""

    def open_(secret: str) -> str:
        return sealer.open(secret.removeprefix(_SEALED), endpoint.id) if secret.startswith(_SEALED) else secret

    return _with_secrets(endpoint, open_)


def _with_secrets(endpoint: Endpoint, change: Callable[[str], str]) -> Endpoint:
    secrets = tuple(held.model_copy(update={"secret": change(held.secret)}) for held in endpoint.secrets)
    return endpoint.model_copy(update={"secrets": secrets})
