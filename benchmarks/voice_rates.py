"""Whether the stated rates of false alarms hold: `python -m benchmarks.voice_rates`.

Two alarms: a reply over `threshold: auto`, which states `false_alarm_rate`, and the CUSUM of a session, which states
one alarm in so many replies. Four cells: people on whom nothing was trained and offline personas, in sessions that
stay on a topic (whole conversations in their order) and that wander (single replies of any conversation). A ratio is
the realised rate over the stated one; intervals are over speakers (bootstrap, 95 %). It needs the chat corpus.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from benchmarks.chat_corpus import CORPUS, INSTALL
from benchmarks.report import Report
from benchmarks.voice_separation import (
    RATE,
    RESAMPLES,
    SESSION,
    Speaker,
    alarm_at,
    people,
    sessions,
    share,
    speaker_of,
)
from benchmarks.voice_speakers import offline_speakers
from fourfold.voice.shipped import SHIPPED
from fourfold.voice.statistics import average_run_length, conformal_threshold

TARGET = 1.5


def measure() -> Report:
    """The rates of every cell.

    Raises:
        SystemExit: the corpus is not installed.
    """
    if not CORPUS.exists():
        raise SystemExit(INSTALL)
    report = Report("voice_rates")
    for who, texts in (("people", people()), ("offline", offline_speakers())):
        for embedder in SHIPPED.values():
            speakers = [speaker_of(one, embedder) for one in texts]
            for wanders in (False, True):
                cell = f"{who}, {'wandering' if wanders else 'on a topic'}, {embedder.id}"
                _threshold(report, cell, speakers, wanders=wanders)
                _cusum(report, cell, speakers, wanders=wanders)
            _of_the_mean(report, f"{who}, {embedder.id}", speakers)
    return report


def _threshold(report: Report, cell: str, speakers: Sequence[Speaker], *, wanders: bool) -> None:
    """Adds the share of own replies over the threshold."""
    rates = []
    for one in speakers:
        threshold = conformal_threshold(one.distances, RATE)
        scores = np.concatenate([np.array(session) for session in sessions(one.own(), wanders=wanders)])
        rates.append(share(scores > threshold))
    _row(report, f"{cell}: replies over threshold auto", rates, RATE)


def _cusum(report: Report, cell: str, speakers: Sequence[Speaker], *, wanders: bool) -> None:
    """Adds the share of sessions of SESSION own replies with an alarm."""
    stated = 1 - (1 - 1 / average_run_length()) ** SESSION
    rates = [
        share(alarm_at(one, scores) is not None for scores in sessions(one.own(), wanders=wanders)) for one in speakers
    ]
    _row(report, f"{cell}: sessions of {SESSION} with a CUSUM alarm", rates, stated)


def _of_the_mean(report: Report, who: str, speakers: Sequence[Speaker]) -> None:
    """Adds how far the new replies' mean distance is from the calibration's, in the calibration's deviations."""
    shifts, spreads = [], []
    for one in speakers:
        own, deviation = np.concatenate(one.own()), statistics.stdev(one.distances)
        shifts.append(float(own.mean() - statistics.mean(one.distances)) / deviation)
        spreads.append(float(own.std(ddof=1)) / deviation)
    note = "of the new replies' distances, in deviations of the calibration's"
    report.figure(f"{who}: shift of the mean", statistics.mean(shifts), "deviations", note)
    report.figure(f"{who}: spread", statistics.mean(spreads), "deviations", note)


def _row(report: Report, what: str, rates: Sequence[float], stated: float) -> None:
    rng = np.random.default_rng(1)
    means = rng.choice(np.array(rates), (RESAMPLES, len(rates))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    ratio = statistics.mean(rates) / stated
    holds = "within" if 1 / TARGET <= ratio <= TARGET else "above" if ratio > TARGET else "below"
    note = (
        f"stated {stated:.3f}; ratio {ratio:.2f} [{low / stated:.2f}, {high / stated:.2f}]; {holds} {TARGET}x; "
        f"{len(rates)} voices"
    )
    report.figure(what, statistics.mean(rates), f"[{low:.3f}, {high:.3f}]", note)


if __name__ == "__main__":
    measure().publish()
