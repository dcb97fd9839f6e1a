"""OpenAPI examples of the version routes."""

from __future__ import annotations

from typing import Any

from functions.api.openapi.example_values import RUN_ID
from functions.api.personas.examples import persona_example


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    persona = persona_example().model_dump(mode="json", by_alias=True)
    line = {
        "version": 1,
        "change": "generated",
        "changed": [],
        "author": "key_01kaqf0c5v3y9m2t8z4n6r1w7c",
        "reason": None,
        "run_id": RUN_ID,
        "at": persona["updated_at"],
    }
    shown = {"status": "active", "overall": 4.1}
    edited = {**line, "version": 2, "change": "edited", "changed": ["surface"], "reason": "A typo.", "run_id": None}
    words = [
        {"op": "removed", "text": "Deniz "},
        {"op": "added", "text": "Derya "},
        {"op": "equal", "text": "Aksoy"},
    ]
    name = {"field": "surface.name", "before": "Deniz Aksoy", "after": "Derya Aksoy", "words": words}
    return {
        "PersonaVersion": {**line, "fields": [], "violations": [], "persona": persona},
        "PersonaDiff": {
            "persona_id": persona["id"],
            "from": {**line, **shown},
            "to": {**edited, **shown},
            "fields": [name],
        },
        "PersonaVersionList": {
            "data": [{**line, **shown}],
            "has_more": False,
            "next_cursor": None,
        },
    }
