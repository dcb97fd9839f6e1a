"""All dramatic cores, and the way back from a constraint chain to the core that wrote it."""

from __future__ import annotations

from fourfold.models.offline.material import Material
from fourfold.models.offline.soul_core import Core
from fourfold.models.offline.soul_cores_childhood import CORES as _CHILDHOOD

CORES: tuple[Core, ...] = (*_CHILDHOOD,)
_BY_NOTE = {core.note: core for core in CORES}


def core_of(material: Material) -> Core | None:
    """The core whose note stands in the chain; None when another model wrote the soul."""
    return next((_BY_NOTE[note] for note in reversed(material.notes) if note in _BY_NOTE), None)
