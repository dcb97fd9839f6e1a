"""The persona store, as the pipeline uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fourfold.errors import ConflictError
from fourfold.persona import Persona
from fourfold.persona_versions import PersonaVersion
from fourfold.pipeline.rewrite import RunBase
from fourfold.pipeline.state import DraftBasis
from fourfold.progress.run import Run


@dataclass(frozen=True)
class StoredPersona:
    """A persona and the JSON text (`doc`) that it is stored as. A write compares `doc` to detect concurrent changes."""

    persona: Persona
    doc: str


class ConcurrentChangeError(ConflictError):
    """The persona was changed or deleted since it was read."""


class SlugTakenError(ConflictError):
    """Another persona of the workspace has the slug."""


class PersonaStore(Protocol):
    """Personas and runs of all workspaces. An id of another workspace is treated as absent."""

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """Returns the persona (strongly consistent), or None."""

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """Returns the persona with its stored text, to update it later, or None."""

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """Returns the run (strongly consistent), or None."""

    def basis_of(self, persona: Persona) -> DraftBasis | None:
        """Returns the parsed brief and the constraint chain of the persona's layers, or None."""

    def run_base(self, workspace_id: str, run_id: str) -> RunBase | None:
        """Returns the layers that the run starts from, if they were stored with it."""

    def version_of_run(self, workspace_id: str, persona_id: str, run_id: str) -> PersonaVersion | None:
        """Returns the version that the run wrote, or None."""

    def finish(  # noqa: PLR0913, PLR0917 - all that changes when a run ends
        self,
        stored: StoredPersona,
        persona: Persona,
        run: Run,
        entries: Sequence[dict[str, Any]],
        version: PersonaVersion | None = None,
        basis: DraftBasis | None = None,
    ) -> bool:
        """Stores everything in one transaction.

        Returns:
            False, with nothing stored, if the run is no longer `running` or the persona has changed since it was read.
        """
