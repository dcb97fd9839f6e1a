"""Reads a persona of the caller's workspace."""

from __future__ import annotations

from fourfold.http.problems import ProblemError, not_found
from fourfold.ids import is_persona_id
from fourfold.persona import SPEAKABLE, Persona
from fourfold.problem import problem
from functions.api.runs.polling import current_persona
from functions.wiring import persona_store


def known_persona(workspace_id: str, persona_id: str) -> Persona:
    """Returns the persona.

    Raises:
        ProblemError: 404, the workspace has no such persona.
    """
    persona = persona_store().persona(workspace_id, persona_id) if is_persona_id(persona_id) else None
    if persona is None:
        raise not_found()
    return persona


def require_speakable(persona: Persona) -> None:
    """Raises ProblemError (409) unless the persona is active or flagged."""
    if persona.status not in SPEAKABLE:
        detail = f"Its status is {persona.status}; it must be active or flagged."
        raise ProblemError(problem("persona_not_ready", "The persona is not ready", 409, detail))


def up_to_date_persona(workspace_id: str, persona_id: str) -> Persona:
    """Returns the persona, after failing its run if that is lost.

    Raises:
        ProblemError: 404, the workspace has no such persona.
    """
    return current_persona(workspace_id, known_persona(workspace_id, persona_id))
