"""Builds the map of a workspace's voices from stored fingerprints."""

from __future__ import annotations

from typing import Final

import numpy as np

from fourfold.persona import Persona
from fourfold.personas.filters import PersonaFilter
from fourfold.progress.run import RunKind
from fourfold.voice.distinctiveness import alike
from fourfold.voice.fingerprint import Fingerprint, unpacked, unpacked_small
from fourfold.voice.map_svg import Dot, map_svg
from fourfold.voice.voice_map import MappedVoice, positions, scores, twins
from functions.api.voices.schemas import MappedPersona, VoiceMap, VoiceTwins
from functions.wiring import job_store, persona_search

# The newest personas that are looked at, and how many of their fingerprints are read. They bound the cost of a map.
_LOOKED_AT: Final = 100
_MOST: Final = 40


def voice_map(workspace_id: str, minimum: float) -> VoiceMap:
    """The map of the newest voices that can be compared with each other."""
    page = persona_search().page(workspace_id, PersonaFilter(), _LOOKED_AT).personas
    having = [persona for persona in page if persona.fingerprint is not None]
    basis = _basis(having[0]) if having else None
    chosen = [persona for persona in having if _basis(persona) == basis][:_MOST]
    texts = job_store().results(workspace_id, [persona.id for persona in chosen], RunKind.FINGERPRINT)
    made = {persona.id: Fingerprint.model_validate_json(texts[persona.id]) for persona in chosen if persona.id in texts}
    # A fingerprint may have been computed again, by another embedder or scenarios, since its persona was read.
    made = {each: one for each, one in made.items() if (one.embedder, one.scenario_set) == basis and one.sample}
    shown = [persona for persona in chosen if persona.id in made]
    voices = [_mapped(made[persona.id]) for persona in shown]
    places, share = positions(voices)
    found = scores(voices)
    ids = [persona.id for persona in shown]
    nearest = [int(np.argmin(np.where(np.arange(len(ids)) == row, 2.0, found[row]))) for row in range(len(ids))]
    lone = len(ids) == 1
    return VoiceMap(
        embedder=None if basis is None else basis[0],
        voices=tuple(
            MappedPersona(
                persona_id=persona.id,
                name=persona.surface.name if persona.surface else None,
                grade=made[persona.id].grade,
                x=round(float(places[row][0]), 4),
                y=round(float(places[row][1]), 4),
                nearest=None if lone else ids[nearest[row]],
                distinctiveness=None if lone else round(float(found[row, nearest[row]]), 4),
            )
            for row, persona in enumerate(shown)
        ),
        twins=tuple(
            VoiceTwins(
                personas=(ids[pair.one], ids[pair.other]),
                distinctiveness=pair.score,
                alike=alike(made[ids[pair.one]].profile, made[ids[pair.other]].profile),
            )
            for pair in twins(found, minimum)
        ),
        minimum=minimum,
        shown=round(share, 4),
        left_out=len(having) - len(shown),
    )


def picture(content: VoiceMap) -> str:
    """The map as SVG."""
    places = {voice.persona_id: row for row, voice in enumerate(content.voices)}
    dots = [Dot(voice.name or voice.persona_id, voice.x, voice.y) for voice in content.voices]
    pairs = [(places[pair.personas[0]], places[pair.personas[1]]) for pair in content.twins]
    return map_svg(f"{len(dots)} voices, {len(pairs)} pairs too close", dots, pairs)


def _basis(persona: Persona) -> tuple[str, str]:
    """What must be equal for two voices to be compared: the embedder and the scenarios."""
    made = persona.fingerprint
    return ("", "") if made is None else (made.embedder, made.scenario_set)


def _mapped(made: Fingerprint) -> MappedVoice:
    replies = np.array([unpacked_small(vector) for vector in made.sample])
    return MappedVoice(unpacked(made.vector), replies, made.calibration.distances)
