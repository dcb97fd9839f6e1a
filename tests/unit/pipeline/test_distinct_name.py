"""Names of new personas: 20 runs at once give 20 names, whatever the model answers; a stated name stays."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from fourfold.config.engine import EngineConfig
from fourfold.models import resolve
from fourfold.pipeline.distinct_name import name_form
from fourfold.pipeline.execute_step import execute_step
from fourfold.pipeline.new_run import PersonaChoices
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND
from tests.builders import (
    ALL_STEPS,
    GOOD_ANSWERS,
    SURFACE,
    MemoryEventStore,
    ScriptedModel,
    VirtualClock,
    log_of,
    new_state,
    state_before,
    stepped,
)


@dataclass
class Registry:
    """The names of a workspace; `of(run)` is what one of its runs sees."""

    known: tuple[str, ...] = ()
    claimed: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, run: str) -> Registered:
        return Registered(self, run)


@dataclass
class Registered:
    registry: Registry
    run: str

    def recent(self) -> tuple[str, ...]:
        return self.registry.known

    def claim(self, name: str) -> bool:
        with self.registry.lock:
            return self.registry.claimed.setdefault(name, self.run) == self.run


def surface(name: str) -> str:
    return json.dumps({"surface": {**SURFACE["surface"], "name": name}})


def executed(model: ScriptedModel, names: Registered, state: RunState | None = None) -> RunState:
    state = state or state_before(SURFACE_GROUND)
    log = log_of(MemoryEventStore(), state)
    return execute_step(SURFACE_GROUND, state, [model], log, VirtualClock().deadline(), names)


def name_in(state: RunState) -> str:
    assert state.draft.surface is not None
    return state.draft.surface.name


def test_twenty_at_once_have_twenty_names_though_the_model_knows_one() -> None:
    registry, given = Registry(), name_in(executed(ScriptedModel(), Registry().of("alone")))

    def run(number: int) -> RunState:
        return executed(ScriptedModel(), registry.of(f"run {number}"))

    with ThreadPoolExecutor(8) as threads:
        written = list(threads.map(run, range(20)))
    names = {name_in(state) for state in written}
    assert len(names) == 20
    assert given in names
    assert {name.split()[0] for name in names} == {given.split()[0]}
    assert not any(state.violations for state in written)


def test_the_model_is_shown_the_names_and_asked_once_for_another() -> None:
    registry = Registry(known=("Elif Kaya", "Derya Aksoy"))
    model = ScriptedModel([surface("derya  AKSOY"), surface("Nehir Uysal")])
    after = executed(model, registry.of("one"))
    assert (name_in(after), after.avoid_names, after.violations) == ("Nehir Uysal", (), ())
    first, repair = model.requests
    assert first.block("taken_names") == ["Elif Kaya", "Derya Aksoy"]
    assert repair.repair is not None
    assert "surface.name is derya  AKSOY; must be another name" in repair.repair.problems[0]


def test_no_other_model_is_asked_because_of_a_name() -> None:
    registry = Registry(known=("Derya Aksoy",))
    insists = ScriptedModel([surface("Derya Aksoy"), surface("Derya Aksoy")])
    fallback = ScriptedModel([surface("Nehir Uysal")])
    state, store = state_before(SURFACE_GROUND), MemoryEventStore()
    after = execute_step(
        SURFACE_GROUND, state, [insists, fallback], log_of(store, state), VirtualClock().deadline(), registry.of("one")
    )
    assert (name_in(after), after.violations) == ("Derya A. Aksoy", ())
    assert (len(insists.requests), fallback.requests) == (2, [])


def test_a_repair_that_cannot_be_read_keeps_the_first_answer_with_an_initial() -> None:
    registry = Registry(known=("Derya Aksoy",))
    after = executed(ScriptedModel([surface("Derya Aksoy"), "no JSON"]), registry.of("one"))
    assert (name_in(after), after.violations) == ("Derya A. Aksoy", ())


def test_without_a_registry_the_prompt_is_as_before() -> None:
    state = state_before(SURFACE_GROUND)
    request = SURFACE_GROUND.request(state)
    assert request.block("taken_names") is None
    assert "taken_names" not in request.task


@pytest.mark.parametrize("brief", ["Tomás, a 34-year-old programmer in Lisbon", "Meet Dilara Acar, a baker in Izmir"])
def test_a_name_that_the_brief_states_stays(brief: str) -> None:
    offline = resolve("offline:composer-1")
    registry = Registry()

    def written(seed: int) -> RunState:
        state = new_state(brief, choices=PersonaChoices(seed=seed, distinct_names="workspace"))
        for step in ALL_STEPS[:-2]:
            state = stepped(step, state.reset_for(step.name), offline).state
        log = log_of(MemoryEventStore(), state, 0)
        names = registry.of(f"run {seed}")
        return execute_step(SURFACE_GROUND, state, [offline], log, VirtualClock().deadline(), names)

    first, second = written(1), written(2)
    stated = brief.removeprefix("Meet ").split(",")[0]
    assert name_in(first).startswith(stated)
    assert name_in(second).startswith(stated)
    assert registry.claimed == {}


def single_call(brief: str, names: Registered, answers: Callable[[dict[str, Any]], list[str]]) -> str:
    config = EngineConfig()
    config = config.model_copy(update={"pipeline": config.pipeline.model_copy(update={"method": "single_call"})})
    whole = {"language": "en", "locale": "en-GB"}
    for answer in GOOD_ANSWERS.values():
        whole |= {name: layer for name, layer in answer.items() if name in {"soul", "self", "mask", "surface"}}
    state = new_state(brief, config)
    model, log = ScriptedModel([*answers(whole)]), log_of(MemoryEventStore(), state)
    step: Step[Any] = SINGLE_CALL
    return name_in(execute_step(step, state, [model], log, VirtualClock().deadline(), names))


@pytest.mark.parametrize(
    ("brief", "expected"), [("a baker in Izmir", "Nehir Uysal"), ("Derya, a baker in Izmir", "Derya Aksoy")]
)
def test_so_it_is_in_a_single_call(brief: str, expected: str) -> None:
    def answers(whole: dict[str, Any]) -> list[str]:
        named = [{**whole, "surface": {**whole["surface"], "name": name}} for name in ("Derya Aksoy", "Nehir Uysal")]
        return [json.dumps(each) for each in named]

    assert single_call(brief, Registry(known=("Derya Aksoy",)).of("one"), answers) == expected


def test_names_are_compared_without_case_marks_and_widths() -> None:
    assert name_form("Jean-Luc  PICARD") == name_form("jean luc picard")
    assert name_form("山田 太郎") != name_form("山田 花子")
    assert name_form("ＡＤＡ") == name_form("ada")


def test_the_offline_composer_draws_another_name() -> None:
    offline = resolve("offline:composer-1")
    state = new_state("a baker in Izmir", choices=PersonaChoices(seed=3, distinct_names="workspace"))
    for step in ALL_STEPS[:-2]:
        state = stepped(step, state.reset_for(step.name), offline).state
    first = name_in(stepped(SURFACE_GROUND, state, offline).state)

    def write(registry: Registry) -> str:
        log = log_of(MemoryEventStore(), state, 0)
        return name_in(execute_step(SURFACE_GROUND, state, [offline], log, VirtualClock().deadline(), registry.of("x")))

    assert write(Registry()) == first
    known, claimed = write(Registry(known=(first,))), write(Registry(claimed={name_form(first): "another"}))
    assert first not in {known, claimed}
    assert not any("." in name for name in (known, claimed))
