"""The embedders that are part of this product: they need no network and cost nothing."""

from __future__ import annotations

from typing import Final

from fourfold.voice.embedder import Embedder
from fourfold.voice.stylometry import Stylometric
from fourfold.voice.writers import Writers

# By the name that engine.fingerprint.embedder takes.
SHIPPED: Final[dict[str, Embedder]] = {"stylometric": Stylometric(), "writers": Writers()}


def shipped_with_id(embedder_id: str) -> Embedder | None:
    """The shipped embedder with this id, so that a fingerprint made with another one than the default is still used."""
    return next((one for one in SHIPPED.values() if one.id == embedder_id), None)
