"""OpenAPI examples of the persona routes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fourfold.estimates.estimate import CountRange, Estimate, UsdRange
from fourfold.http.cursors import opaque_cursor
from fourfold.persona import Persona
from functions.api.openapi.example_values import AT, PERSONA_ID, RUN_ID, TOKENS, USAGE, by_schema
from functions.api.personas.schemas import BatchReceipt, BatchRun, PersonaList

_PERSONA: dict[str, Any] = {
    "id": PERSONA_ID,
    "workspace_id": "ws_acme",
    "status": "active",
    "intent": "A shy founder, 34, in Istanbul",
    "language": "tr",
    "soul": {
        "desire": "To be asked for once, without having offered.",
        "fear": "That the room is lighter when the door has closed behind them.",
        "wound": "At eleven they carried the trays at a cousin's wedding and were left out of the photograph.",
        "growth_arc": "From serving every table to sitting down at one, at the price of being seen idle.",
    },
    "self": {
        "big_five": {
            "openness": 0.6,
            "conscientiousness": 0.8,
            "extraversion": 0.25,
            "agreeableness": 0.75,
            "neuroticism": 0.6,
        },
        "archetype": "caregiver",
        "values": ["benevolence_dependability", "face", "achievement"],
        "attachment_style": "anxious_preoccupied",
    },
    "mask": {
        "register": "consultative",
        "tone": "careful, warm, a step behind",
        "rhythm": "Short openings that ask leave, then one long sentence that forgets to.",
        "vocabulary": ["abi", "runway", "kolay gelsin", "iade"],
        "signature_phrases": ["Bir şey sorabilir miyim?", "Ben hallederim, sen otur."],
        "social_role": "the one who refills the glasses",
    },
    "surface": {
        "name": "Deniz Aksoy",
        "age": 34,
        "location": "Kadıköy, Istanbul",
        "occupation": "founder of a returns service",
        "appearance": "Keeps two chargers in the coat, one of them for anyone who asks.",
    },
    "audit": {
        "overall": 4.1,
        "scores": {
            "coherence": 4.2,
            "depth": 4.0,
            "cultural_fidelity": 4.1,
            "voice_distinctiveness": 3.9,
            "realism": 4.3,
        },
        "findings": [],
        "attempt": 2,
        "attempts": 2,
        "judge": "openai:gpt-6.1-sol",
        "first_score": 4.3,
        "first_judge": "anthropic:claude-opus-4-7",
        "confirmed_score": 4.1,
        "rubric_version": "aud_5f0c1e7a92d3",
        "judge_verified": False,
    },
    "run_id": RUN_ID,
    "config_hash": "cfg_335d413678a45a15",
    "usage": USAGE,
    "providers": ["anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6"],
    "created_at": AT,
    "updated_at": AT + timedelta(seconds=33),
}
REWRITE_ESTIMATE: dict[str, Any] = {
    "steps": [
        {"step": "mask_build", "models": ["anthropic:claude-sonnet-4-6"]},
        {"step": "audit", "models": ["anthropic:claude-opus-4-7"]},
    ],
    "models": ["anthropic:claude-sonnet-4-6", "anthropic:claude-opus-4-7"],
    "calls": {"low": 2, "high": 16},
    "usd": {"low": 0.0262, "high": 0.2096},
}
_BATCH = BatchReceipt(
    batch_id="bat_01kaqf0c5v3y9m2t8z4n6r1w7d",
    runs=(BatchRun(run_id=RUN_ID, persona_id=PERSONA_ID, seed=7, status="running"),),
)
BATCH_RECEIPT: dict[str, Any] = _BATCH.model_dump(mode="json")
_PARSED = {
    "language": "tr",
    "locale": "tr-TR",
    "genre_hints": [],
    "tonal_axes": {"warmth": 0.0, "gravity": 0.0, "intensity": -0.3, "irony": 0.0},
    "gender": None,
    "refusal": None,
    "facts": [
        {
            "kind": "fact",
            "field": "surface.age",
            "value": "34",
            "quote": "34",
            "span": {"start": 15, "end": 17},
        }
    ],
    "constraints": [],
    "violations": [],
    "provider": "anthropic",
    "model": "claude-sonnet-4-6",
    "usage": {"tokens": TOKENS, "cost_usd": 0.003, "duration_ms": 1840},
}


def persona_example() -> Persona:
    """Returns the example persona."""
    return Persona.model_validate(_PERSONA)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    persona = persona_example()
    page = PersonaList(data=(persona,), has_more=True, next_cursor=opaque_cursor(PERSONA_ID))
    estimate = Estimate(
        models={"intent_parse": "anthropic:claude-sonnet-4-6", "soul_draft": "anthropic:claude-opus-4-7"},
        calls=CountRange(low=6, high=12),
        tokens=CountRange(low=12_190, high=23_400),
        usd=UsdRange(low=0.0655, high=0.1417),
    )
    return {**by_schema([persona, page, estimate, _BATCH]), "ParsedBrief": _PARSED}
