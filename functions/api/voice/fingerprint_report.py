"""Builds the API's report and plot of a fingerprint, with its separation from the workspace's other personas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fourfold.config.engine import DriftConfig
from fourfold.jobs.store import JobStatus
from fourfold.persona import Persona
from fourfold.progress.run import RunKind
from fourfold.voice.distinctiveness import ComparableVoice
from fourfold.voice.fingerprint import DistanceFigures, Fingerprint, figures, unpacked
from fourfold.voice.plot import Series, distances_svg
from fourfold.voice.statistics import conformal_threshold
from functions.api.voice.schemas import FingerprintReport, OwnDistances, Separation
from functions.comparable_voices import comparable_voices, stored_fingerprint
from functions.wiring import job_store


def report(persona: Persona, config: DriftConfig, include: frozenset[str]) -> FingerprintReport:
    """Builds the report. `include` may contain `vector` and `distances`."""
    state = job_store().state(persona.workspace_id, persona.id, RunKind.FINGERPRINT)
    status_only = FingerprintReport(
        persona_id=persona.id,
        status=state.status if state else JobStatus.PENDING,
        run_id=state.run_id if state else None,
        error=state.error if state else None,
    )
    fingerprint = stored_fingerprint(persona)
    if fingerprint is None:
        return status_only
    others = comparable_voices(persona, fingerprint)
    return status_only.model_copy(
        update={
            "embedder": fingerprint.embedder,
            "scenario_set": fingerprint.scenario_set,
            "scenarios": fingerprint.scenarios,
            "scored": fingerprint.scored,
            "grade": fingerprint.grade,
            "reasons": fingerprint.reasons,
            "calibration": _own_distances(fingerprint, config, with_values="distances" in include),
            "separation": {
                "assistant": _separation(fingerprint.assistant, None),
                "cohort": _separation(fingerprint.cohort, None),
                "workspace": _separation(_workspace(fingerprint, others), len(others)),
            },
            "models": fingerprint.models,
            "tokens": fingerprint.tokens,
            "cost_usd": fingerprint.cost_usd,
            "created_at": fingerprint.created_at.isoformat(),
            "vector": unpacked(fingerprint.vector).tolist() if "vector" in include else None,
        }
    )


def plot(persona: Persona, config: DriftConfig) -> str | None:
    """Builds the SVG plot of own and other distances; None without a fingerprint."""
    fingerprint = stored_fingerprint(persona)
    if fingerprint is None:
        return None
    others = _workspace(fingerprint, comparable_voices(persona, fingerprint))
    name = persona.surface.name if persona.surface else persona.id
    comparison = ("workspace", others) if others else ("other voices", fingerprint.cohort)
    series = [
        Series("own", fingerprint.calibration.distances, "#2e7d5b"),
        Series(comparison[0], comparison[1].distances if comparison[1] else (), "#7a869a"),
        Series("assistant", fingerprint.assistant.distances if fingerprint.assistant else (), "#c98a1b"),
    ]
    return distances_svg(f"Distances to the voice of {name}", series, _threshold(fingerprint, config))


def _own_distances(fingerprint: Fingerprint, config: DriftConfig, *, with_values: bool) -> OwnDistances:
    calibration = fingerprint.calibration
    return OwnDistances(
        n=calibration.n,
        mean=calibration.mean,
        deviation=calibration.deviation,
        median=calibration.distances[len(calibration.distances) // 2],
        p95=calibration.distances[min(calibration.n - 1, int(0.95 * calibration.n))],
        smallest_p=calibration.smallest_p,
        auto_threshold=round(conformal_threshold(calibration.distances, config.false_alarm_rate), 4),
        false_alarm_rate=config.false_alarm_rate,
        distances=calibration.distances if with_values else None,
    )


def _threshold(fingerprint: Fingerprint, config: DriftConfig) -> float:
    if config.threshold == "auto":
        return conformal_threshold(fingerprint.calibration.distances, config.false_alarm_rate)
    return config.threshold


def _workspace(fingerprint: Fingerprint, others: Sequence[ComparableVoice]) -> DistanceFigures | None:
    if not others:
        return None
    vectors = np.concatenate([other.replies for other in others])
    return figures(fingerprint.calibration.distances, unpacked(fingerprint.vector), vectors)


def _separation(side: DistanceFigures | None, personas: int | None) -> Separation | None:
    if side is None:
        return None
    return Separation(personas=personas, replies=side.replies, median=side.median, eer=side.eer, auc=side.auc)
