"""Arms, briefs and observations of evaluations that never ran."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fourfold.config.engine import EngineConfig
from fourfold.evaluation.models import Arm, BriefItem, ClaimCounts, Observation, Side
from fourfold.evaluation.report import EvaluationData
from fourfold.persona import Scores


def arm(side: Side, label: str = "") -> Arm:
    config = EngineConfig()
    return Arm(side=side, label=label or f"arm {side}", config=config, config_hash=config.hash(), method="six_steps")


def observed(brief: int, side: Side, overall: float | Sequence[float] | None = 4.0, **fields: Any) -> Observation:
    """An observation with one score or several, that kept its three facts unless `fields` say otherwise."""
    scores = () if overall is None else tuple(overall) if isinstance(overall, Sequence) else (overall,)
    mean = sum(scores) / len(scores) if scores else 0.0
    dimensions = Scores.model_validate(dict.fromkeys(Scores.model_fields, mean)) if scores else None
    given: dict[str, Any] = {
        "status": "active",
        "dimensions": dimensions,
        "claims": ClaimCounts(kept=3),
        "attempts": 1,
        "tokens": 9_000,
        "usd": 0.08,
        "wall_ms": 40_000,
    }
    return Observation(brief=brief, side=side, overall=scores, **{**given, **fields})


def evaluation(n: int, of: Callable[[int, Side], Observation], **fields: Any) -> EvaluationData:
    """`n` briefs through both arms."""
    given: dict[str, Any] = {"a": arm("a"), "b": arm("b"), "judge": "offline:composer-1", "metrics": ("overall",)}
    briefs = [BriefItem(id=f"brief-{index}", text=f"A baker, {20 + index % 60}") for index in range(n)]
    seen = [of(index, side) for index in range(n) for side in ("a", "b")]
    return EvaluationData(briefs=briefs, observations=seen, **{**given, **fields})
