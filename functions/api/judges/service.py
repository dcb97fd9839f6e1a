"""Reads judges' passports, and reads, stores and deletes label sets."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from fourfold.config.engine import EngineConfig
from fourfold.http.problems import ProblemError, not_found, rejected
from fourfold.judge_passports import JudgePassport, shipped_passports
from fourfold.judges.labels import (
    MOST_SETS,
    DocumentLabel,
    JudgedLabel,
    StoredLabelSet,
    TranscriptLabel,
    label_passports,
    one_class,
)
from fourfold.judges.verdicts import flagged_dimensions
from fourfold.persona import Persona
from fourfold.pipeline.audit import rubric_version
from fourfold.problem import FieldError, problem
from fourfold.provocation.judge import suite_judge_version
from fourfold.provocation.report import SuiteReport
from fourfold.provocation.verdict import Verdict
from functions.api.dependencies import AdmittedCaller
from functions.api.judges.schemas import JudgeDocument, LabelSetDocument
from functions.api.wiring import label_sets
from functions.clock import now
from functions.wiring import persona_store, suites

_SET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FLAGGED: Final = {Verdict.PASS: False, Verdict.FAIL: True}


def judges_of(caller: AdmittedCaller) -> tuple[JudgeDocument, ...]:
    """The judges of the settings first, those without a passport among them; then every other passport."""
    known = [*shipped_passports()]
    for stored in label_sets().all(caller.workspace_id):
        known += label_passports(stored)
    measured = {(each.kind, each.judge, each.version) for each in known}
    configured = _configured(caller.settings.engine)
    unknown = [each for each in configured if (each.kind, each.judge, each.version) not in measured]
    return tuple(JudgeDocument.of(each) for each in (*unknown, *known))


def judge_of(caller: AdmittedCaller, judge_id: str) -> JudgeDocument:
    """One judge.

    Raises:
        ProblemError: 404, no such judge.
    """
    found = next((each for each in judges_of(caller) if each.id == judge_id), None)
    if found is None:
        raise not_found()
    return found


def label_sets_of(workspace_id: str) -> tuple[LabelSetDocument, ...]:
    """The label sets of a workspace."""
    return tuple(_document(stored) for stored in label_sets().all(workspace_id))


def label_set_of(workspace_id: str, name: str) -> LabelSetDocument:
    """One label set.

    Raises:
        ProblemError: 404, no such set.
    """
    return _document(_stored(workspace_id, name))


def write_label_set(
    workspace_id: str, name: str, labels: tuple[DocumentLabel | TranscriptLabel, ...]
) -> tuple[LabelSetDocument, bool]:
    """Stores a label set, with the judge's verdict beside each label; returns it, and whether it is new.

    Raises:
        ProblemError: 404 no valid name; 409 too many sets; 422 a label twice, a label of something that does not exist
            or was not judged, or labels of one class.
    """
    if not _SET_NAME.fullmatch(name):
        raise not_found()
    _require_both_classes(labels)
    names = {stored.name for stored in label_sets().all(workspace_id)}
    if name not in names and len(names) >= MOST_SETS:
        detail = f"A workspace can have at most {MOST_SETS} label sets. Delete one first."
        raise ProblemError(problem("too_many_label_sets", "Too many label sets", 409, detail))
    stored = StoredLabelSet(name=name, labels=_judged(workspace_id, labels), updated_at=now())
    label_sets().put(workspace_id, stored)
    return _document(stored), name not in names


def remove_label_set(workspace_id: str, name: str) -> None:
    """Deletes a label set.

    Raises:
        ProblemError: 404, no such set.
    """
    _stored(workspace_id, name)
    label_sets().delete(workspace_id, name)


def _stored(workspace_id: str, name: str) -> StoredLabelSet:
    """Returns the label set. Raises ProblemError (404) if the workspace has no such set."""
    stored = label_sets().get(workspace_id, name) if _SET_NAME.fullmatch(name) else None
    if stored is None:
        raise not_found()
    return stored


def _document(stored: StoredLabelSet) -> LabelSetDocument:
    passports = tuple(JudgeDocument.of(each) for each in label_passports(stored))
    return LabelSetDocument(**stored.model_dump(), passports=passports)


def _configured(engine: EngineConfig) -> tuple[JudgePassport, ...]:
    """The judges of the settings, as passports without figures."""
    audit, suite = engine.pipeline.audit, engine.provocation
    audits = dict.fromkeys((audit.model, audit.for_confirmation().model))
    judges = dict.fromkeys((suite.judge.model, suite.second_judge.model))
    return (
        *(_unmeasured("audit", model, rubric_version()) for model in audits),
        *(_unmeasured("suite", model, suite_judge_version()) for model in judges),
    )


def _unmeasured(kind: str, judge: str, version: str) -> JudgePassport:
    content = {"kind": kind, "judge": judge, "version": version, "labels": "none", "settings": {}, "cohort_gap": {}}
    return JudgePassport.model_validate(content)


def _require_both_classes(labels: tuple[DocumentLabel | TranscriptLabel, ...]) -> None:
    classes = {"document": "sound and flawed documents", "transcript": "transcripts that pass and that fail"}
    faults = [
        FieldError(pointer="/labels", code="one_class", detail=f"Label {classes[kind]}: kappa needs both.")
        for kind in one_class(labels)
    ]
    seen: set[tuple[str, ...]] = set()
    for index, label in enumerate(labels):
        if label.about in seen:
            faults.append(FieldError(pointer=f"/labels/{index}", code="label_twice", detail="Label it once in a set."))
        seen.add(label.about)
    if faults:
        raise rejected(faults)


def _judged(workspace_id: str, labels: tuple[DocumentLabel | TranscriptLabel, ...]) -> tuple[JudgedLabel, ...]:
    personas = cache(lambda persona_id: persona_store().persona(workspace_id, persona_id))
    reports = cache(lambda persona_id, run_id: suites().report(workspace_id, persona_id, run_id))
    judged: list[JudgedLabel] = []
    faults: list[FieldError] = []
    for index, label in enumerate(labels):
        if isinstance(label, DocumentLabel):
            found = _judged_document(workspace_id, label, personas(label.persona_id))
        else:
            found = _judged_transcript(label, reports(label.persona_id, label.run_id))
        if isinstance(found, FieldError):
            faults.append(found.model_copy(update={"pointer": f"/labels/{index}{found.pointer}"}))
        else:
            judged.append(found)
    if faults:
        raise rejected(faults)
    return tuple(judged)


def _judged_document(workspace_id: str, label: DocumentLabel, persona: Persona | None) -> JudgedLabel | FieldError:
    if persona is None:
        return FieldError(pointer="/persona_id", code="unknown_persona", detail="Name a persona of this workspace.")
    if label.version is not None and label.version != persona.version:
        version = persona_store().version(workspace_id, label.persona_id, label.version)
        if version is None:
            return FieldError(pointer="/version", code="unknown_version", detail="Name a version of this persona.")
        persona = version.persona
    if persona.audit is None:
        return FieldError(pointer="/version", code="no_audit", detail="Name a version that was audited.")
    return JudgedLabel(
        label=label.model_copy(update={"version": persona.version}),
        judge=persona.audit.judge,
        judge_version=persona.audit.rubric_version,
        flagged=bool(flagged_dimensions(persona.audit)),
    )


def _judged_transcript(label: TranscriptLabel, report: SuiteReport | None) -> JudgedLabel | FieldError:
    if report is None:
        detail = "Name a completed run of this persona's suite."
        return FieldError(pointer="/run_id", code="unknown_run", detail=detail)
    result = next((each for each in report.results if each.id == label.test_id), None)
    if result is None:
        return FieldError(pointer="/test_id", code="unknown_test", detail="Name a test of this run.")
    return JudgedLabel(
        label=label,
        judge=report.judges.first,
        judge_version=report.judges.version,
        flagged=_FLAGGED.get(result.verdict),
    )
