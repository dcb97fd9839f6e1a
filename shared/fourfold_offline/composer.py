"""Dispatch: the composer of each step, the JSON it answers with, and the usage it reports."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from fourfold.language_model import Completion, ModelError, ModelFailure, ModelRequest
from fourfold.persona import TokenUsage
from fourfold.pipeline.audit import AuditReport
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.mask_build import MaskBuild
from fourfold.pipeline.self_enrich import SelfEnrichment
from fourfold.pipeline.single_call import SingleCallPersona
from fourfold.pipeline.soul_draft import SoulDraft
from fourfold.pipeline.surface_ground import SurfaceGrounding
from fourfold.provocation.judge_report import JudgeReport
from fourfold_offline.step_input import Material, read

_BYTES_PER_TOKEN = 4


def compose(request: ModelRequest) -> Completion:
    """The answer to one step's question, labelled `offline`.

    Raises:
        ModelError: BAD_REQUEST, when the output type belongs to no step.
    """
    text = _answer(request).model_dump_json(by_alias=True)
    return Completion(
        text=text,
        provider="offline",
        model="composer-1",
        usage=TokenUsage(input_tokens=_tokens(_prompt(request)), output_tokens=_tokens(text), estimated=True),
        cost_usd=0.0,
    )


def _answer(request: ModelRequest) -> BaseModel:
    if request.output_type is JudgeReport:
        from fourfold_offline.judge import judge_by_rule

        return judge_by_rule(request)
    composer = _composer(request.output_type)
    if composer is None:
        raise ModelError(
            ModelFailure.BAD_REQUEST, f"the offline model cannot answer with {request.output_type.__name__}"
        )
    return composer(read(request))


def _composer(  # noqa: PLR0911 - one return for each step
    output_type: type[BaseModel],
) -> Callable[[Material], BaseModel] | None:
    """Each step's prose is loaded only where that step is answered: a Lambda worker pays for one of them."""
    # ruff: noqa: PLC0415
    if output_type is Intent:
        from fourfold_offline.brief.parse import parse_brief

        return parse_brief
    if output_type is SoulDraft:
        from fourfold_offline.soul.draft import draft_soul

        return draft_soul
    if output_type is SelfEnrichment:
        from fourfold_offline.self_.profile import measure_self

        return measure_self
    if output_type is MaskBuild:
        from fourfold_offline.mask.build import build_mask

        return build_mask
    if output_type is SurfaceGrounding:
        from fourfold_offline.surface.ground import ground_surface

        return ground_surface
    if output_type is SingleCallPersona:
        from fourfold_offline.single_call import write_at_once

        return write_at_once
    if output_type is AuditReport:
        from fourfold_offline.audit.report import audit

        return audit
    return None


def _prompt(request: ModelRequest) -> str:
    repair = "" if request.repair is None else "\n".join((request.repair.answer, *request.repair.problems))
    return "\n".join((request.system, *(block.text() for block in request.context), request.task, repair))


def _tokens(text: str) -> int:
    return max(1, len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN)
