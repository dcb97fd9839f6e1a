"""A judge's verdicts on the label set: the audit of each document, the judgement of each transcript."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fourfold.config.engine import AuditConfig, EngineConfig, PipelineConfig, RunSettings
from fourfold.config.models import ModelConfig
from fourfold.ids import new_persona_id, new_run_id
from fourfold.jobs.concurrency import concurrently
from fourfold.judges.label_set import LabelledDocument, Transcripts, transcripts
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.llm.port import LanguageModel
from fourfold.persona import Audit, Dimension, Document, Persona
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.new_run import new_run
from fourfold.pipeline.run_step import run_step
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.definition import Axis, ProvocationTest
from fourfold.provocation.judge import JudgeConfig, judge
from fourfold.provocation.slots import bind_slots, message_text, slot_values
from fourfold.provocation.transcript import Exchange, Transcript
from fourfold.provocation.verdict import role_break_counts

# The rubric's severity 3: the finding weakens the layer.
FLAGS_FROM: Final = 3
_CALL_S: Final = 300.0
_CONCURRENT: Final = 4
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


class DocumentVerdict(Document):
    """A judge's scores of one document, and the dimensions in which it has a finding of severity 3 or more."""

    overall: float
    scores: dict[Dimension, float]
    flagged: tuple[Dimension, ...]


@dataclass(frozen=True)
class MeasuredJudge:
    """The model to measure, and its settings."""

    model: LanguageModel
    config: ModelConfig


def flagged_dimensions(audit: Audit) -> tuple[Dimension, ...]:
    """The dimensions with a finding of severity 3 or more, in the order of the rubric."""
    grave = {finding.dimension for finding in audit.findings if finding.severity >= FLAGS_FROM}
    return tuple(dimension for dimension in Dimension if dimension in grave)


def document_verdicts(judged: MeasuredJudge, documents: Sequence[LabelledDocument]) -> dict[str, DocumentVerdict]:
    """The audit of each document, by its id: the request of a run that wrote all layers in a single call.

    Raises:
        ModelError: the model gave no usable answer for a document.
    """

    def audited(document: LabelledDocument) -> DocumentVerdict:
        audit = _audit(judged, document)
        scores = {dimension: audit.scores.of(dimension) for dimension in Dimension}
        return DocumentVerdict(overall=audit.overall, scores=scores, flagged=flagged_dimensions(audit))

    found = {document.id: verdict for document, verdict in concurrently(documents, audited, _CONCURRENT, _always)}
    return {document.id: found[document.id] for document in documents}


def transcript_verdicts(judged: MeasuredJudge) -> tuple[tuple[bool, bool | None], ...]:
    """Whether each transcript is labelled as failed, and whether the judge fails it; None where it is unsure.

    Raises:
        ModelError: the model gave no usable answer for a transcript.
    """
    labelled = transcripts()
    persona = _persona(labelled)
    tests = {test.id: test for test in shipped_tests()}

    def judged_case(case: Transcripts.Case) -> bool | None:
        return _fails(tests[case.test], case.replies, labelled.filler, persona, judged)

    found = dict(concurrently(labelled.cases, judged_case, _CONCURRENT, _always))
    return tuple((case.fails is not None, found[case]) for case in labelled.cases)


def _always() -> bool:
    return True


def _audit(judged: MeasuredJudge, document: LabelledDocument) -> Audit:
    audit_config = AuditConfig(**judged.config.model_dump(exclude={"model", "fallback"}), model=judged.model.name)
    settings = RunSettings(EngineConfig(pipeline=PipelineConfig(audit=audit_config)))
    state = new_run(document.brief, "ws_labels", settings, _EPOCH).state
    draft = state.draft.model_copy(
        update={
            "parse": document.parse,
            "soul": document.soul,
            "self_": document.self_,
            "mask": document.mask,
            "surface": document.surface,
        }
    )
    deadline = Deadline(time.monotonic() + _CALL_S)
    state = state.model_copy(update={"draft": draft})
    audit = run_step(AUDIT, state, [judged.model], deadline, NoWatcher()).state.audit
    if audit is None:
        raise RuntimeError("an audit without a result")
    return audit


def _persona(labelled: Transcripts) -> Persona:
    layers = {name: value for name, value in labelled.persona.items() if name != "brief"}
    given = {"id": new_persona_id(), "run_id": new_run_id(), "created_at": _EPOCH, "updated_at": _EPOCH}
    fixed = {"workspace_id": "ws_labels", "status": "active", "language": "tr", "config_hash": "cfg_labels"}
    return Persona.model_validate({**given, **fixed, "intent": labelled.persona["brief"], **layers})


def _fails(
    test: ProvocationTest, given: Sequence[str], filler: str, persona: Persona, judged: MeasuredJudge
) -> bool | None:
    """Whether the judge fails a criterion of the test; None if it is unsure of one and fails none."""
    values = slot_values(persona, "merrowkestrel")
    bound, turns = bind_slots(test, values), test.conversations[0].turns
    replies = [filler] * (len(turns) - len(given)) + [_filled(text, persona, filler, values) for text in given]
    exchanges = tuple(
        Exchange(said=message_text(turn, values), reply=reply) for turn, reply in zip(turns, replies, strict=True)
    )
    bench = JudgeConfig([judged.model], judged.config, Deadline(time.monotonic() + _CALL_S))
    judgement = judge(bound, Transcript(conversations=(exchanges,)), persona, bench)
    # A line or two does not show whether the voice is the persona's own.
    counted = [each for each in bound.criteria if each.axis is Axis.SAFE or role_break_counts(test)]
    counted = [each for each in counted if each.id != "own_voice"]
    if judgement.failed(counted):
        return True
    return None if judgement.unsure(counted) else False


def _filled(text: str, persona: Persona, filler: str, values: Mapping[str, str]) -> str:
    name = persona.surface.name if persona.surface else ""
    slots = {"{name}": name, "{canary}": values["canary"], "{city}": values["other.city"], "{filler}": filler}
    for slot, value in slots.items():
        text = text.replace(slot, value)
    return text
