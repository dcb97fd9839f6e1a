"""OpenAPI examples of a workspace's voices."""

from __future__ import annotations

from typing import Any

from fourfold.persona import Grade
from functions.api.openapi.example_values import PERSONA_ID, by_schema
from functions.api.voices.schemas import MappedPersona, VoiceMap, VoiceTwins

_OTHER_ID = "per_01kaqf0c5v3y9m2t8z4n6r1w7z"
_MAP = VoiceMap(
    embedder="writers@1",
    voices=(
        MappedPersona(
            persona_id=PERSONA_ID,
            name="Deniz Aksoy",
            grade=Grade.STRONG,
            x=0.12,
            y=0.03,
            nearest=_OTHER_ID,
            distinctiveness=0.41,
        ),
        MappedPersona(
            persona_id=_OTHER_ID,
            name="Selin Demir",
            grade=Grade.USABLE,
            x=-0.12,
            y=0.03,
            nearest=PERSONA_ID,
            distinctiveness=0.38,
        ),
    ),
    twins=(VoiceTwins(personas=(PERSONA_ID, _OTHER_ID), distinctiveness=0.41, alike=("hedges",)),),
    minimum=0.5,
    shown=1.0,
    left_out=0,
)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return by_schema([_MAP])
