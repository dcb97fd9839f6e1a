"""Personas as models: `persona:<slug>`, or `persona:<id>`."""

from __future__ import annotations

import re

from fourfold.http.problems import ProblemError
from fourfold.ids import is_persona_id
from fourfold.persona import SPEAKABLE, Persona
from fourfold.personas.filters import PersonaFilter
from fourfold.problem import problem
from functions.api.openai_compatible.schemas import ModelDocument, ModelList
from functions.wiring import persona_search, persona_store

_PREFIX = "persona:"
_LISTED = 100
_SLUG = re.compile(r"[a-z0-9-]{1,63}")


def persona_of(workspace_id: str, model: str) -> Persona:
    """The persona that a model's name names.

    Raises:
        ProblemError: 404, the workspace has no such persona.
    """
    name = model.removeprefix(_PREFIX) if model.startswith(_PREFIX) else ""
    persona_id = name if is_persona_id(name) else _id_of_slug(workspace_id, name)
    persona = None if persona_id is None else persona_store().persona(workspace_id, persona_id)
    if persona is None:
        detail = "Use persona:<id> or persona:<slug>; GET /v1/openai/models lists the personas."
        raise ProblemError(problem("model_not_found", "No such persona", 404, detail))
    return persona


def _id_of_slug(workspace_id: str, name: str) -> str | None:
    return persona_store().id_of_slug(workspace_id, name) if _SLUG.fullmatch(name) else None


def model_list(workspace_id: str) -> ModelList:
    """The personas that can chat, of the newest 100 of the workspace; none of an evaluation."""
    page = persona_search().page(workspace_id, PersonaFilter(), _LISTED)
    listed = [persona for persona in page.personas if persona.status in SPEAKABLE]
    return ModelList(data=tuple(map(model_document, listed)))


def model_document(persona: Persona) -> ModelDocument:
    """A persona as a model."""
    return ModelDocument(
        id=f"{_PREFIX}{persona.slug or persona.id}",
        created=int(persona.created_at.timestamp()),
        owned_by=persona.workspace_id,
    )
