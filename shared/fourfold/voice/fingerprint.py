"""The voice fingerprint: the mean vector of a persona's replies, with the figures that calibrate distances to it.

Calibration distances are held out by topic (fourfold.voice.calibration). With n = 50 the smallest possible p-value is
1/51.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Annotated

import numpy as np
from pydantic import Field

from fourfold.ids import PersonaId, RunId
from fourfold.persona import Document, FingerprintSummary, Grade, TokenUsage
from fourfold.voice.calibration import held_out
from fourfold.voice.embedder import Embedder, Vector, Vectors, cosine_distances, mean_of, normalised
from fourfold.voice.features import Profile, profile_of
from fourfold.voice.scenarios import ScenarioSet
from fourfold.voice.statistics import auc, equal_error_rate
from fourfold.voice.words import length_in_words

# Shorter replies carry too little signal to be scored alone (12 words are about 15 tokens).
MIN_WORDS = 12
# Fewer scorable replies make the calibration unreliable: the grade is then `weak`.
MIN_REPLIES = 20
_STRONG_EER, _USABLE_EER = 0.10, 0.20
_SAMPLE_SIZE = 20
# The registers of the exchanges that are kept, and the greatest length of their replies in characters.
_SHOWN = ("small_talk", "opinion", "self_disclose")
_LONGEST_EXAMPLE = 400


class DistanceFigures(Document):
    """Distances of other voices against the persona's own: median, equal error rate (0-1) and AUC (0.5-1)."""

    distances: tuple[float, ...]
    replies: int
    median: float
    eer: float
    auc: float


class Calibration(Document):
    """Held-out distances of the persona's own replies, ascending, with mean, standard deviation and smallest p.

    `standard_error` is that of the mean, with topics as the units; 0 in fingerprints made before it was measured.
    """

    n: int
    distances: tuple[float, ...]
    mean: float
    deviation: float
    standard_error: float = 0.0
    smallest_p: float


class Exchange(Document):
    """A scenario's message to the persona, and the persona's reply."""

    message: str
    reply: str


class Fingerprint(Document):
    """The stored fingerprint. Vectors are base64 of little-endian float32; those in `sample` are base64 of int8.

    `assistant_vector` (stored as `pole`) is the mean of the plain assistant's replies. `sample` holds up to 20 reply
    vectors, which other personas of the workspace are compared with. `reasons` say why the grade is not better or sure.
    `examples` are up to three exchanges, for files that show how the persona talks.
    """

    persona_id: PersonaId
    run_id: RunId
    embedder: str
    scenario_set: str
    language: str | None
    scenarios: int
    scored: int
    grade: Grade
    reasons: tuple[str, ...]
    calibration: Calibration
    assistant: DistanceFigures | None
    cohort: DistanceFigures | None
    vector: str
    assistant_vector: Annotated[str | None, Field(alias="pole")]
    sample: tuple[str, ...]
    profile: Profile
    examples: tuple[Exchange, ...] = ()
    models: tuple[str, ...]
    tokens: TokenUsage
    cost_usd: float | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FingerprintInput:
    """Input of a fingerprint: replies by scenario id, the plain assistant's replies, the models used, their cost."""

    replies: Mapping[str, str]
    assistant_replies: Sequence[str]
    models: tuple[str, ...]
    tokens: TokenUsage
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class FingerprintOwner:
    """The persona and run a fingerprint belongs to; `language` is BCP 47 or None."""

    persona_id: str
    run_id: str
    language: str | None


def make_fingerprint(
    owner: FingerprintOwner, source: FingerprintInput, embedder: Embedder, scenarios: ScenarioSet, at: datetime
) -> Fingerprint:
    """Embeds the replies and calibrates the fingerprint.

    Raises:
        ModelError: the embedder returned no vectors.
        ValueError: every reply is empty.
    """
    replies = {key: text for key, text in source.replies.items() if length_in_words(text) >= MIN_WORDS}
    reasons = []
    if len(replies) < MIN_REPLIES:
        reasons.append(f"only {len(replies)} of {len(source.replies)} replies have {MIN_WORDS} words or more")
        replies = {key: text for key, text in source.replies.items() if text.strip()}
    cohort_texts = cohort()
    texts = [*replies.values(), *source.assistant_replies, *cohort_texts]
    embedding = embedder.embed(texts)
    own = embedding.vectors[: len(replies)]
    assistant_vectors = embedding.vectors[len(own) : len(own) + len(source.assistant_replies)]
    cohort_vectors = embedding.vectors[len(own) + len(source.assistant_replies) :]
    vector = mean_of(own)
    calibration = held_out(own, [scenarios.find(key).topic for key in replies])
    distances = np.array(calibration.distances)
    assistant = figures(calibration.distances, vector, assistant_vectors)
    cohort_figures = figures(calibration.distances, vector, cohort_vectors)
    grade, graded = _grade(assistant, cohort_figures)
    if reasons:
        grade = Grade.WEAK
    if embedder.trained_on is not None and not _is_in(owner.language, embedder.trained_on):
        graded.append(f"{embedder.id} was trained on texts in {embedder.trained_on}, not in {owner.language}")
    costs = (source.cost_usd, embedding.cost_usd)
    return Fingerprint(
        persona_id=owner.persona_id,
        run_id=owner.run_id,
        embedder=embedder.id,
        scenario_set=scenarios.version,
        language=owner.language,
        scenarios=len(source.replies),
        scored=len(own),
        grade=grade,
        reasons=(*reasons, *graded),
        calibration=Calibration(
            n=len(distances),
            distances=tuple(np.round(distances, 5).tolist()),
            mean=round(float(distances.mean()), 5),
            deviation=round(float(distances.std(ddof=1)) if len(distances) > 1 else 0.0, 5),
            standard_error=round(calibration.standard_error, 5),
            smallest_p=round(1 / (len(distances) + 1), 4),
        ),
        assistant=assistant,
        cohort=cohort_figures,
        vector=packed(vector),
        assistant_vector=packed(mean_of(assistant_vectors)) if len(assistant_vectors) else None,
        sample=tuple(packed_small(vector) for vector in own[:: max(1, len(own) // _SAMPLE_SIZE)]),
        profile=profile_of(list(replies.values())),
        examples=tuple(_examples(replies, scenarios, owner.language)),
        models=source.models,
        tokens=source.tokens + embedding.tokens,
        cost_usd=None if None in costs else round(sum(cost for cost in costs if cost is not None), 6),
        created_at=at,
    )


def summary_of(fingerprint: Fingerprint) -> FingerprintSummary:
    """The summary that is stored in the persona."""
    rates = [side.eer for side in (fingerprint.assistant, fingerprint.cohort) if side is not None]
    return FingerprintSummary(
        run_id=fingerprint.run_id,
        embedder=fingerprint.embedder,
        scenario_set=fingerprint.scenario_set,
        grade=fingerprint.grade,
        eer=max(rates, default=None),
        created_at=fingerprint.created_at,
    )


def figures(own: Sequence[float], vector: Vector, others: Vectors) -> DistanceFigures | None:
    """Distance figures of other voices' vectors against the persona's own distances; None without others."""
    if not len(others):
        return None
    distances = np.sort(cosine_distances(others, vector)).tolist()
    return DistanceFigures(
        distances=tuple(round(distance, 4) for distance in distances),
        replies=len(distances),
        median=round(distances[len(distances) // 2], 4),
        eer=round(equal_error_rate(own, distances), 4),
        auc=round(auc(own, distances), 4),
    )


@cache
def cohort() -> tuple[str, ...]:
    """Replies of the shipped cohort of personas, which every fingerprint is compared with."""
    content = json.loads((resources.files("fourfold.voice") / "data" / "cohort.json").read_text(encoding="utf-8"))
    return tuple(text for voice in content["voices"] for text in voice)


def packed(vector: Vector) -> str:
    """A vector as base64 of little-endian float32 values."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def unpacked(text: str) -> Vector:
    """Decodes `packed`; the vector has L2 norm 1."""
    return normalised(np.frombuffer(base64.b64decode(text), dtype="<f4"))


def packed_small(vector: Vector) -> str:
    """A vector as base64 of int8 values: a quarter of the size, with a cosine error under 0.01."""
    greatest = float(np.abs(vector).max(initial=0.0)) or 1.0
    return base64.b64encode(np.round(127 * vector / greatest).astype(np.int8).tobytes()).decode()


def unpacked_small(text: str) -> Vector:
    """Decodes `packed_small`; the vector has L2 norm 1."""
    return normalised(np.frombuffer(base64.b64decode(text), dtype=np.int8))


def _is_in(language: str | None, trained_on: str) -> bool:
    """Whether a language tag is of this language; a persona without a tag speaks English."""
    return language is None or language.split("-")[0].lower() == trained_on


def _examples(replies: Mapping[str, str], scenarios: ScenarioSet, language: str | None) -> Iterator[Exchange]:
    """The first reply of each register of _SHOWN that is at most _LONGEST_EXAMPLE characters long."""
    for register in _SHOWN:
        short = (key for key in replies if key.startswith(f"{register}.") and len(replies[key]) <= _LONGEST_EXAMPLE)
        if key := next(short, None):
            yield Exchange(message=scenarios.find(key).text(language), reply=replies[key].strip())


def _grade(assistant: DistanceFigures | None, others: DistanceFigures | None) -> tuple[Grade, list[str]]:
    """The grade by the higher of the two equal error rates, with the reasons that lower it."""
    sides = (("the bare assistant", assistant), ("other personas", others))
    rates = [(side.eer, name) for name, side in sides if side is not None]
    if not rates:
        return Grade.WEAK, ["there was no other voice to compare with"]
    worst, name = max(rates)
    if worst <= _STRONG_EER:
        return Grade.STRONG, []
    return (Grade.USABLE if worst <= _USABLE_EER else Grade.WEAK), [f"the voice is close to {name} (EER {worst:.0%})"]
