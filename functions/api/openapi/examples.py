"""Examples of what the API answers with, made of the documents themselves: an example never lacks a field.

A document with an `examples` of its own (`json_schema_extra`) needs none here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from fourfold.http.cursors import opaque_cursor
from fourfold.persona import Persona
from fourfold.progress.run import Run
from functions.api.config.examples import config_examples
from functions.api.keys.schemas import EXAMPLE as KEY
from functions.api.keys.schemas import ApiKeyDocument, ApiKeyList
from functions.api.personas.documents import VERSION, Health, PersonaList, RunEvents, RunReceipt
from functions.api.suite.examples import OWN_TEST, suite_examples
from functions.api.voice.examples import VOICE
from functions.api.webhooks.examples import webhook_examples

_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_PERSONA_ID, _RUN_ID = "per_01kaqf0c5v3y9m2t8z4n6r1w7a", "run_01kaqf0c5v3y9m2t8z4n6r1w7b"
_TOKENS = {"input_tokens": 1796, "output_tokens": 360}
_USAGE = {
    "tokens": _TOKENS,
    "cost_usd": 0.018,
    "by_step": {"soul_draft": {"tokens": _TOKENS, "cost_usd": 0.018, "duration_ms": 9120}},
}
_PERSONA: dict[str, Any] = {
    "id": _PERSONA_ID,
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
        "appearance": "Keeps two chargers in the coat, one of them for whoever asks.",
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
    },
    "run_id": _RUN_ID,
    "config_hash": "cfg_335d413678a45a15",
    "usage": _USAGE,
    "providers": ["anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6"],
    "created_at": _AT,
    "updated_at": _AT + timedelta(seconds=33),
}
_RUN: dict[str, Any] = {
    "id": _RUN_ID,
    "persona_id": _PERSONA_ID,
    "workspace_id": "ws_acme",
    "status": "completed",
    "attempts": [
        {
            "attempt": 1,
            "overall": 4.1,
            "first_score": 4.1,
            "steps": [
                {
                    "step": "soul_draft",
                    "provider": "anthropic",
                    "model": "claude-opus-4-7",
                    "duration_ms": 9120,
                    "tokens": _TOKENS,
                    "cost_usd": 0.018,
                }
            ],
        }
    ],
    "usage": _USAGE,
    "config_hash": "cfg_335d413678a45a15",
    "started_at": _AT,
    "completed_at": _AT + timedelta(seconds=33),
}
_EVENT = {
    "seq": 1,
    "type": "run.started",
    "run_id": _RUN_ID,
    "persona_id": _PERSONA_ID,
    "at": "2026-11-23T09:00:00.000Z",
}


def examples() -> dict[str, dict[str, Any]]:
    """An example by the name its schema has."""
    persona, key = Persona.model_validate(_PERSONA), ApiKeyDocument.model_validate(KEY)
    made: list[BaseModel] = [
        persona,
        PersonaList(data=(persona,), has_more=True, next_cursor=opaque_cursor(_PERSONA_ID)),
        Run.model_validate(_RUN),
        RunReceipt(run_id=_RUN_ID, persona_id=_PERSONA_ID, status="running"),
        RunEvents(data=(_EVENT,), has_more=True),
        ApiKeyList(data=(key,), has_more=False, next_cursor=None),
        Health(version=VERSION),
        *VOICE,
        *suite_examples(),
        *config_examples(),
        *webhook_examples(),
    ]
    persona_document = persona.model_dump(mode="json", by_alias=True)
    line = {"version": 1, "change": "generated", "changed": [], "run_id": _RUN_ID, "at": persona_document["updated_at"]}
    further: dict[str, dict[str, Any]] = {
        "PersonaFile": persona_document,
        "PersonaVersion": {**line, "persona": persona_document},
        "PersonaVersionList": {
            "data": [{**line, "status": "active", "overall": 4.1}],
            "has_more": False,
            "next_cursor": None,
        },
        "ParsedBrief": {
            "language": "tr",
            "locale": "tr-TR",
            "genre_hints": [],
            "tonal_axes": {"warmth": 0.0, "gravity": 0.0, "intensity": -0.3, "irony": 0.0},
            "gender": None,
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
            "usage": {"tokens": _TOKENS, "cost_usd": 0.003, "duration_ms": 1840},
        },
        "Selection": {"family": ["jail"], "benign_twins": True},
        "ProvocationTest": OWN_TEST,
        "TestSwitch": {"enabled": False},
        "Voice": {
            "persona_id": _PERSONA_ID,
            "version": 1,
            "language": "tr",
            "system_prompt": "You are Deniz Aksoy, 34, founder of a returns service in Istanbul.",
            "example_lines": ["Bir şey sorabilir miyim?"],
        },
    }
    return further | {type(example).__name__: example.model_dump(mode="json", by_alias=True) for example in made}
