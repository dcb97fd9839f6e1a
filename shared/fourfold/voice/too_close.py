"""Whether a new voice is too close to the voices of its workspace, as an event."""

from __future__ import annotations

from collections.abc import Sequence

from fourfold.events.voice import SimilarVoice, VoiceTooClose
from fourfold.voice.distinctiveness import ComparableVoice, from_others, nearest, verdict_of
from fourfold.voice.fingerprint import Fingerprint


def too_close(fingerprint: Fingerprint, others: Sequence[ComparableVoice], minimum: float) -> VoiceTooClose | None:
    """The event of a voice that is surely less distinct from others than `minimum` (0-1); None for any other voice."""
    result = from_others(fingerprint, others)
    if result is None or verdict_of(result, minimum) != "too_close":
        return None
    return VoiceTooClose(
        persona_id=fingerprint.persona_id,
        run_id=fingerprint.run_id,
        score=result.score,
        interval=(result.low, result.high),
        minimum=minimum,
        nearest=tuple(
            SimilarVoice(persona_id=near.voice.persona_id, score=near.score, alike=near.alike)
            for near in nearest(fingerprint, others)
        ),
        rewrite=None,
    )
