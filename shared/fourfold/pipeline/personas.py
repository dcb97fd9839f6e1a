"""Where runs and personas are kept, as the pipeline sees it."""

from __future__ import annotations

from typing import Protocol

from fourfold.persona import Persona
from fourfold.progress.run import Run


class PersonaStore(Protocol):
    """Personas and runs of every workspace; an id of another workspace reads as absent."""

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """The persona, strongly consistent, or None."""

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """The run, strongly consistent, or None."""

    def start(self, persona: Persona, run: Run) -> None:
        """Stores both or neither.

        Raises:
            ValueError: one of them is there already.
        """

    def finish(self, persona: Persona, run: Run) -> bool:
        """Stores both or neither, only while the stored run is still `running`; says whether it did."""
