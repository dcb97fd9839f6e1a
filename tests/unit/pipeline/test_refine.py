"""A layer is moved along an axis, and a reading that does not know what was asked says how far."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from fourfold.layer_edits import LayerEdits
from fourfold.layers import layers_of
from fourfold.llm.port import Completion, ModelError, ModelFailure, ModelRequest
from fourfold.models import resolve
from fourfold.persona import Refined
from fourfold.pipeline.refine import READ_TONE, Tone, ToneReading, move
from fourfold.pipeline.rewrite import AXES_OF_LAYER, STEP_OF_LAYER, BadRewriteError, Refinement, RewriteRequest, plan_of
from fourfold.pipeline.state import RunState
from fourfold.steps import StepName, position
from tests.builders import ALL_STEPS, BRIEF, MemoryEventStore, ScriptedModel, log_of, performed, written_offline
from tests.examples import examples
from tests.unit.personas.memory import persona
from tests.unit.pipeline.rewriting import ended, run_through, started

NEUTRAL = {"warmth": 0.0, "gravity": 0.0, "intensity": 0.0, "irony": 0.0}


def tone(**levels: float) -> Tone:
    return Tone.model_validate({**NEUTRAL, **levels})


def refine(layer: str = "mask", axis: str = "warmth", amount: float = 0.6) -> Refinement:
    return Refinement.model_validate({"layer": layer, "axis": axis, "amount": amount})


def alone(refinement: Refinement) -> RewriteRequest:
    others = tuple(layer for layer in STEP_OF_LAYER if layer != refinement.layer)
    return RewriteRequest(STEP_OF_LAYER[refinement.layer], others, refine=refinement)


class Reader(ScriptedModel):
    """Writes a warm mask, and reads the word `glad` as warmth 0.5."""

    def __init__(self, failure: ModelFailure | None = None) -> None:
        super().__init__()
        self._failure = failure

    def complete(self, request: ModelRequest) -> Completion:
        if request.output_type is ToneReading:
            self.requests.append(request)
            if self._failure is not None:
                raise ModelError(self._failure, "no reading")
            sides = {name: self._level(request.block(name)) for name in ("first", "second")}
            text = json.dumps(sides)
        else:
            good = super().complete(request)
            content = json.loads(good.text)
            if "mask" in content:
                content["mask"]["tone"] = "glad"
            text = json.dumps(content)
        usage = written_usage()
        return Completion(text=text, provider="scripted", model="1", usage=usage, cost_usd=0.01)

    @staticmethod
    def _level(layer: object) -> dict[str, float]:
        return {**NEUTRAL, "warmth": 0.5 if "glad" in json.dumps(layer) else 0.1}


def written_usage() -> Any:
    return ScriptedModel().complete(ALL_STEPS[0].request(started(persona(), alone(refine())).state)).usage


@pytest.mark.parametrize(
    ("amount", "before", "after", "moved", "reached"),
    [
        (0.6, 0.0, 0.4, 0.4, True),
        (0.6, 0.0, 0.3, 0.3, True),
        (0.6, 0.0, 0.25, 0.25, False),
        (0.6, 0.0, 0.0, 0.0, False),
        (0.6, 0.2, -0.4, -0.6, False),
        (-0.5, 0.2, -0.1, -0.3, True),
        (-0.5, 0.2, 0.5, 0.3, False),
        (0.6, 0.9, 0.96, 0.06, True),  # the scale leaves 0.1, half of it is moved
        (0.6, 1.0, 1.0, 0.0, False),
    ],
)
def test_a_move_is_reached_at_half_of_what_was_asked_and_possible(
    amount: float, before: float, after: float, moved: float, reached: bool
) -> None:
    found = move(refine(amount=amount), tone(warmth=before, irony=0.3), tone(warmth=after, irony=-1.0))
    assert found == Refined(
        layer="mask", axis="warmth", amount=amount, before=before, after=after, moved=moved, reached=reached
    )


def test_the_move_is_measured_and_belongs_to_the_persona() -> None:
    whole = persona()
    places = Counter[bool]()
    for _ in range(8):  # the order of the two texts follows the run's id
        start, model = started(whole, alone(refine())), Reader()
        state = run_through(start, model)
        after = ended(start, state, whole)
        assert after.refined == Refined(
            layer="mask", axis="warmth", amount=0.6, before=0.1, after=0.5, moved=0.4, reached=True
        )
        assert (after.soul, after.self_, after.surface) == (whole.soul, whole.self_, whole.surface)
        assert [each.output_type.__name__ for each in model.requests] == ["MaskBuild", "AuditReport", "ToneReading"]
        reading = model.requests[-1]
        assert {block.name for block in reading.context} == {"first", "second"}
        assert "warmth" in reading.task
        assert "0.6" not in reading.task, "the reading does not know what was asked"
        places[reading.block("second") == layers_of(after).mask.model_dump(mode="json")] += 1
        asked = model.requests[0]
        assert (asked.block("refine"), asked.block("before")) == (
            {"axis": "warmth", "amount": 0.6},
            layers_of(whole).mask.model_dump(mode="json"),
        )
    assert len(places) == 2, "sometimes the new text is first"


def test_an_unread_move_leaves_the_audit_and_counts_its_calls() -> None:
    start, events, model = started(persona(), alone(refine())), MemoryEventStore(), Reader(ModelFailure.REFUSED)
    state: RunState = start.state
    for step in ALL_STEPS[position(state.start_at) :]:
        state = performed(step, state, model, log_of(events, state))
    assert state.refined == Refined(layer="mask", axis="warmth", amount=0.6)
    assert state.audit is not None
    completed = [kept.entry.event for kept in events.read(0) if kept.entry.event.type == "step.completed"]
    calls = completed[-1].calls
    assert len(calls) > 1
    assert calls[-1].failure is ModelFailure.REFUSED


def test_other_runs_measure_nothing() -> None:
    start, model = started(persona(), RewriteRequest(StepName.MASK_BUILD, ("surface",))), Reader()
    state = run_through(start, model)
    assert state.refined is None
    assert all(each.output_type is not ToneReading for each in model.requests)
    assert READ_TONE.version().startswith("pro_")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (RewriteRequest(StepName.SURFACE_GROUND, refine=refine()), "not_written"),
        (RewriteRequest(StepName.SOUL_DRAFT, ("mask",), refine=refine()), "not_written"),
        (RewriteRequest(StepName.AUDIT, refine=refine()), "not_written"),
    ],
)
def test_a_layer_that_is_not_written_cannot_be_refined(request_: RewriteRequest, code: str) -> None:
    with pytest.raises(BadRewriteError) as refused:
        plan_of(request_)
    assert (refused.value.faults[0].pointer, refused.value.faults[0].code) == ("/refine/layer", code)


def test_fields_of_a_refined_layer_can_be_kept_and_edited() -> None:
    edits = LayerEdits.model_validate({"mask": {"rhythm": "Short."}})
    request = RewriteRequest(StepName.MASK_BUILD, ("mask.signature_phrases", "surface"), edits, refine=refine())
    start = started(persona(), request)
    after = ended(start, run_through(start, Reader()), persona())
    assert after.mask is not None
    assert persona().mask is not None
    assert (after.mask.rhythm, after.mask.tone) == ("Short.", "glad")
    assert after.mask.signature_phrases == persona().mask.signature_phrases  # type: ignore[union-attr]


@pytest.mark.random
def test_the_offline_composer_moves_what_it_is_asked_to_move() -> None:
    """Every axis of both layers, up or down, and in many runs both: the measured move is the one that was asked for."""
    draft = written_offline(BRIEF, ALL_STEPS[:5]).draft
    values = {name: value for name, value in draft.model_dump(mode="json").items() if name != "parse"}
    whole, offline = persona(**values), resolve("offline:composer-1")
    for layer, axes in AXES_OF_LAYER.items():
        for place, axis in enumerate(axes):
            for amount in (0.4, -0.4)[place % 2 :][: examples(1, 2)]:
                start = started(whole, alone(refine(layer, axis, amount)))
                state, events = start.state, MemoryEventStore()
                for step in ALL_STEPS[position(state.start_at) :]:
                    state = performed(step, state, offline, log_of(events, state))
                assert state.refined is not None
                assert state.refined.reached, (layer, axis, amount, state.refined)
                after = ended(start, state, whole)
                assert getattr(after, layer) != getattr(whole, layer)
                assert layers_of(after).mask.signature_phrases == layers_of(whole).mask.signature_phrases
