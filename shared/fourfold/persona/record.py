"""The persona as it is stored and returned."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field

from fourfold.caller_metadata import CallerMetadata
from fourfold.ids import EvaluationId, PersonaId, RunId
from fourfold.persona.audit import Audit
from fourfold.persona.document import Document, Seed, Slug
from fourfold.persona.layers import Mask, SelfLayer, Soul, Surface
from fourfold.persona.results import FingerprintSummary, Refined, TestSuiteSummary
from fourfold.persona.status import TRANSITIONS, PersonaStatus
from fourfold.persona.usage import Usage


class Visibility(StrEnum):
    """The intended audience, as a label for applications. API keys only read personas of their own workspace."""

    PRIVATE = "private"
    WORKSPACE = "workspace"
    PUBLIC = "public"


class ImportedFrom(Document):
    """The origin of an imported persona: the file format, and the persona's fields in the file.

    `ignored` are JSON pointers of fields in the file that this version does not know.
    """

    format: Literal["json", "card_v2", "card_v3"]
    persona_id: PersonaId
    version: Annotated[int, Field(ge=1)]
    run_id: RunId | None
    config_hash: str | None
    usage: Usage
    slug: Slug | None
    created_at: datetime
    updated_at: datetime
    ignored: tuple[str, ...] = ()


class Persona(Document):
    """A persona. Its layers are null until the run that writes them is completed.

    `version` increases with every accepted change. `run_id` is the run that wrote the layers and `usage` the cost of
    that run (null and empty for an imported persona). `pending_run_id` is the run in progress, if any. `archived_from`
    is the status of an archived persona before it was archived; unarchiving restores it. `metadata` are strings of the
    caller; events carry them. A fork has the id and version of the persona it was made from (`parent_id`,
    `parent_version`), the first persona of its line (`root_id`) and its maker's `fork_note`; the parent may have been
    deleted since. `seed` is what its runs vary the brief by; null for an imported one. `refined` is the move
    that the run measured, if it moved a layer along an axis. `evaluation_id` is the evaluation that it was made for;
    lists leave such personas out unless asked.
    """

    id: PersonaId
    workspace_id: str
    status: PersonaStatus
    version: Annotated[int, Field(ge=1)] = 1
    slug: Slug | None = None
    visibility: Visibility = Visibility.WORKSPACE
    intent: str
    language: str | None = None
    seed: Seed | None = None
    soul: Soul | None = None
    self_: SelfLayer | None = Field(default=None, alias="self")
    mask: Mask | None = None
    surface: Surface | None = None
    audit: Audit | None = None
    fingerprint: FingerprintSummary | None = None
    test_suite: TestSuiteSummary | None = None
    run_id: RunId | None
    pending_run_id: RunId | None = None
    config_hash: str | None
    usage: Usage = Usage()
    providers: tuple[str, ...] = ()
    archived_from: PersonaStatus | None = None
    imported_from: ImportedFrom | None = None
    metadata: CallerMetadata = Field(default_factory=dict)
    parent_id: PersonaId | None = None
    parent_version: int | None = None
    root_id: PersonaId | None = None
    fork_note: str | None = None
    refined: Refined | None = None
    evaluation_id: EvaluationId | None = None
    created_at: datetime
    updated_at: datetime

    def with_status(self, status: PersonaStatus, at: datetime) -> Self:
        """Returns a copy in another status.

        Raises:
            ValueError: the status machine has no such transition.
        """
        if status not in TRANSITIONS[self.status]:
            raise ValueError(f"a persona cannot go from {self.status} to {status}")
        before = self.status if status is PersonaStatus.ARCHIVED else None
        return self.model_copy(update={"status": status, "archived_from": before, "updated_at": at})

    @property
    def unarchived_status(self) -> PersonaStatus | None:
        """The status; of an archived persona the one before it was archived, None if that is not known."""
        return self.archived_from if self.status is PersonaStatus.ARCHIVED else self.status

    @property
    def has_layers(self) -> bool:
        """Whether all four layers are written."""
        return None not in (self.soul, self.self_, self.mask, self.surface)
