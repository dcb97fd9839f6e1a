"""A fingerprint as the API tells it, and how it stands among the workspace's others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fourfold.config.engine import DriftConfig
from fourfold.jobs.store import JobStatus
from fourfold.persona import Persona
from fourfold.progress.run import RunKind
from fourfold.voice.embedder import Vector
from fourfold.voice.fingerprint import DistanceFigures, Fingerprint, figures, unpacked, unpacked_small
from fourfold.voice.plot import Series, distances_svg
from fourfold.voice.statistics import conformal_threshold
from functions.api.voice.schemas import FingerprintReport, OwnDistances, Separation
from functions.wiring import job_store, persona_store

# Personas a fingerprint is told from: the newest that have one. More would make reading it slow and it no truer.
_MOST_OTHERS = 12
# Pages of the workspace's list that are looked through for them.
_MOST_PAGES = 4


def stored_fingerprint(persona: Persona) -> Fingerprint | None:
    """The persona's newest fingerprint, or None."""
    text = job_store().result(persona.workspace_id, persona.id, RunKind.FINGERPRINT)
    return None if text is None else Fingerprint.model_validate_json(text)


def report(persona: Persona, config: DriftConfig, include: frozenset[str]) -> FingerprintReport:
    """The report; `include` may hold `vector` and `distances`."""
    state = job_store().state(persona.workspace_id, persona.id, RunKind.FINGERPRINT)
    head = FingerprintReport(
        persona_id=persona.id,
        status=state.status if state else JobStatus.PENDING,
        run_id=state.run_id if state else None,
        error=state.error if state else None,
    )
    found = stored_fingerprint(persona)
    if found is None:
        return head
    others = dict(_others(persona, found))
    return head.model_copy(
        update={
            "embedder": found.embedder,
            "scenario_set": found.scenario_set,
            "scenarios": found.scenarios,
            "scored": found.scored,
            "grade": found.grade,
            "reasons": found.reasons,
            "calibration": _own(found, config, told="distances" in include),
            "separation": {
                "assistant": _separation(found.assistant, None),
                "cohort": _separation(found.cohort, None),
                "workspace": _separation(_workspace(found, others), len(others)),
            },
            "models": found.models,
            "tokens": found.tokens,
            "cost_usd": found.cost_usd,
            "created_at": found.created_at.isoformat(),
            "vector": unpacked(found.vector) if "vector" in include else None,
        }
    )


def plot(persona: Persona, config: DriftConfig) -> str | None:
    """The SVG of own distances beside those of others, or None before there is a fingerprint."""
    found = stored_fingerprint(persona)
    if found is None:
        return None
    others = _workspace(found, dict(_others(persona, found)))
    name = persona.surface.name if persona.surface else persona.id
    strangers = ("workspace", others) if others else ("other voices", found.cohort)
    series = [
        Series("own", found.calibration.distances, "#2e7d5b"),
        Series(strangers[0], strangers[1].distances if strangers[1] else (), "#7a869a"),
        Series("assistant", found.assistant.distances if found.assistant else (), "#c98a1b"),
    ]
    return distances_svg(f"Distances to the voice of {name}", series, _threshold(found, config))


def _own(found: Fingerprint, config: DriftConfig, *, told: bool) -> OwnDistances:
    known = found.calibration
    return OwnDistances(
        n=known.n,
        mean=known.mean,
        deviation=known.deviation,
        median=known.distances[len(known.distances) // 2],
        p95=known.distances[min(known.n - 1, int(0.95 * known.n))],
        smallest_p=known.smallest_p,
        auto_threshold=round(conformal_threshold(known.distances, config.false_alarm_rate), 4),
        false_alarm_rate=config.false_alarm_rate,
        distances=known.distances if told else None,
    )


def _threshold(found: Fingerprint, config: DriftConfig) -> float:
    if config.threshold == "auto":
        return conformal_threshold(found.calibration.distances, config.false_alarm_rate)
    return config.threshold


def _others(persona: Persona, found: Fingerprint) -> Iterator[tuple[str, tuple[Vector, ...]]]:
    """Vectors of replies by other personas of the workspace: of the same embedder and scenarios, or not comparable."""
    near = islice(_comparable(persona, found), _MOST_OTHERS)
    theirs = job_store().results(persona.workspace_id, [other.id for other in near], RunKind.FINGERPRINT)
    for other_id, text in theirs.items():
        other = Fingerprint.model_validate_json(text)
        if other.embedder == found.embedder:
            yield other_id, tuple(unpacked_small(vector) for vector in other.sample)


def _comparable(persona: Persona, found: Fingerprint) -> Iterator[Persona]:
    """The newest personas whose fingerprints have the same embedder and scenarios, of a bounded number of them."""
    last: str | None = None
    for _ in range(_MOST_PAGES):
        page = persona_store().page(persona.workspace_id, _MOST_OTHERS + 1, last)
        for other in page.personas:
            summary = other.fingerprint
            if (
                other.id != persona.id
                and summary is not None
                and (summary.embedder, summary.scenario_set) == (found.embedder, found.scenario_set)
            ):
                yield other
        last = page.last
        if last is None:
            return


def _workspace(found: Fingerprint, others: dict[str, tuple[Vector, ...]]) -> DistanceFigures | None:
    vectors = [vector for replies in others.values() for vector in replies]
    return figures(found.calibration.distances, unpacked(found.vector), vectors)


def _separation(told: DistanceFigures | None, personas: int | None) -> Separation | None:
    if told is None:
        return None
    return Separation(personas=personas, replies=told.replies, median=told.median, eer=told.eer, auc=told.auc)
