"""Makes the certificate of another chat model: whether the persona keeps its voice on it, and what changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from fourfold.drift import Deviation
from fourfold.persona import Persona, TokenUsage
from fourfold.voice.drift import compared
from fourfold.voice.embedder import Embedder, Vectors, cosine_distances
from fourfold.voice.features import changes
from fourfold.voice.fingerprint import MIN_REPLIES, MIN_WORDS, Fingerprint, unpacked
from fourfold.voice.shift import shift_between
from fourfold.voice.words import length_in_words
from fourfold.voice_certificate import AssistantPull, Verdict, VoiceCertificate, VoiceShift


@dataclass(frozen=True, slots=True)
class CheckedReplies:
    """What a certificate is made of: replies by scenario id on both models, and what those of the other model cost."""

    model: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    tokens: TokenUsage
    cost_usd: float | None


def certificate(  # noqa: PLR0913, PLR0917 - what it compares, and whose it is
    persona: Persona, run_id: str, fingerprint: Fingerprint, replies: CheckedReplies, embedder: Embedder, at: datetime
) -> VoiceCertificate:
    """Compares the replies of two models to the same scenarios. `embedder` is the fingerprint's.

    Raises:
        ModelError: the embedder returned no vectors.
    """
    keys = [
        key for key in replies.before if all(_is_long(side.get(key, "")) for side in (replies.before, replies.after))
    ]
    before, after = [replies.before[key] for key in keys], [replies.after[key] for key in keys]
    cost_usd, tokens = replies.cost_usd, replies.tokens
    shift, pull, verdict = None, None, "inconclusive"
    reasons = [f"only {len(keys)} of {len(replies.before)} scenarios have replies of {MIN_WORDS} words on both models"]
    changed: tuple[Deviation, ...] = ()
    if len(keys) >= MIN_REPLIES:
        embedding = embedder.embed([*before, *after])
        tokens += embedding.tokens
        cost_usd = None if None in {cost_usd, embedding.cost_usd} else (cost_usd or 0) + (embedding.cost_usd or 0)
        sides = embedding.vectors[: len(keys)], embedding.vectors[len(keys) :]
        found = shift_between(*sides)
        verdict, reasons = found.verdict, _reasons(found.verdict)
        shift = VoiceShift(
            estimate=round(found.estimate, 6),
            interval=(round(found.low, 6), round(found.high, 6)),
            margin=round(found.margin, 6),
            p_value=round(found.p_value, 4),
        )
        changed, pull = changes(before, after), _assistant_pull(fingerprint, *sides)
    return VoiceCertificate(
        persona_id=persona.id,
        persona_version=persona.version,
        run_id=run_id,
        model=replies.model,
        fingerprint=compared(fingerprint),
        fingerprint_models=fingerprint.models,
        verdict=verdict,
        reasons=tuple(reasons),
        scenarios=len(replies.before),
        pairs=len(keys),
        shift=shift,
        changed=changed,
        assistant_pull=pull,
        tokens=tokens,
        cost_usd=None if cost_usd is None else round(cost_usd, 6),
        created_at=at,
    )


def _is_long(text: str) -> bool:
    return length_in_words(text) >= MIN_WORDS


def _reasons(verdict: Verdict) -> list[str]:
    if verdict != "inconclusive":
        return []
    return ["the shift is neither surely below the voice's own retest noise nor surely beyond it"]


def _assistant_pull(fingerprint: Fingerprint, before: Vectors, after: Vectors) -> AssistantPull | None:
    if fingerprint.assistant_vector is None:
        return None
    own, assistant = unpacked(fingerprint.vector), unpacked(fingerprint.assistant_vector)
    pulls = [np.mean(cosine_distances(side, own) - cosine_distances(side, assistant)) for side in (before, after)]
    return AssistantPull(before=round(float(pulls[0]), 4), after=round(float(pulls[1]), 4))
