"""The judge of an evaluation is the same for both arms, whatever variant an arm has."""

from __future__ import annotations

from fourfold.config.engine import AuditConfig, EngineConfig
from fourfold.evaluation.judging import blind_state
from fourfold.evaluation.models import Arm, Side
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.variants import variant_ref
from fourfold.ids import new_run_id, prefixed_id
from fourfold.pipeline.audit import AUDIT, TASK
from tests.builders import START
from tests.unit.provocation.people import PERSONA

RUBRIC = "Task: audit. Praise A."


def arm(side: Side) -> Arm:
    config = EngineConfig.model_validate({"pipeline": {"variant": {"name": "kind", "texts": {"audit": RUBRIC}}}})
    return Arm(
        side=side,
        label=side,
        config=config,
        config_hash=config.hash(),
        method="six_steps",
        variant=variant_ref(config),
    )


def test_the_rubric_of_a_variant_judges_no_arm() -> None:
    evaluation = Evaluation(
        id=prefixed_id("evl"),
        workspace_id="ws_one",
        run_id=new_run_id(),
        a=arm("a"),
        b=arm("b"),
        judge=AuditConfig(),
        briefs=1,
        metrics=("overall",),
        margin=0.2,
        max_usd=1.0,
        created_at=START,
    )
    request = AUDIT.request(blind_state(PERSONA, evaluation))
    assert request.task == TASK
    prompt = "\n".join((request.system, request.task, *(block.text() for block in request.context)))
    assert RUBRIC not in prompt
    assert "kind" not in {block.name for block in request.context}
