"""The audit's regression test: a judge measured on the label set, against its stored baseline.

A measure is worse than the baseline if its value lies outside of the baseline's interval, on the side that is worse. A
baseline holds for the versions of the prompts it was measured with; with other versions the comparison is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from fourfold.judge_passports import SHIPPED, Figure, JudgePassport, shipped_passports, verified
from fourfold.judges.agreement import share
from fourfold.judges.composed import composed_measures
from fourfold.judges.label_set import documents, label_set_version
from fourfold.judges.measures import audit_measures, cohort_gaps, transcript_measures
from fourfold.judges.prompt_versions import current_versions
from fourfold.judges.verdicts import DocumentVerdict, MeasuredJudge, document_verdicts, transcript_verdicts
from fourfold.llm.model_names import OFFLINE
from fourfold.llm.port import provider_and_model
from fourfold.persona import Document

BASELINE: Final = Path(__file__).with_name("data") / "baseline.json"
_LOWER_IS_BETTER: Final = "cohort_gap."
_ROUNDING: Final = 1e-9


class Baseline(Document):
    """What a judge measured when its baseline was stored. `scores` are the overall scores (0-5) by document.

    `accepted` says why a measure that is worse than that of the baseline before was accepted.
    """

    judge: str
    versions: dict[str, str]
    measures: dict[str, Figure]
    scores: dict[str, float]
    measured_at: datetime
    accepted: str | None = None


@dataclass(frozen=True)
class Measurement:
    """The measures of a judge, its verdicts on the documents, and the retest of the sound ones."""

    judge: MeasuredJudge
    versions: Mapping[str, str]
    measures: Mapping[str, Figure]
    verdicts: Mapping[str, DocumentVerdict]
    retest: Figure | None
    at: datetime

    def baseline(self, accepted: str | None = None) -> Baseline:
        """The measurement as a baseline."""
        return Baseline(
            judge=self.judge.model.name,
            versions=dict(self.versions),
            measures=dict(self.measures),
            scores={name: verdict.overall for name, verdict in self.verdicts.items()},
            measured_at=self.at,
            accepted=accepted,
        )


@dataclass(frozen=True)
class Comparison:
    """A measurement against a baseline: changed versions, measures that are worse, and scores that changed."""

    changed_versions: Mapping[str, tuple[str | None, str | None]]
    worse: Mapping[str, tuple[Figure, Figure | None]]
    changed_scores: Mapping[str, tuple[float | None, float | None]]


def measure(judged: MeasuredJudge, now: datetime) -> Measurement:
    """Measures a judge on the label set. The offline composer's judge also measures what the composer writes.

    Raises:
        ModelError: the model gave no usable answer.
    """
    labelled = documents()
    verdicts = document_verdicts(judged, labelled)
    sound = [document for document in labelled if document.id == document.base]
    again = document_verdicts(judged, sound)
    equal = sum(again[document.id].flagged == verdicts[document.id].flagged for document in sound)
    groups = {
        "audit": audit_measures(labelled, verdicts),
        "cohort_gap": cohort_gaps(labelled, verdicts),
        "suite": transcript_measures(transcript_verdicts(judged)),
    }
    if provider_and_model(judged.model.name)[0] == OFFLINE:
        groups["composed"] = composed_measures([document.brief for document in sound], judged.model)
    measures = {f"{group}.{name}": figure for group, found in groups.items() for name, figure in found.items()}
    return Measurement(judged, current_versions(), measures, verdicts, share(equal, len(sound)), now)


def compare(measurement: Measurement, baseline: Baseline) -> Comparison:
    """Compares a measurement with a baseline of the same judge."""
    names = {*baseline.versions, *measurement.versions}
    versions = {name: (baseline.versions.get(name), measurement.versions.get(name)) for name in sorted(names)}
    overall = {name: verdict.overall for name, verdict in measurement.verdicts.items()}
    scored = {name: (baseline.scores.get(name), overall.get(name)) for name in sorted({*baseline.scores, *overall})}
    pairs = {name: (before, measurement.measures.get(name)) for name, before in baseline.measures.items()}
    return Comparison(
        changed_versions={name: pair for name, pair in versions.items() if pair[0] != pair[1]},
        worse={name: pair for name, pair in pairs.items() if _is_worse(name, *pair)},
        changed_scores={name: pair for name, pair in scored.items() if pair[0] != pair[1]},
    )


def read_baseline(judge: str, path: Path = BASELINE) -> Baseline | None:
    """The stored baseline of a judge, or None."""
    return next((each for each in _baselines(path) if each.judge == judge), None)


def write_baseline(baseline: Baseline, path: Path = BASELINE) -> None:
    """Stores a baseline, over an earlier one of the same judge."""
    kept = [each for each in _baselines(path) if each.judge != baseline.judge]
    _write(path, TypeAdapter(list[Baseline]).dump_json([*kept, baseline], indent=1))


def passports(measurement: Measurement) -> tuple[JudgePassport, JudgePassport]:
    """The passports of the judge: as an audit's, and as a suite's."""
    measures, settings = measurement.measures, measurement.judge.config.model_dump(exclude={"model", "fallback"})
    audit_kappa, suite_kappa = measures.get("audit.kappa"), measures.get("suite.kappa")
    gaps = {
        name.removeprefix(_LOWER_IS_BETTER): gap for name, gap in measures.items() if name.startswith("cohort_gap.")
    }
    shared = {"judge": measurement.judge.model.name, "settings": settings, "measured_at": measurement.at}
    return (
        JudgePassport(
            kind="audit",
            version=measurement.versions["audit"],
            labels=label_set_version(),
            kappa=audit_kappa,
            sensitivity=measures.get("audit.found"),
            specificity=measures.get("audit.specificity"),
            retest=measurement.retest,
            cohort_gap=gaps,
            verified=verified(audit_kappa),
            **shared,
        ),
        JudgePassport(
            kind="suite",
            version=measurement.versions["suite"],
            labels=label_set_version(),
            kappa=suite_kappa,
            sensitivity=measures.get("suite.sensitivity"),
            specificity=measures.get("suite.specificity"),
            verified=verified(suite_kappa),
            **shared,
        ),
    )


def write_passports(measured: tuple[JudgePassport, ...], path: Path = SHIPPED) -> None:
    """Stores the passports of a judge among the shipped ones, over its earlier ones."""
    names = {each.judge for each in measured}
    kept = [each for each in shipped_passports() if each.judge not in names]
    _write(path, TypeAdapter(list[JudgePassport]).dump_json([*kept, *measured], indent=1))
    shipped_passports.cache_clear()


def _is_worse(name: str, before: Figure, after: Figure | None) -> bool:
    if after is None:
        return True
    if name.startswith(_LOWER_IS_BETTER):
        return after.value > before.high + _ROUNDING
    return after.value < before.low - _ROUNDING


def _baselines(path: Path) -> list[Baseline]:
    return TypeAdapter(list[Baseline]).validate_json(path.read_bytes()) if path.exists() else []


def _write(path: Path, text: bytes) -> None:
    path.write_bytes(text + b"\n")
