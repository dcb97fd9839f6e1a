"""OpenAPI examples of the import route."""

from __future__ import annotations

from typing import Any

from functions.api.personas.examples import persona_example


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return {"PersonaFile": persona_example().model_dump(mode="json", by_alias=True)}
