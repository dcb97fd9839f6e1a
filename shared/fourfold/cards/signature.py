"""Signatures of exported personas: an import trusts an audit only if this deployment signed it.

The signature is an HMAC-SHA-256 over the layers and over what is claimed of them: brief, language, audit, flag.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Final

from fourfold.cards.character_card import NAMESPACE
from fourfold.persona import Persona, PersonaStatus

FIELD: Final = "signature"
_VERSION: Final = "v1"
_SIGNED: Final = {"intent", "language", "soul", "self_", "mask", "surface", "audit"}


def signature_of(persona: Persona, key: bytes) -> str | None:
    """The signature for an export of the persona; None for one that has no audit of this deployment."""
    status = persona.unarchived_status
    if status not in {PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}:
        return None
    claims = persona.model_dump(mode="json", include=_SIGNED)
    if claims["audit"] is not None and not claims["audit"]["stale"]:
        del claims["audit"]["stale"]  # not in what earlier versions signed
    signed = json.dumps({**claims, "status": status.value}, sort_keys=True, separators=(",", ":"))
    return f"{_VERSION}:{hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()}"


def signature_in(content: Any) -> str | None:  # noqa: ANN401 - any JSON
    """The signature in a file: of a JSON export, of a persona in it, or of the persona in a card."""
    for path in (("data", "extensions", NAMESPACE, "persona"), ("data",), ()):
        node = content
        for name in path:
            node = node.get(name) if isinstance(node, dict) else None
        if isinstance(node, dict) and isinstance(found := node.get(FIELD), str):
            return found
    return None


def audited(persona: Persona, signature: str | None, key: bytes) -> Persona:
    """The imported persona: unchanged if the signature is valid, otherwise `unaudited` and without an audit."""
    expected = signature_of(persona, key)
    if signature is not None and expected is not None and hmac.compare_digest(expected.encode(), signature.encode()):
        return persona
    return persona.model_copy(update={"status": PersonaStatus.UNAUDITED, "audit": None})
