"""Reads a workspace's persona for a request, or refuses the request."""

from __future__ import annotations

from fourfold.http.problems import ProblemError, not_found
from fourfold.ids import is_persona_id
from fourfold.persona import SPEAKABLE, Persona
from fourfold.problem import problem
from functions.api.runs.polling import current_persona
from functions.wiring import persona_store


def known_persona(workspace_id: str, persona_id: str) -> Persona:
    """The persona.

    Raises:
        ProblemError: 404, there is none in this workspace.
    """
    persona = persona_store().persona(workspace_id, persona_id) if is_persona_id(persona_id) else None
    if persona is None:
        raise not_found()
    return persona


def require_speakable(persona: Persona) -> None:
    """Raises ProblemError (409) unless the persona can be talked to."""
    if persona.status not in SPEAKABLE:
        raise ProblemError(
            problem(
                "persona_not_ready",
                "The persona cannot speak",
                409,
                f"It is {persona.status}; only active and flagged personas answer.",
            )
        )


def up_to_date_persona(workspace_id: str, persona_id: str) -> Persona:
    """The persona; a run of it that was lost has ended with this.

    Raises:
        ProblemError: 404, there is none in this workspace.
    """
    return current_persona(workspace_id, known_persona(workspace_id, persona_id))
