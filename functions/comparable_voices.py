"""The fingerprints of the workspace's other personas that can be compared with one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from fourfold.persona import FingerprintSummary, Persona
from fourfold.personas.filters import PersonaFilter
from fourfold.progress.run import RunKind
from fourfold.voice.distinctiveness import ComparableVoice
from fourfold.voice.fingerprint import Fingerprint, unpacked_small
from functions.wiring import job_store, persona_search

# Number of other personas to compare with, newest first. It bounds the cost of a comparison.
_MAX_OTHERS = 12
# Pages of the workspace's list that are searched for them.
_MAX_PAGES = 4


def stored_fingerprint(persona: Persona) -> Fingerprint | None:
    """Returns the persona's newest fingerprint, or None."""
    text = job_store().result(persona.workspace_id, persona.id, RunKind.FINGERPRINT)
    return None if text is None else Fingerprint.model_validate_json(text)


def comparable_voices(persona: Persona, fingerprint: Fingerprint) -> list[ComparableVoice]:
    """The workspace's newest other voices with the same embedder and scenario set."""
    others = {other.id: other for other in islice(_comparable(persona, fingerprint), _MAX_OTHERS)}
    found = []
    for other_id, text in job_store().results(persona.workspace_id, others, RunKind.FINGERPRINT).items():
        voice = comparable_voice(others[other_id], Fingerprint.model_validate_json(text), fingerprint)
        found += [] if voice is None else [voice]
    return found


def comparable_voice(other: Persona, made: Fingerprint, fingerprint: Fingerprint) -> ComparableVoice | None:
    """The other persona's voice, or None if another embedder made its vectors, or it answered other scenarios."""
    if not is_comparable(made, fingerprint) or not made.sample:
        return None
    replies = np.array([unpacked_small(vector) for vector in made.sample])
    return ComparableVoice(other.id, other.surface.name if other.surface else None, made, replies)


def is_comparable(one: Fingerprint | FingerprintSummary, other: Fingerprint | FingerprintSummary) -> bool:
    """Whether two fingerprints have the same embedder and the same scenarios."""
    return (one.embedder, one.scenario_set) == (other.embedder, other.scenario_set)


def _comparable(persona: Persona, fingerprint: Fingerprint) -> Iterator[Persona]:
    """The newest personas with a fingerprint of the same embedder and scenario set, of _MAX_PAGES pages of the list."""
    last: str | None = None
    for _ in range(_MAX_PAGES):
        page = persona_search().page(persona.workspace_id, PersonaFilter(), _MAX_OTHERS + 1, last)
        for other in page.personas:
            summary = other.fingerprint
            if other.id != persona.id and summary is not None and is_comparable(summary, fingerprint):
                yield other
        last = page.last
        if last is None:
            return
