"""What a run keeps: any layers and fields, to the byte, whatever the models answer."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from fourfold.config.engine import EngineConfig
from fourfold.layer_edits import ConstraintsBrokenError, LayerEdits
from fourfold.layers import LAYER_NAMES, Layers, layer_paths, layers_of
from fourfold.llm.port import Completion, ModelRequest
from fourfold.pipeline.regeneration import NoSuchStepError, regeneration_config
from fourfold.pipeline.rewrite import BadRewriteError, RewriteRequest, plan_of
from fourfold.steps import STEP_ORDER, StepName, position
from tests.builders import ScriptedModel
from tests.examples import examples
from tests.unit.personas.memory import chance, persona, random_edit
from tests.unit.pipeline.rewriting import ended, run_through, started

CASES = examples(20, 500)
FIRST_STEPS = STEP_ORDER[:-1]


class Restless(ScriptedModel):
    """Answers with other texts and levels each time."""

    def __init__(self, picks: random.Random) -> None:
        super().__init__()
        self._picks = picks

    def complete(self, request: ModelRequest) -> Completion:
        good = super().complete(request)
        text = json.dumps(self._other(json.loads(good.text)))
        return Completion(text=text, provider="scripted", model="1", usage=good.usage, cost_usd=good.cost_usd)

    def _other(self, node: Any, name: str = "") -> Any:
        if isinstance(node, dict):
            return {key: self._other(value, key) for key, value in node.items()}
        if isinstance(node, float) and name in {"openness", "conscientiousness", "neuroticism"}:
            return self._picks.random()
        if isinstance(node, str) and name in {"desire", "fear", "wound", "tone", "rhythm", "name", "appearance"}:
            return f"{node} {self._picks.randint(0, 10**6)}"
        return node


def bytes_of(layers: Layers, path: str) -> str:
    node: Any = layers.model_dump(mode="json")
    for part in path.split("."):
        node = node[part]
    return json.dumps(node, ensure_ascii=False)


def random_request(picks: random.Random) -> RewriteRequest | None:
    """A random first step with random things to keep and edits; None if they contradict each other."""
    paths = [*LAYER_NAMES, *sorted(layer_paths())]
    keep = tuple(picks.sample(paths, picks.randint(1, 5)))
    edits = random_edit(picks) if picks.random() < 0.4 else None
    request = RewriteRequest(picks.choice(FIRST_STEPS), keep, edits, accept_violations=True)
    try:
        plan_of(request)
    except BadRewriteError:
        return None
    return request


@pytest.mark.random
def test_everything_kept_has_equal_bytes_afterwards() -> None:
    """CASES random runs, each from a persona with a random edit; edited fields count as kept."""
    done, seed, changed = 0, 0, 0
    while done < CASES:
        seed += 1
        picks = chance(seed)
        request = random_request(picks)
        if request is None:
            continue
        done += 1
        before = random_edit(picks).applied_to(layers_of(persona()))
        whole = persona(**before.model_dump(by_alias=True))
        start = started(whole, request)
        model = Restless(picks)
        after = ended(start, run_through(start, model), whole)
        given = request.edits.applied_to(before) if request.edits is not None else before
        plan = plan_of(request)
        earlier = [layer for layer in LAYER_NAMES if STEP_ORDER.index(_step(layer)) < position(plan.first)]
        edited = () if request.edits is None else request.edits.paths()
        for path in (*request.keep, *earlier, *edited):
            assert bytes_of(layers_of(after), path) == bytes_of(given, path), (seed, path)
        asked = [step for step in plan.steps if step is not StepName.AUDIT]
        assert len(model.requests) >= len(plan.steps), "each step of the plan asks"
        for step in asked:
            changed += step is StepName.INTENT_PARSE or _differs(given, layers_of(after), step, plan.paths)
    assert changed > CASES, "the rest is written again"


def _step(layer: str) -> StepName:
    return {
        "soul": StepName.SOUL_DRAFT,
        "self": StepName.SELF_ENRICH,
        "mask": StepName.MASK_BUILD,
        "surface": StepName.SURFACE_GROUND,
    }[layer]


def _differs(before: Layers, after: Layers, step: StepName, kept: frozenset[str]) -> bool:
    layer = next(name for name in LAYER_NAMES if _step(name) is step)
    del kept
    return bytes_of(before, layer) != bytes_of(after, layer)


def test_only_the_steps_of_the_plan_ask_a_model() -> None:
    request = RewriteRequest(StepName.SOUL_DRAFT, keep=("self", "surface", "mask.tone"))
    start, model = started(persona(), request), ScriptedModel()
    run_through(start, model)
    assert [step.value for step in plan_of(request).steps] == ["soul_draft", "mask_build", "audit"]
    assert [each.output_type.__name__ for each in model.requests] == ["SoulDraft", "MaskBuild", "AuditReport"]
    mask = model.requests[1]
    assert mask.block("decided") == {"mask.tone": persona().mask.tone}  # type: ignore[union-attr]
    assert mask.block("surface") is not None, "what is kept is shown to the steps before"
    assert persona().mask.tone not in mask.task, "kept texts are data"  # type: ignore[union-attr]
    assert model.requests[2].block("decided") is None


def test_a_violation_in_a_kept_field_is_recorded_and_not_repaired() -> None:
    request = RewriteRequest(
        StepName.SURFACE_GROUND, (), LayerEdits.model_validate({"surface": {"age": 50}}), accept_violations=True
    )
    start, model = started(persona(), request), ScriptedModel()
    state = run_through(start, model)
    assert [each.output_type.__name__ for each in model.requests] == ["SurfaceGrounding", "AuditReport"]
    assert [violation.field for violation in state.violations] == ["surface.age"]
    assert start.base is not None
    assert [violation.field for violation in start.base.violations] == ["surface.age"]


def test_a_kept_layer_is_checked_against_what_was_written_before_it() -> None:
    class Demanding(ScriptedModel):
        def complete(self, request: ModelRequest) -> Completion:
            good = super().complete(request)
            demand = {"kind": "voice_demand", "marker": "formal", "reason": "they are watched"}
            content = json.loads(good.text)
            if request.output_type.__name__ == "SoulDraft":
                content["constraints"].append(demand)
            return Completion(text=json.dumps(content), provider="s", model="1", usage=good.usage, cost_usd=0.0)

    whole = persona()
    assert whole.mask is not None
    casual = persona(mask={**whole.mask.model_dump(mode="json"), "register": "casual"})
    state = run_through(started(casual, RewriteRequest(StepName.SOUL_DRAFT, keep=("mask",))), Demanding())
    assert [(found.field, found.source) for found in state.violations] == [("mask.register", StepName.SOUL_DRAFT)]


def test_retries_begin_at_a_step_that_writes() -> None:
    for first, keep, expected in (
        (StepName.SOUL_DRAFT, ("soul",), "self_enrich"),
        (StepName.INTENT_PARSE, ("soul", "self"), "mask_build"),
        (StepName.INTENT_PARSE, ("self",), "soul_draft"),
        (StepName.SELF_ENRICH, ("self.archetype", "mask"), "self_enrich"),
    ):
        config = regeneration_config(EngineConfig(), plan_of(RewriteRequest(first, keep)))
        assert config.pipeline.audit.retry_from == expected
    late = EngineConfig.model_validate({"pipeline": {"audit": {"retry_from": "surface_ground"}}})
    kept = regeneration_config(late, plan_of(RewriteRequest(StepName.SOUL_DRAFT, ("surface", "mask"))))
    assert kept.pipeline.audit.retry_from == "self_enrich"
    single = EngineConfig.model_validate({"pipeline": {"method": "single_call"}})
    with pytest.raises(NoSuchStepError):
        regeneration_config(single, plan_of(RewriteRequest(StepName.INTENT_PARSE, ("mask",))))


CONTRADICTIONS: list[tuple[StepName, tuple[str, ...], dict[str, Any] | None, str, str]] = [
    (StepName.SOUL_DRAFT, ("surface.name",), {"surface": {"name": "x"}}, "/keep/0", "contradicts_edits"),
    (StepName.SOUL_DRAFT, ("soul", "self"), {"self": {"big_five": {"openness": 0.1}}}, "/keep/1", "contradicts_edits"),
    (StepName.AUDIT, ("self.big_five",), {"self": {"big_five": {"openness": 0.1}}}, "/keep/0", "contradicts_edits"),
    (StepName.MASK_BUILD, ("mask", "surface"), None, "/keep", "nothing_to_write"),
    (StepName.INTENT_PARSE, LAYER_NAMES, None, "/keep", "nothing_to_write"),
    (
        StepName.SURFACE_GROUND,
        ("surface.name", "surface.age", "surface.location", "surface.occupation", "surface.appearance"),
        None,
        "/keep",
        "nothing_to_write",
    ),
    (StepName.SOUL_DRAFT, ("surface.height",), None, "/keep/0", "unknown_field"),
    (StepName.SOUL_DRAFT, ("", "self_", "mask."), None, "/keep/0", "unknown_field"),
]


@pytest.mark.parametrize(("first", "keep", "edits", "pointer", "code"), CONTRADICTIONS)
def test_a_contradiction_is_named(
    first: StepName, keep: tuple[str, ...], edits: dict[str, Any] | None, pointer: str, code: str
) -> None:
    with pytest.raises(BadRewriteError) as refused:
        plan_of(RewriteRequest(first, keep, None if edits is None else LayerEdits.model_validate(edits)))
    fault = refused.value.faults[0]
    assert (fault.pointer, fault.code) == (pointer, code)


def test_edits_that_break_constraints_start_nothing() -> None:
    with pytest.raises(ConstraintsBrokenError):
        started(persona(), RewriteRequest(StepName.MASK_BUILD, (), LayerEdits.model_validate({"surface": {"age": 50}})))
