"""The levels at which a setting may be set, from the deployment down to one request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, cast

from fourfold.persona import Document


class Scope(StrEnum):
    """Where a value stands; a nearer scope's value goes before a farther one's."""

    SYSTEM = "system"
    ORG = "org"
    WORKSPACE = "workspace"
    REQUEST = "request"


StoredScope = Literal["system", "org", "workspace"]
STORED = (Scope.SYSTEM, Scope.ORG, Scope.WORKSPACE)
EVERYWHERE = (*STORED, Scope.REQUEST)


def stored(scope: Scope) -> StoredScope:
    """The name of a scope that is kept; a request's settings never are."""
    return cast("StoredScope", scope.value)


@dataclass(frozen=True)
class KeyMeta:
    """What a field of the settings tells beside its type: its unit and the scopes that may set it.

    Stands in the field's annotation. A field without one has no unit and may be set at every stored scope.
    """

    unit: str | None = None
    scopes: tuple[Scope, ...] = STORED


class Revisions(Document):
    """The revision of each scope that settings were read at."""

    system: int = 0
    org: int = 0
    workspace: int = 0


UNCOMMITTED = Revisions()
