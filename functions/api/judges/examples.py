"""OpenAPI examples of the routes of judges and labels."""

from __future__ import annotations

from typing import Any

from fourfold.judge_passports import JudgePassport
from fourfold.judges.labels import DocumentLabel, JudgedLabel, StoredLabelSet, label_passports
from functions.api.judges.schemas import JudgeDocument, JudgeList, LabelSetDocument, LabelSetList, LabelSetRequest
from functions.api.openapi.example_values import AT, PERSONA_ID, by_schema

_JUDGE, _RUBRIC = "anthropic:claude-opus-4-7", "aud_5f0c1e7a92d3"
_PASSPORT: dict[str, Any] = {
    "kind": "audit",
    "judge": _JUDGE,
    "version": _RUBRIC,
    "settings": {"max_tokens": 8192},
    "labels": "lab_03e05b3c3b53",
    "kappa": {"value": 0.84, "low": 0.69, "high": 0.92, "n": 94},
    "sensitivity": {"value": 0.92, "low": 0.8, "high": 0.97, "n": 48},
    "specificity": {"value": 0.93, "low": 0.83, "high": 0.98, "n": 46},
    "retest": {"value": 0.96, "low": 0.8, "high": 0.99, "n": 24},
    "cohort_gap": {"gender": {"value": 0.06, "low": 0.02, "high": 0.1, "n": 8}},
    "measured_at": AT,
    "verified": True,
}


def _labels() -> tuple[DocumentLabel, ...]:
    other = f"{PERSONA_ID[:-1]}c"
    return (
        DocumentLabel(kind="document", persona_id=PERSONA_ID, version=1, verdict="sound"),
        DocumentLabel(kind="document", persona_id=other, version=2, verdict="flawed"),
    )


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    judge = JudgeDocument.of(JudgePassport.model_validate(_PASSPORT))
    judged = tuple(
        JudgedLabel(label=label, judge=_JUDGE, judge_version=_RUBRIC, flagged=label.flawed) for label in _labels()
    )
    stored = StoredLabelSet(name="editors", labels=judged, updated_at=AT)
    passports = tuple(JudgeDocument.of(each) for each in label_passports(stored))
    shown = LabelSetDocument(**stored.model_dump(), passports=passports)
    listed = (JudgeList(data=(judge,)), LabelSetList(data=(shown,)))
    return by_schema([judge, shown, *listed, LabelSetRequest(labels=_labels())])
