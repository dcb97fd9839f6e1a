"""OpenAPI examples of the fork and lineage routes."""

from __future__ import annotations

from typing import Any

from functions.api.openapi.example_values import PERSONA_ID
from functions.api.personas.examples import persona_example

_FORK_ID = "per_01kaqg2m8p4y9m2t8z4n6r1w7d"


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    persona = persona_example().model_dump(mode="json", by_alias=True)
    member = {
        "id": PERSONA_ID,
        "gone": False,
        "status": "active",
        "name": persona["surface"]["name"],
        "slug": "deniz",
        "language": "tr",
        "created_at": persona["created_at"],
    }
    fork = {**member, "id": _FORK_ID, "slug": "derya", "name": "Derya Aksoy"}
    return {
        "Lineage": {
            "persona_id": PERSONA_ID,
            "parent": None,
            "root": member,
            "ancestors": [],
            "children": {"data": [fork], "has_more": False, "next_cursor": None},
        }
    }
