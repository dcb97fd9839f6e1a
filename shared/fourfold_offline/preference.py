"""The pairwise judge by rule: the persona that the audit by rule scores higher, with its findings as reasons."""

from __future__ import annotations

from dataclasses import replace

from fourfold.evaluation.preference_answer import PreferenceAnswer
from fourfold.persona import Dimension, Mask, SelfLayer, Soul, Surface
from fourfold.pipeline.audit import AuditReport
from fourfold_offline.audit.report import audit
from fourfold_offline.brief.parse import parse_brief
from fourfold_offline.step_input import StepInput, parsed

_REASONS = 5


def prefer_by_rule(inputs: StepInput) -> PreferenceAnswer:
    """The answer on a request of `fourfold.evaluation.preference.question`. Equal scores: neither."""
    inputs = replace(inputs, intent=parse_brief(inputs))
    first, second = _audited(inputs, inputs.first), _audited(inputs, inputs.second)
    ahead = _total(first) - _total(second)
    if ahead == 0:
        return PreferenceAnswer(prefers="neither")
    behind = second if ahead > 0 else first
    reasons = tuple(f"{item.field}: {item.note}"[:300] for item in behind.findings[:_REASONS])
    return PreferenceAnswer(reasons=reasons, prefers="first" if ahead > 0 else "second")


def _audited(inputs: StepInput, layers: object) -> AuditReport:
    given = layers if isinstance(layers, dict) else {}
    return audit(
        replace(
            inputs,
            soul=parsed(Soul, given.get("soul")),
            self_=parsed(SelfLayer, given.get("self")),
            mask=parsed(Mask, given.get("mask")),
            surface=parsed(Surface, given.get("surface")),
        )
    )


def _total(report: AuditReport) -> float:
    return round(sum(report.scores.of(dimension) for dimension in Dimension), 2)
