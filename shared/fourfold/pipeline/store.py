"""Where runs and personas are kept, as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fourfold.errors import ConflictError
from fourfold.persona import Persona
from fourfold.persona_versions import PersonaVersion
from fourfold.pipeline.state import DraftBasis
from fourfold.progress.run import Run


@dataclass(frozen=True)
class StoredPersona:
    """A persona with the very text it is stored as: a write may demand that nobody has changed it since."""

    persona: Persona
    doc: str


class ConcurrentChangeError(ConflictError):
    """Somebody else has changed or deleted the persona since it was read."""


class SlugTakenError(ConflictError):
    """Another persona of the workspace has this slug."""


class PersonaStore(Protocol):
    """Personas and runs of every workspace; an id of another workspace reads as absent."""

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """The persona, strongly consistent, or None."""

    def held(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """The same, to be written back."""

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """The run, strongly consistent, or None."""

    def basis(self, workspace_id: str, persona_id: str, run_id: str) -> DraftBasis | None:
        """What the layers rest on that this run wrote, or None."""

    def version_by(self, workspace_id: str, persona_id: str, run_id: str) -> PersonaVersion | None:
        """The version this run wrote, or None."""

    def finish(  # noqa: PLR0913, PLR0917 - all that changes when a run ends
        self,
        held: StoredPersona,
        persona: Persona,
        run: Run,
        entries: Sequence[dict[str, Any]],
        version: PersonaVersion | None = None,
        basis: DraftBasis | None = None,
    ) -> bool:
        """Stores all or nothing, with the `entries` for the bus.

        False unless the stored run is still `running` and the persona as it was held.
        """
