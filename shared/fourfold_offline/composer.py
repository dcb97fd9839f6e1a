"""Dispatches a question by its output type, and reports the answer with an estimate of its tokens."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from fourfold.evaluation.preference_answer import PreferenceAnswer
from fourfold.llm.port import Completion, ModelError, ModelFailure, ModelRequest
from fourfold.pipeline.audit import AuditReport
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.mask_build import MaskBuild
from fourfold.pipeline.refine import ToneReading
from fourfold.pipeline.self_enrich import SelfEnrichment
from fourfold.pipeline.single_call import SingleCallPersona
from fourfold.pipeline.soul_draft import SoulDraft
from fourfold.pipeline.surface_ground import SurfaceGrounding
from fourfold.provocation.judge_report import JudgeReport
from fourfold_offline.completion import completion
from fourfold_offline.step_input import StepInput, read_request


def compose(request: ModelRequest) -> Completion:
    """The answer to one question, labelled `offline`.

    Raises:
        ModelError: BAD_REQUEST, the output type belongs to no step.
    """
    return completion(_prompt(request), _answer(request).model_dump_json(by_alias=True))


def _answer(request: ModelRequest) -> BaseModel:
    if request.output_type is JudgeReport:
        from fourfold_offline.judge import judge_by_rule

        return judge_by_rule(request)
    composer = _composer(request.output_type)
    if composer is None:
        raise ModelError(
            ModelFailure.BAD_REQUEST, f"the offline model cannot answer with {request.output_type.__name__}"
        )
    return composer(read_request(request))


def _composer(  # noqa: PLR0911 - one return for each step
    output_type: type[BaseModel],
) -> Callable[[StepInput], BaseModel] | None:
    """The function that answers with the output type. Imported only when asked: a Lambda worker needs one of them."""
    # ruff: noqa: PLC0415
    if output_type is Intent:
        from fourfold_offline.brief.parse import parse_brief

        return parse_brief
    if output_type is SoulDraft:
        from fourfold_offline.soul.draft import draft_soul

        return draft_soul
    if output_type is SelfEnrichment:
        from fourfold_offline.self_.profile import enrich_self

        return enrich_self
    if output_type is MaskBuild:
        from fourfold_offline.mask.build import build_mask

        return build_mask
    if output_type is SurfaceGrounding:
        from fourfold_offline.surface.ground import ground_surface

        return ground_surface
    if output_type is SingleCallPersona:
        from fourfold_offline.single_call import write_in_one_call

        return write_in_one_call
    if output_type is ToneReading:
        from fourfold_offline.tonality import read_tone

        return read_tone
    if output_type is PreferenceAnswer:
        from fourfold_offline.preference import prefer_by_rule

        return prefer_by_rule
    if output_type is AuditReport:
        from fourfold_offline.audit.report import audit

        return audit
    return None


def _prompt(request: ModelRequest) -> str:
    repair = "" if request.repair is None else "\n".join((request.repair.answer, *request.repair.problems))
    return "\n".join((request.system, *(block.text() for block in request.context), request.task, repair))
