"""Briefs that are refused: by the reading model's field, by the composer's rule, and as the settings say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fourfold.config.engine import SafetyConfig
from fourfold.models import resolve
from fourfold.pipeline.execute_step import execute_step
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.refusal import BriefRefusedError
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.step import Step
from fourfold.progress.events import StepCompleted
from tests.builders import INTENT, MemoryEventStore, ScriptedModel, VirtualClock, log_of, new_state, performed

BRIEFS: dict[str, list[str]] = json.loads(Path(__file__).with_name("refused_briefs.json").read_text(encoding="utf-8"))
PERMISSIVE = SafetyConfig(refuse_real_people=False, refuse_minors_in_romance=False)


@pytest.mark.parametrize("kind", ["real_person_private", "minor_romantic"])
def test_a_model_that_finds_a_kind_of_refused_brief_ends_the_run_and_its_call_is_logged(kind: str) -> None:
    model = ScriptedModel(script=[json.dumps({**INTENT, "refusal": kind})])
    state, store = new_state(), MemoryEventStore()
    with pytest.raises(BriefRefusedError, match=kind) as refused:
        performed(INTENT_PARSE, state, model, log_of(store, state))
    completed = [each.entry.event for each in store.entries.values() if isinstance(each.entry.event, StepCompleted)]
    assert [each.cost_usd for each in completed] == [pytest.approx(0.01)]
    cause = json.dumps({"errorType": "BriefRefusedError", "errorMessage": str(refused.value)})
    told = problem_from("BriefRefusedError", cause)
    assert (told.status, told.code) == (422, "brief_refused")
    assert ("real" in told.detail) == (kind == "real_person_private")


def test_settings_of_the_system_may_allow_them() -> None:
    model = ScriptedModel(script=[json.dumps({**INTENT, "refusal": "minor_romantic"})])
    state = new_state()
    state = state.model_copy(update={"config": state.config.model_copy(update={"safety": PERMISSIVE})})
    after = performed(INTENT_PARSE, state, model, log_of(MemoryEventStore(), state))
    assert after.draft.parse is not None


def test_the_rule_tells_the_sixty_briefs_apart() -> None:
    """The rule was written with these briefs in view: they show what it does, not how it does on others."""
    for kind, briefs in BRIEFS.items():
        for brief in briefs:
            assert outcome(brief) == (None if kind == "accepted" else kind), brief


def outcome(brief: str) -> str | None:
    """The kind that the composer refuses the brief as, in both methods; None if it accepts it."""
    found = set()
    steps: tuple[Step[Any], ...] = (INTENT_PARSE, SINGLE_CALL)
    for step in steps:
        state = new_state(brief)
        log = log_of(MemoryEventStore(), state)
        try:
            execute_step(step, state, [resolve("offline:composer-1")], log, VirtualClock().deadline())
        except BriefRefusedError as error:
            found.add(str(error))
        else:
            found.add("")
    [one] = found
    return one or None
