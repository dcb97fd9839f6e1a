"""OpenAPI examples of the version routes."""

from __future__ import annotations

from typing import Any

from functions.api.openapi.example_values import RUN_ID
from functions.api.personas.examples import persona_example


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    persona = persona_example().model_dump(mode="json", by_alias=True)
    line = {"version": 1, "change": "generated", "changed": [], "run_id": RUN_ID, "at": persona["updated_at"]}
    return {
        "PersonaVersion": {**line, "persona": persona},
        "PersonaVersionList": {
            "data": [{**line, "status": "active", "overall": 4.1}],
            "has_more": False,
            "next_cursor": None,
        },
    }
