"""The status of a persona, and the errors of what it does not allow."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fourfold.errors import ConflictError, NotFoundError


class PersonaStatus(StrEnum):
    """The status of a persona. `unaudited`: it was imported, and this deployment did not sign its audit."""

    GENERATING = "generating"
    ACTIVE = "active"
    FLAGGED = "flagged"
    UNAUDITED = "unaudited"
    FAILED = "failed"
    ARCHIVED = "archived"


# Chat, fingerprint and provocation tests need one of these statuses.
SPEAKABLE: Final = frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.UNAUDITED})


class PersonaGoneError(NotFoundError):
    """The persona was deleted; nothing can be stored for it."""


class NotWrittenError(ConflictError):
    """The persona has no layers yet: its first run is in progress, or failed."""


# A persona that is regenerated keeps its status until the run completes; only one without layers is `generating`.
TRANSITIONS: dict[PersonaStatus, frozenset[PersonaStatus]] = {
    PersonaStatus.GENERATING: frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.FAILED}),
    PersonaStatus.ACTIVE: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.FLAGGED: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.UNAUDITED: frozenset({PersonaStatus.ARCHIVED, PersonaStatus.ACTIVE, PersonaStatus.FLAGGED}),
    PersonaStatus.FAILED: frozenset({PersonaStatus.GENERATING}),
    PersonaStatus.ARCHIVED: frozenset({PersonaStatus.ACTIVE, PersonaStatus.FLAGGED, PersonaStatus.UNAUDITED}),
}
