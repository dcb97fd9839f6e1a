"""The levels at which a setting may be set, from the deployment down to one request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where a value stands; a nearer scope's value goes before a farther one's."""

    SYSTEM = "system"
    ORG = "org"
    WORKSPACE = "workspace"
    REQUEST = "request"


STORED = (Scope.SYSTEM, Scope.ORG, Scope.WORKSPACE)
EVERYWHERE = (*STORED, Scope.REQUEST)


@dataclass(frozen=True)
class Knob:
    """What a field of the settings tells beside its type: its unit and the scopes that may set it.

    Stands in the field's annotation. A field without one has no unit and may be set at every stored scope.
    """

    unit: str | None = None
    scopes: tuple[Scope, ...] = STORED
