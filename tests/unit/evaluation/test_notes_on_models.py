"""A report says where the offline composer took part, and where the judge's model wrote for one side."""

from __future__ import annotations

import pytest

from fourfold.config.engine import EngineConfig, PipelineConfig
from fourfold.evaluation.models import Arm, Side
from fourfold.evaluation.notes import notes_on_models

OFFLINE, OPUS, GPT = "offline:composer-1", "anthropic:claude-opus-4-7", "openai:gpt-6.1-sol"
STEPS = ("intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit", "single_call")


def arm(side: Side, model: str, method: str = "six_steps", **others: str) -> Arm:
    models = {**dict.fromkeys(STEPS, model), **others}
    pipeline = PipelineConfig().model_dump()
    for step, name in models.items():
        pipeline[step] |= {"model": name, "fallback": (), "temperature": None, "effort": None}
    config = EngineConfig(pipeline=PipelineConfig.model_validate({**pipeline, "method": method}))
    return Arm(side=side, label=side, config=config, config_hash=config.hash(), method=config.pipeline.method)


@pytest.mark.parametrize(
    ("a", "b", "judge", "said"),
    [
        (arm("a", OFFLINE), arm("b", OFFLINE), OFFLINE, "wrote personas of A and B and judged, by rules"),
        (arm("a", OFFLINE), arm("b", GPT), OPUS, "wrote personas of A, by rules"),
        (arm("a", GPT), arm("b", GPT, mask_build=OFFLINE), OPUS, "wrote personas of B, by rules"),
        (arm("a", GPT), arm("b", GPT), OFFLINE, "The offline composer judged, by rules"),
        (arm("a", GPT), arm("b", OPUS), OPUS, f"The judge {OPUS} also wrote personas of B and of no other side"),
        (arm("a", OPUS), arm("b", OPUS), OPUS, None),
        (arm("a", GPT), arm("b", GPT), OPUS, None),
        (arm("a", GPT, audit=OPUS), arm("b", GPT), OPUS, None),
        (arm("a", GPT, "single_call", soul_draft=OFFLINE), arm("b", GPT, single_call=OFFLINE), OPUS, None),
    ],
)
def test_who_wrote_and_judged_is_said_where_it_matters(a: Arm, b: Arm, judge: str, said: str | None) -> None:
    notes = notes_on_models(a, b, judge)
    assert [said in note for note in notes if said is not None] == ([] if said is None else [True])
    assert len(notes) == (0 if said is None else 1)
