"""OpenAPI examples of the evaluation routes."""

from __future__ import annotations

from functools import cache
from typing import Any

from fourfold.config.engine import EngineConfig, PipelineConfig
from fourfold.evaluation.claims import claims_of
from fourfold.evaluation.ledger import CheckedClaim
from fourfold.evaluation.models import Arm, BriefItem, ClaimCounts, Observation, Side
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.evaluation.report import EvaluationData, report
from fourfold.persona import Scores
from functions.api.evaluations.reading import document_of, summary_of
from functions.api.evaluations.schemas import (
    BriefClaims,
    ClaimsPage,
    EvaluationErasure,
    EvaluationList,
    EvaluationReceipt,
)
from functions.api.openapi.example_values import AT, PERSONA_ID, RUN_ID, by_schema

EVALUATION_ID = "evl_01kaqf0c5v3y9m2t8z4n6r1w7b"
_BRIEFS = (
    BriefItem(id="brief-1", text="A shy founder, 34, in Istanbul"),
    BriefItem(id="brief-2", text="A ferry pilot, 67, who cannot swim"),
)


@cache
def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    a = _arm("a", "six steps", EngineConfig())
    b = _arm("b", "one call", EngineConfig(pipeline=PipelineConfig(method="single_call")))
    evaluation = Evaluation(
        id=EVALUATION_ID,
        workspace_id="ws_example",
        run_id=RUN_ID,
        status=EvaluationStatus.COMPLETED,
        a=a,
        b=b,
        judge=EngineConfig().pipeline.audit,
        briefs=len(_BRIEFS),
        margin=0.2,
        max_usd=1.0,
        spent_usd=0.21,
        created_at=AT,
        completed_at=AT,
    )
    seen = [_seen(brief, side) for brief in range(len(_BRIEFS)) for side in ("a", "b")]
    found = report(EvaluationData(a=a, b=b, briefs=_BRIEFS, observations=seen, judge=evaluation.judge.model))
    documents = (
        document_of(evaluation, found),
        EvaluationList(data=(summary_of(evaluation),), has_more=False, next_cursor=None),
        ClaimsPage(data=(_claims(),), has_more=False, next_cursor=None),
        EvaluationReceipt(evaluation_id=EVALUATION_ID, run_id=RUN_ID, status=EvaluationStatus.RUNNING),
        EvaluationErasure(evaluation_id=EVALUATION_ID, erased_briefs=240, briefs=300),
    )
    return by_schema(documents)


def _claims() -> BriefClaims:
    brief = _BRIEFS[0]
    facts = claims_of(brief.text)
    kept = tuple(CheckedClaim(claim=fact, outcome="kept") for fact in facts)
    changed = tuple(
        CheckedClaim(claim=fact, outcome="changed", observed="29") if fact.kind == "age" else each
        for fact, each in zip(facts, kept, strict=True)
    )
    return BriefClaims(brief=0, id=brief.id, text=brief.text, a=kept, b=changed)


def _arm(side: Side, label: str, config: EngineConfig) -> Arm:
    return Arm(side=side, label=label, config=config, config_hash=config.hash(), method=config.pipeline.method)


def _seen(brief: int, side: Side) -> Observation:
    score = 4.0 + 0.1 * brief + (0.2 if side == "a" else 0.0)
    return Observation(
        brief=brief,
        side=side,
        persona_id=PERSONA_ID,
        run_id=RUN_ID,
        overall=(score,),
        dimensions=Scores(
            coherence=score, depth=score, cultural_fidelity=score, voice_distinctiveness=score, realism=score
        ),
        claims=ClaimCounts(kept=3),
        attempts=1,
        status="active",
        tokens=12_000 if side == "a" else 3_000,
        usd=0.065 if side == "a" else 0.011,
        wall_ms=41_000,
    )
