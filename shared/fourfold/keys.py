"""API keys: their text, and the part of it that lists may show."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 43  # 256 bits: an unsalted hash of the key is safe against guessing
_SHOWN = 4


class KeyEnvironment(StrEnum):
    """The label in a key, for people and secret scanners. Both kinds reach the same API and data."""

    LIVE = "live"
    TEST = "test"


_KINDS = tuple(f"ff_{environment.value}_" for environment in KeyEnvironment)


@dataclass(frozen=True)
class KeyPreview:
    """The part of a key that lists show, so that its owner recognises it: its prefix and its last four characters."""

    prefix: str
    last_four: str


def new_key_text(environment: KeyEnvironment) -> str:
    """Returns a new key, `ff_live_...` or `ff_test_...`, with 256 random bits."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return f"ff_{environment.value}_{body}"


def key_preview(text: str) -> KeyPreview:
    """Returns the part of this key that may be shown: its kind, and the first and last four characters of the rest.

    The rest of a key that we did not make, such as a laptop's, may have underscores of its own.
    """
    kind = next((kind for kind in _KINDS if text.startswith(kind)), "")
    return KeyPreview(prefix=text[: len(kind) + _SHOWN], last_four=text[-_SHOWN:])
