"""One step, with no AWS: ask, validate, check, repair once, keep the better answer."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from fourfold.config.engine import AuditWeights
from fourfold.llm.port import ModelError, ModelFailure
from fourfold.persona import Scores
from fourfold.pipeline.audit import AUDIT, overall
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD
from fourfold.pipeline.self_enrich import SELF_ENRICH
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND
from fourfold.steps import StepName
from tests.builders import (
    ALL_STEPS,
    INTENT,
    MASK,
    SELF,
    SOUL,
    SURFACE,
    ScriptedModel,
    Watching,
    new_state,
    state_before,
    stepped,
)
from tests.builders import AUDIT as AUDIT_ANSWER


def changed(answer: dict[str, Any], path: str, value: object) -> str:
    """The answer as JSON text with one value replaced."""
    copied = copy.deepcopy(answer)
    *parents, last = path.split(".")
    node = copied
    for name in parents:
        node = node[name]
    node[last] = value
    return json.dumps(copied)


def test_six_good_answers_make_a_whole_persona() -> None:
    state, model = new_state(), ScriptedModel()
    for step in ALL_STEPS:
        outcome = stepped(step, state.reset_for(step.name), model)
        assert outcome.violations == ()
        state = outcome.state
    assert state.audit is not None
    assert state.audit.overall == 4.1
    assert state.draft.surface is not None
    assert len(model.requests) == 6


def test_facts_bounds_and_demands_travel_down_the_chain_with_their_source() -> None:
    state = state_before(SURFACE_GROUND)
    sources = [link.source for link in state.constraints]
    assert sources == sorted(sources, key=list(StepName).index)
    assert {link.constraint.kind for link in state.constraints} == {"fact", "trait_bound", "voice_demand"}
    block = SURFACE_GROUND.request(state).block("constraints")
    assert isinstance(block, list)
    assert {"source": "intent_parse", "constraint": block[0]["constraint"]} == block[0]
    assert block[0]["constraint"]["span"] == {"start": 15, "end": 17}


@pytest.mark.parametrize(
    ("step", "broken", "named"),
    [
        (INTENT_PARSE, changed(INTENT, "facts", [{"field": "other", "value": "x", "quote": "not there"}]), "quote"),
        (
            SOUL_DRAFT,
            changed(
                SOUL,
                "constraints",
                [{"kind": "trait_bound", "trait": "extraversion", "minimum": 0.8, "reason": "loud"}],
            ),
            "extraversion",
        ),
        (SELF_ENRICH, changed(SELF, "self.big_five.extraversion", 0.9), "self.big_five.extraversion is 0.9"),
        (MASK_BUILD, changed(MASK, "mask.signature_phrases", ["Otur.", "Git!"]), "question"),
        (SURFACE_GROUND, changed(SURFACE, "surface.age", 51), "surface.age is 51"),
    ],
)
def test_a_broken_constraint_gets_one_repair_request_that_names_it(step: Step[Any], broken: str, named: str) -> None:
    model, watching = ScriptedModel(script=[broken]), Watching()
    outcome = stepped(step, state_before(step), model, watching=watching)
    assert outcome.violations == ()
    assert len(outcome.calls) == 2
    [(place, name, problems)] = watching.repairs
    assert (place, name) == (0, "scripted:1")
    assert problems >= 1
    repair = model.requests[1].repair
    assert repair is not None
    assert repair.answer == broken
    assert any(named in problem for problem in repair.problems)


def test_what_still_stands_broken_is_recorded_and_shown_to_the_audit() -> None:
    loud = changed(SELF, "self.big_five.extraversion", 0.9)
    outcome = stepped(SELF_ENRICH, state_before(SELF_ENRICH), ScriptedModel(script=[loud, loud]))
    [violation] = outcome.state.violations
    assert violation.field == "self.big_five.extraversion"
    block = AUDIT.request(outcome.state).block("violations")
    assert isinstance(block, list)
    assert block[0]["observed"] == "0.9"


def test_a_repair_that_makes_it_worse_is_not_kept() -> None:
    one_wrong = changed(SURFACE, "surface.age", 51)
    two_wrong = json.dumps({"surface": {**SURFACE["surface"], "age": 51, "location": "Ankara"}})
    outcome = stepped(SURFACE_GROUND, state_before(SURFACE_GROUND), ScriptedModel(script=[one_wrong, two_wrong]))
    assert outcome.state.draft.surface is not None
    assert outcome.state.draft.surface.location == "Kadıköy, Istanbul"


@pytest.mark.parametrize("malformed", ["", "{", "[]", "null", '{"soul": {}}', "I would rather not.", "🙂" * 2000])
def test_malformed_output_is_repaired_once(malformed: str) -> None:
    outcome = stepped(SOUL_DRAFT, state_before(SOUL_DRAFT), ScriptedModel(script=[malformed]))
    assert len(outcome.calls) == 2
    assert outcome.state.draft.soul is not None


def test_an_answer_is_cleaned_of_control_characters_without_a_second_call() -> None:
    model = ScriptedModel([changed(SOUL, "soul.desire", "To be\0 seen\x1b[2J by \u202eone\udc00 person.")])
    outcome = stepped(SOUL_DRAFT, state_before(SOUL_DRAFT), model)
    assert outcome.state.draft.soul is not None
    assert outcome.state.draft.soul.desire == "To be seen[2J by one person."
    assert len(model.requests) == 1


def test_two_malformed_answers_are_an_error_that_says_so() -> None:
    with pytest.raises(ModelError) as caught:
        stepped(SOUL_DRAFT, state_before(SOUL_DRAFT), ScriptedModel(script=["{", "{"]))
    assert caught.value.failure is ModelFailure.INVALID_OUTPUT


def test_a_repair_that_fails_leaves_a_usable_first_answer_standing() -> None:
    old = changed(SURFACE, "surface.age", 51)
    down = ModelError(ModelFailure.OVERLOADED, "busy")
    outcome = stepped(SURFACE_GROUND, state_before(SURFACE_GROUND), ScriptedModel(script=[old, down, down, down]))
    assert [call.failure for call in outcome.calls] == ["constraints_broken", *["overloaded"] * 3]
    assert [violation.field for violation in outcome.violations] == ["surface.age"]


def test_a_model_that_fails_outright_is_not_asked_again() -> None:
    model = ScriptedModel(script=[ModelError(ModelFailure.BAD_REQUEST, "no")])
    with pytest.raises(ModelError):
        stepped(SOUL_DRAFT, state_before(SOUL_DRAFT), model)
    assert len(model.requests) == 1


def test_a_fact_without_a_quote_in_the_brief_never_enters_the_chain() -> None:
    invented = changed(INTENT, "facts", [{"field": "surface.age", "value": "61", "quote": "61"}])
    outcome = stepped(INTENT_PARSE, new_state(), ScriptedModel(script=[invented, invented]))
    assert all(link.constraint.kind != "fact" for link in outcome.state.constraints)
    assert len(outcome.violations) == 1


def test_overall_is_the_weighted_mean() -> None:
    scores = Scores.model_validate(AUDIT_ANSWER["scores"])
    assert overall(scores, AuditWeights()) == 4.1
    only_depth = AuditWeights(coherence=0, depth=2, cultural_fidelity=0, voice_distinctiveness=0, realism=0)
    assert overall(scores, only_depth) == 4.0
    none = AuditWeights(coherence=0, depth=0, cultural_fidelity=0, voice_distinctiveness=0, realism=0)
    assert overall(scores, none) == 4.1
