"""How well each embedder separates voices, and how soon a swapped voice alarms (rates: voice_rates.py).

Two sets of voices: offline personas, which this product's own composer writes and which are more distinct than people,
and the people of the chat corpus's part `test` (benchmarks/chat_corpus.py), whom nothing was trained on. A person's
fitted replies and new ones come from different conversations. Several replies count by the mean of their scores, as a
session's do. Intervals are over speakers (bootstrap, 95 %).
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.chat_corpus import CORPUS, INSTALL, turns
from benchmarks.report import Report
from benchmarks.voice_speakers import FITTED, SpeakerTexts, offline_speakers
from fourfold.voice.calibration import held_out
from fourfold.voice.embedder import Embedder, Vectors, cosine_distances, mean_of
from fourfold.voice.shipped import SHIPPED
from fourfold.voice.statistics import (
    DECISION,
    auc,
    conformal_p,
    cusum_step,
    equal_error_rate,
    session_z,
)

SIZES = (1, 4, 16)
LEAST_WORDS, LEAST_GROUPS, LEAST_FRESH = 12, 3, 40
SESSION, SESSIONS, RATE, PUBLISHED = 50, 100, 0.05, 0.30
RESAMPLES = 1000
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice's centre, its calibration, and its new replies' vectors by conversation or topic."""

    centre: Numbers
    distances: tuple[float, ...]
    standard_error: float
    fresh: tuple[Vectors, ...]

    def own(self) -> list[Numbers]:
        """The scores of its own new replies, by conversation or topic."""
        return [cosine_distances(vectors, self.centre) for vectors in self.fresh]


def measure() -> Report:
    """All figures; those of people need the chat corpus."""
    report = Report("voice_separation")
    sets = {"offline": offline_speakers()}
    if CORPUS.exists():
        sets["people"] = people()
    else:
        report.figure("people", 0, "not measured", f"install it: {INSTALL}")
    for name, texts in sets.items():
        for embedder in SHIPPED.values():
            speakers = [speaker_of(one, embedder) for one in texts]
            separation(report, f"{name}, {embedder.id}", speakers)
            _rates(report, f"{name}, {embedder.id}", speakers)
            _delay(report, f"{name}, {embedder.id}", speakers)
    return report


def people() -> list[SpeakerTexts]:
    """The people of the part `test` who wrote enough."""
    found = []
    for conversations in (said for _, said in sorted(turns(LEAST_WORDS, "test").items())):
        fitted: list[tuple[str, ...]] = []
        fresh: list[tuple[str, ...]] = []
        for texts in conversations.values():
            room = FITTED - sum(map(len, fitted))
            (fitted if room else fresh).append(tuple(texts[:room] if room else texts))
        if len(fitted) >= LEAST_GROUPS and not room and sum(map(len, fresh)) >= LEAST_FRESH:
            found.append(SpeakerTexts(tuple(fitted), tuple(fresh)))
    return found


def speaker_of(texts: SpeakerTexts, embedder: Embedder) -> Speaker:
    """The voice of a speaker, measured by an embedder."""
    vectors = [embedder.embed(group).vectors for group in texts.fitted]
    every = np.concatenate(vectors)
    topics = [str(place) for place, group in enumerate(vectors) for _ in group]
    calibration = held_out(every, topics)
    fresh = tuple(embedder.embed(group).vectors for group in texts.fresh)
    return Speaker(mean_of(every), calibration.distances, calibration.standard_error, fresh)


def separation(report: Report, who: str, speakers: Sequence[Speaker]) -> None:
    """Adds how well a speaker's new replies are distinguished from the others', by one reply and by several."""
    for size in SIZES:
        areas, rates, shuffled, costs = [], [], [], []
        everyone = [np.concatenate(speaker.fresh) for speaker in speakers]
        order = random.Random(5).sample(range(len(speakers)), len(speakers))  # noqa: S311
        for place, speaker in enumerate(speakers):
            scores = [_means(cosine_distances(vectors, speaker.centre), size) for vectors in everyone]
            others = [score for other, found in enumerate(scores) if other != place for score in found]
            areas.append(auc(scores[place], others))
            rates.append(equal_error_rate(scores[place], others))
            costs.append(least_cost_of_ratios(scores[place], others))
            taken = order[place]
            rest = [score for other, found in enumerate(scores) if other != taken for score in found]
            shuffled.append(auc(scores[taken], rest))
        note = f"{len(speakers)} voices, {FITTED} replies each fitted; 95 % over speakers"
        report.figure(f"{who}: AUC, {_named(size)}", statistics.mean(areas), interval(areas), note)
        report.figure(f"{who}: EER, {_named(size)}", statistics.mean(rates), interval(rates), "")
        report.figure(
            f"{who}: min C_llr, {_named(size)}", statistics.mean(costs), interval(costs), "bits; 1 is no information"
        )
        if size == 1:
            report.figure(
                f"{who}: AUC, speakers shuffled", statistics.mean(shuffled), interval(shuffled), "must be about 0.5"
            )


def least_cost_of_ratios(own: Sequence[float], others: Sequence[float]) -> float:
    """The minimum cost of log likelihood ratios in bits (Brummer and du Preez 2006): after the best calibration.

    That is the monotone one, by pooling adjacent violators. The two classes weigh the same, whatever their sizes.
    """
    values, place = np.unique(np.concatenate((own, others)), return_inverse=True)
    owned = np.bincount(place[: len(own)], minlength=len(values)) * 0.5 / len(own)
    foreign = np.bincount(place[len(own) :], minlength=len(values)) * 0.5 / len(others)
    pools: list[tuple[float, float]] = []
    for pool in zip(owned.tolist(), foreign.tolist(), strict=True):
        pools.append(pool)
        # Scores are distances: the share of the voice's own replies falls as they rise.
        while len(pools) > 1 and _own_share(pools[-1]) >= _own_share(pools[-2]):
            (ours, theirs), (more, further) = pools.pop(), pools.pop()
            pools.append((ours + more, theirs + further))
    return sum(
        -ours * _log2(_own_share((ours, theirs))) - theirs * _log2(1 - _own_share((ours, theirs)))
        for ours, theirs in pools
    )


def _own_share(pool: tuple[float, float]) -> float:
    return pool[0] / (pool[0] + pool[1])


def _log2(share: float) -> float:
    return math.log2(share) if share > 0 else 0.0  # its weight is zero then


def _rates(report: Report, who: str, speakers: Sequence[Speaker]) -> None:
    by_p = [share(conformal_p(one.distances, score) <= RATE for score in np.concatenate(one.own())) for one in speakers]
    over = [share(score > PUBLISHED for score in np.concatenate(one.own())) for one in speakers]
    report.figure(f"{who}: p <= {RATE}", statistics.mean(by_p), interval(by_p), "of own replies; threshold auto")
    report.figure(f"{who}: over {PUBLISHED:.2f}", statistics.mean(over), interval(over), "of own replies")


def _delay(report: Report, who: str, speakers: Sequence[Speaker]) -> None:
    delays, missed = [], 0
    for place, speaker in enumerate(speakers):
        stranger = speakers[(place + 1) % len(speakers)]
        scores = [cosine_distances(vectors, speaker.centre) for vectors in stranger.fresh]
        for session in sessions(scores, wanders=True)[:5]:
            alarm = alarm_at(speaker, session)
            missed += alarm is None
            delays += [] if alarm is None else [alarm]
    note = f"{missed} of {missed + len(delays)} not within {SESSION}"
    report.figure(f"{who}: CUSUM delay after a swapped voice, median", statistics.median(delays), "replies", note)


def alarm_at(speaker: Speaker, scores: Sequence[float]) -> int | None:
    """The number of the reply at which the session's CUSUM alarms, as fourfold.voice.drift computes it."""
    mean, deviation = statistics.mean(speaker.distances), statistics.stdev(speaker.distances)
    cusum = 0.0
    for number, score in enumerate(scores, 1):
        cusum = cusum_step(cusum, session_z(score, mean, speaker.standard_error, deviation))
        if cusum > DECISION:
            return number
    return None


def sessions(scores: Sequence[Numbers], *, wanders: bool) -> list[list[float]]:
    """Sessions drawn from a speaker's scores: single replies, or whole conversations in their order."""
    rng = random.Random(17)  # noqa: S311
    every = np.concatenate(scores).tolist()
    if wanders:
        return [rng.choices(every, k=SESSION) for _ in range(SESSIONS)]
    found = []
    for _ in range(SESSIONS):
        session: list[float] = []
        while len(session) < SESSION:
            session += rng.choice(scores).tolist()
        found.append(session[:SESSION])
    return found


def _means(scores: Numbers, size: int) -> list[float]:
    whole = scores[: len(scores) // size * size]
    return [float(mean) for mean in whole.reshape(-1, size).mean(axis=1)]


def interval(values: Sequence[float]) -> str:
    """The 95 % interval of the mean over speakers (bootstrap), as text."""
    rng = np.random.default_rng(1)
    means = rng.choice(np.array(values), (RESAMPLES, len(values))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return f"[{low:.3f}, {high:.3f}]"


def share(hits: Iterable[bool]) -> float:
    """The share of hits."""
    counted = [float(hit) for hit in hits]
    return sum(counted) / len(counted)


def _named(size: int) -> str:
    return "one reply" if size == 1 else f"mean of {size} replies"


if __name__ == "__main__":
    measure().publish()
