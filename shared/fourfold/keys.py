"""API keys: their text, and what may be shown of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 43  # 256 bits: a plain hash of such a text cannot be guessed back
_SHOWN = 4


class KeyEnvironment(StrEnum):
    """What a key is meant for. It is the key's label, for people and secret scanners; both kinds reach the same API."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True)
class KeyPreview:
    """What lists show of a key, so that its owner knows it again: its beginning and its last four characters."""

    prefix: str
    last_four: str


def new_key_text(environment: KeyEnvironment) -> str:
    """A fresh key, `ff_live_...` or `ff_test_...`, of 256 random bits."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return f"ff_{environment.value}_{body}"


def key_preview(text: str) -> KeyPreview:
    """What may be shown of this key."""
    kind = text[: text.rfind("_") + 1]
    return KeyPreview(prefix=text[: len(kind) + _SHOWN], last_four=text[-_SHOWN:])
