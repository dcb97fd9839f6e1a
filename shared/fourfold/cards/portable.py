"""The JSON file format of a persona, and its import into a workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from fourfold.ids import PersonaId, RunId, new_persona_id
from fourfold.persona import (
    INTENT_MAX_CHARACTERS,
    Audit,
    Document,
    ImportedFrom,
    Language,
    Mask,
    Persona,
    PersonaStatus,
    SelfLayer,
    Slug,
    Soul,
    Surface,
    Usage,
    Visibility,
)

SPEC: Final = "fourfold_persona"
SPEC_VERSION: Final = "1.0"

# Fields that belong to the workspace and are not exported.
_NOT_PORTABLE: Final = {
    *("workspace_id", "pending_run_id", "fingerprint", "test_suite"),
    *("parent_id", "parent_version", "root_id", "fork_note", "refined"),
}

SourceFormat = Literal["json", "card_v2", "card_v3"]


class PortablePersona(Document):
    """The persona in a file. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    id: PersonaId
    status: PersonaStatus = PersonaStatus.ACTIVE
    version: Annotated[int, Field(ge=1)] = 1
    slug: Slug | None = None
    visibility: Visibility = Visibility.WORKSPACE
    intent: Annotated[str, Field(min_length=1, max_length=INTENT_MAX_CHARACTERS)]
    language: Language | None = None
    soul: Soul
    self_: SelfLayer = Field(alias="self")
    mask: Mask
    surface: Surface
    audit: Audit | None = None
    run_id: RunId | None = None
    config_hash: Annotated[str, Field(max_length=80)] | None = None
    usage: Usage = Usage()
    providers: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=50)] = ()
    archived_from: PersonaStatus | None = None
    created_at: datetime
    updated_at: datetime

    def to_persona(
        self, workspace_id: str, source: SourceFormat, now: datetime, ignored: tuple[str, ...] = ()
    ) -> Persona:
        """Returns a new persona of the workspace. `imported_from` has the id, version and dates of the file.

        `ignored` are the JSON pointers of fields that were left out.
        """
        status = self.archived_from if self.status is PersonaStatus.ARCHIVED else self.status
        return Persona(
            id=new_persona_id(),
            workspace_id=workspace_id,
            status=PersonaStatus.FLAGGED if status is PersonaStatus.FLAGGED else PersonaStatus.ACTIVE,
            visibility=self.visibility,
            intent=self.intent,
            language=self.language,
            soul=self.soul,
            self_=self.self_,
            mask=self.mask,
            surface=self.surface,
            audit=self.audit,
            run_id=None,
            config_hash=None,
            providers=self.providers,
            imported_from=ImportedFrom(
                format=source,
                persona_id=self.id,
                version=self.version,
                run_id=self.run_id,
                config_hash=self.config_hash,
                usage=self.usage,
                slug=self.slug,
                created_at=self.created_at,
                updated_at=self.updated_at,
                ignored=ignored,
            ),
            created_at=now,
            updated_at=now,
        )


def portable(persona: Persona, signature: str | None = None) -> dict[str, Any]:
    """Returns the persona as a JSON object without the fields that belong to its workspace, with its signature."""
    content = persona.model_dump(mode="json", exclude=_NOT_PORTABLE)
    return content if signature is None else {**content, "signature": signature}


def document(persona: Persona, signature: str | None = None) -> dict[str, Any]:
    """Returns the content of the JSON file."""
    return {"spec": SPEC, "spec_version": SPEC_VERSION, "data": portable(persona, signature)}
