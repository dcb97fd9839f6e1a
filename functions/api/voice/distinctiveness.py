"""Builds the report on how distinct a persona's voice is from a baseline, and which voices are nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fourfold.http.problems import ProblemError
from fourfold.persona import Persona
from fourfold.problem import problem
from fourfold.voice.distinctiveness import (
    ComparableVoice,
    Distinctiveness,
    distinctiveness,
    from_others,
    nearest,
    verdict_of,
)
from fourfold.voice.fingerprint import Fingerprint
from functions.api.errors import no_fingerprint
from functions.api.personas.lookup import known_persona
from functions.api.voice.schemas import DistinctivenessReport, NearVoice
from functions.comparable_voices import comparable_voice, comparable_voices, stored_fingerprint

WORKSPACE: Final = "workspace"
ASSISTANT: Final = "assistant"


def distinctiveness_report(persona: Persona, baseline: str, minimum: float) -> DistinctivenessReport:
    """Compares the persona's voice with a baseline: `workspace`, `assistant`, or the id of another persona.

    Raises:
        ProblemError: 404 no such other persona, 409 one of the two has no fingerprint, or they cannot be compared.
    """
    fingerprint = stored_fingerprint(persona)
    if fingerprint is None:
        raise no_fingerprint()
    others = comparable_voices(persona, fingerprint)
    result = _compared(persona, fingerprint, baseline, others)
    return DistinctivenessReport(
        persona_id=persona.id,
        baseline=baseline,
        score=None if result is None else result.score,
        interval=None if result is None else (result.low, result.high),
        replies=0 if result is None else result.replies,
        minimum=minimum,
        verdict=verdict_of(result, minimum),
        nearest=tuple(
            NearVoice(
                persona_id=near.voice.persona_id,
                name=near.voice.name,
                distance=near.distance,
                score=near.score,
                alike=near.alike,
            )
            for near in nearest(fingerprint, others)
        ),
    )


def _compared(
    persona: Persona, fingerprint: Fingerprint, baseline: str, others: Sequence[ComparableVoice]
) -> Distinctiveness | None:
    if baseline == ASSISTANT:
        own, assistant = fingerprint.calibration.distances, fingerprint.assistant
        return None if assistant is None else distinctiveness(own, assistant.distances)
    if baseline != WORKSPACE:
        read = next((other for other in others if other.persona_id == baseline), None)
        others = [read or _named(persona, fingerprint, baseline)]
    return from_others(fingerprint, others)


def _named(persona: Persona, fingerprint: Fingerprint, persona_id: str) -> ComparableVoice:
    other = known_persona(persona.workspace_id, persona_id)
    made = stored_fingerprint(other)
    if made is None:
        raise no_fingerprint()
    voice = comparable_voice(other, made, fingerprint)
    if voice is None:
        raise _not_comparable(made, fingerprint)
    return voice


def _not_comparable(made: Fingerprint, fingerprint: Fingerprint) -> ProblemError:
    code, why = "embedder_mismatch", "Different embedders made the two fingerprints."
    if made.embedder == fingerprint.embedder:
        code, why = "scenarios_mismatch", "The two personas answered different scenarios."
    detail = f"{why} POST .../fingerprint computes the older one again."
    return ProblemError(problem(code, "The voices cannot be compared", 409, detail))
