"""Signatures of the Standard Webhooks specification, version 1.0 (symmetric, `v1`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
_SECRET_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """Returns a new secret in the form that the receiver is given."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(message_id: str, at: datetime, body: bytes, signing: Iterable[str]) -> dict[str, str]:
    """Returns the three headers of an attempt.

    Args:
        message_id: the same for all attempts; receivers drop ids that they have processed.
        at: the time of the attempt; receivers reject timestamps that are more than five minutes old.
        body: the exact request body.
        signing: the valid secrets; each adds a signature, so there are two during a rotation.
    """
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = (f"v1,{_signature(secret, content)}" for secret in signing)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
