"""Builds the report on how distinct a persona's voice is from a baseline, and which voices are nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from fourfold.http.problems import ProblemError
from fourfold.persona import Persona
from fourfold.problem import problem
from fourfold.voice.distinctiveness import Distinctiveness, alike, distinctiveness
from fourfold.voice.embedder import Vector, Vectors, cosine_distance, cosine_distances
from fourfold.voice.fingerprint import Fingerprint, unpacked
from functions.api.errors import no_fingerprint
from functions.api.personas.lookup import known_persona
from functions.api.voice.schemas import DistinctivenessReport, NearVoice
from functions.comparable_voices import ComparableVoice, comparable_voice, comparable_voices, stored_fingerprint

WORKSPACE: Final = "workspace"
ASSISTANT: Final = "assistant"
_NEAREST: Final = 3


def distinctiveness_report(persona: Persona, baseline: str, minimum: float) -> DistinctivenessReport:
    """Compares the persona's voice with a baseline: `workspace`, `assistant`, or the id of another persona.

    Raises:
        ProblemError: 404 no such other persona, 409 one of the two has no fingerprint, or another embedder made it.
    """
    fingerprint = stored_fingerprint(persona)
    if fingerprint is None:
        raise no_fingerprint()
    centre = unpacked(fingerprint.vector)
    others = comparable_voices(persona, fingerprint)
    result = _compared(persona, fingerprint, centre, baseline, others)
    return DistinctivenessReport(
        persona_id=persona.id,
        baseline=baseline,
        score=None if result is None else result.score,
        interval=None if result is None else (result.low, result.high),
        replies=0 if result is None else result.replies,
        minimum=minimum,
        verdict=_verdict(result, minimum),
        nearest=_nearest(fingerprint, centre, others),
    )


def _compared(
    persona: Persona, fingerprint: Fingerprint, centre: Vector, baseline: str, others: Sequence[ComparableVoice]
) -> Distinctiveness | None:
    own = fingerprint.calibration.distances
    if baseline == ASSISTANT:
        assistant = fingerprint.assistant
        return None if assistant is None else distinctiveness(own, assistant.distances)
    if baseline != WORKSPACE:
        read = next((other for other in others if other.persona_id == baseline), None)
        others = [read or _named(persona, fingerprint, baseline)]
    return _from(own, centre, np.concatenate([other.replies for other in others])) if others else None


def _named(persona: Persona, fingerprint: Fingerprint, persona_id: str) -> ComparableVoice:
    other = known_persona(persona.workspace_id, persona_id)
    made = stored_fingerprint(other)
    if made is None:
        raise no_fingerprint()
    voice = comparable_voice(other, made, fingerprint)
    if voice is None:
        detail = "Different embedders made the two fingerprints. POST .../fingerprint computes the older one again."
        raise ProblemError(problem("embedder_mismatch", "The voices cannot be compared", 409, detail))
    return voice


def _from(own: Sequence[float], centre: Vector, replies: Vectors) -> Distinctiveness:
    return distinctiveness(own, cosine_distances(replies, centre).tolist())


def _nearest(fingerprint: Fingerprint, centre: Vector, others: Sequence[ComparableVoice]) -> tuple[NearVoice, ...]:
    near = [
        NearVoice(
            persona_id=other.persona_id,
            name=other.name,
            distance=round(cosine_distance(unpacked(other.fingerprint.vector), centre), 4),
            score=_from(fingerprint.calibration.distances, centre, other.replies).score,
            alike=alike(fingerprint.profile, other.fingerprint.profile),
        )
        for other in others
    ]
    return tuple(sorted(near, key=lambda voice: voice.distance)[:_NEAREST])


def _verdict(
    result: Distinctiveness | None, minimum: float
) -> Literal["distinct", "uncertain", "too_close", "not_measured"]:
    if result is None:
        return "not_measured"
    if result.low >= minimum:
        return "distinct"
    return "too_close" if result.high < minimum else "uncertain"
