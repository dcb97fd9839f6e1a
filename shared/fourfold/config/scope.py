"""The scopes of settings, from the whole deployment to one request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, cast

from fourfold.persona import Document


class Scope(StrEnum):
    """The scope of a value. A value of a later scope in this list overrides those of earlier ones."""

    SYSTEM = "system"
    ORG = "org"
    WORKSPACE = "workspace"
    PERSONA = "persona"
    REQUEST = "request"


StoredScope = Literal["system", "org", "workspace", "persona"]
SharedScope = Literal["system", "org", "workspace"]
# The stored scopes that several personas share; every key may be set at them unless its metadata says otherwise.
STORED = (Scope.SYSTEM, Scope.ORG, Scope.WORKSPACE)
EVERYWHERE = (*STORED, Scope.REQUEST)


def stored(scope: Scope) -> StoredScope:
    """Returns the scope as a `StoredScope`. Settings of the request scope are never stored."""
    return cast("StoredScope", scope.value)


def shared(scope: Scope) -> SharedScope:
    """Returns the scope as a `SharedScope`: one that is neither of a persona nor of a request."""
    return cast("SharedScope", scope.value)


@dataclass(frozen=True)
class KeyMeta:
    """Metadata in the annotation of a settings field: its unit, and the scopes that may set it.

    A field without it has no unit and may be set at every stored scope.
    """

    unit: str | None = None
    scopes: tuple[Scope, ...] = STORED


class Revisions(Document):
    """The revisions of the scopes that settings were read at."""

    system: int = 0
    org: int = 0
    workspace: int = 0
    persona: int = 0


UNCOMMITTED = Revisions()
