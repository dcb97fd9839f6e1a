"""A run's beginning and its two ends, each reached once or twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NoReturn

import pytest

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.llm.port import ModelError, ModelFailure
from fourfold.persona import Persona, PersonaStatus
from fourfold.persona_versions import PersonaVersion
from fourfold.pipeline.bus_entries import started_entries
from fourfold.pipeline.complete_run import complete_run
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.new_run import NewRun, log_start, new_run
from fourfold.pipeline.rewrite import RunBase
from fourfold.pipeline.run_context import RunContext, RunIdentity
from fourfold.pipeline.state import DraftBasis, RunState
from fourfold.pipeline.store import StoredPersona
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunStatus
from tests.builders import ALL_STEPS, BRIEF, START, MemoryEventStore, ScriptedModel, Ticking, performed


@dataclass
class MemoryPersonaStore:
    """Personas and runs in memory, with the table's conditions. `interrupt` is what happens before the next end."""

    personas: dict[str, Persona] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    versions: list[PersonaVersion] = field(default_factory=list)
    bases: dict[str, DraftBasis] = field(default_factory=dict)
    run_bases: dict[str, RunBase] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    interrupt: list[Callable[[], None]] = field(default_factory=list)

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        found = self.personas.get(persona_id)
        return found if found and found.workspace_id == workspace_id else None

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        found = self.runs.get(run_id)
        return found if found and found.workspace_id == workspace_id else None

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        found = self.persona(workspace_id, persona_id)
        return None if found is None else StoredPersona(found, found.model_dump_json())

    def run_base(self, workspace_id: str, run_id: str) -> RunBase | None:  # noqa: ARG002 - the port's
        return self.run_bases.get(run_id)

    def basis_of(self, persona: Persona) -> DraftBasis | None:
        return None if persona.run_id is None else self.bases[persona.run_id]

    def version_of_run(self, workspace_id: str, persona_id: str, run_id: str) -> PersonaVersion | None:
        found = [version for version in self.versions if version.run_id == run_id]
        return found[0] if found and self.persona(workspace_id, persona_id) else None

    def start(self, persona: Persona, run: Run) -> None:
        self.personas[persona.id], self.runs[run.id] = persona, run

    def finish(  # noqa: PLR0917 - the port's
        self,
        stored: StoredPersona,
        persona: Persona,
        run: Run,
        entries: Sequence[dict[str, Any]],
        version: PersonaVersion | None = None,
        basis: DraftBasis | None = None,
    ) -> bool:
        if self.interrupt:
            self.interrupt.pop()()
        standing = self.personas.get(persona.id)
        if standing != stored.persona or self.runs[run.id].status is not RunStatus.RUNNING:
            return False
        self.start(persona, run)
        self.entries += entries
        self.versions += [] if version is None else [version]
        self.bases |= {} if basis is None else {run.id: basis}
        return True

    def published(self) -> list[str]:
        """Detail types of the events stored for the bus."""
        return [entry["DetailType"] for entry in self.entries]


class KilledError(BaseException):
    """The end of a process: nothing may catch it."""


@dataclass
class World:
    """A started run and everything its ends need."""

    beginning: NewRun
    store: MemoryPersonaStore
    events: MemoryEventStore
    context: RunContext
    who: RunIdentity

    def pipeline(self) -> RunState:
        state, model = self.beginning.state, ScriptedModel()
        for step in ALL_STEPS:
            state = performed(step, state, model, self.context.log_of(self.who, state.log_seq))
        return state


@pytest.fixture
def world() -> World:
    beginning = new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START)
    store, events, clock = MemoryPersonaStore(), MemoryEventStore(), Ticking()
    store.start(beginning.persona, beginning.run)
    state = beginning.state
    who = RunIdentity(
        run_id=state.run_id, persona_id=state.persona_id, workspace_id=state.workspace_id, started_at=START
    )

    def log_of(identity: RunIdentity, seen: int) -> RunLog:
        return RunLog(events, identity.run_id, identity.persona_id, seen, clock)

    log_start(log_of(who, 0))
    context = RunContext(
        store, log_of, lambda _: [kept.entry for kept in events.read(0)], lambda _: events.entries.clear(), clock
    )
    return World(beginning, store, events, context, who)


def test_a_run_starts_with_the_state_its_machine_gets_and_the_event_stored_with_it(world: World) -> None:
    given = json.loads(world.beginning.execution_input())
    assert given.keys() == {"state"}
    assert RunState.model_validate(given["state"]) == world.beginning.state
    [entry] = started_entries(world.beginning.run, world.beginning.persona)
    assert entry["DetailType"] == "generation.run.started"
    assert entry["Detail"]["metadata"]["correlation_id"] == world.who.run_id
    assert world.beginning.persona.intent == BRIEF


def test_a_completed_run_ships_the_persona_with_its_usage(world: World) -> None:
    complete_run(world.pipeline(), "active", world.context)
    persona, run = world.store.personas[world.who.persona_id], world.store.runs[world.who.run_id]
    assert persona.status is PersonaStatus.ACTIVE
    assert persona.surface is not None
    assert persona.usage.cost_usd == pytest.approx(0.06)
    assert persona.providers == ("scripted:1",)
    assert run.status is RunStatus.COMPLETED
    assert [(attempt.attempt, attempt.overall, len(attempt.steps)) for attempt in run.attempts] == [(1, 4.1, 6)]
    assert world.store.published() == ["generation.run.completed", "persona.created"]
    assert world.events.types()[-1] == "pipeline.completed"


def test_a_flagged_persona_is_announced_as_flagged_and_not_as_created(world: World) -> None:
    complete_run(world.pipeline(), "flagged", world.context)
    assert world.store.published() == ["generation.run.completed", "persona.flagged"]
    assert world.store.personas[world.who.persona_id].status is PersonaStatus.FLAGGED


def test_completing_twice_stores_the_events_once_and_logs_one_end(world: World) -> None:
    state = world.pipeline()
    for _ in range(2):
        complete_run(state, "active", world.context)
    assert world.store.published() == ["generation.run.completed", "persona.created"]
    assert world.events.types().count("pipeline.completed") == 1


def test_a_failed_run_leaves_a_failed_persona_with_the_money_already_spent(world: World) -> None:
    world.pipeline()
    problem = problem_from("States.Timeout", "")
    fail_run(world.who, problem, world.context)
    [entry] = world.store.entries
    assert entry["DetailType"] == "generation.run.failed"
    assert entry["Detail"]["data"]["error"]["code"] == "run_timed_out"
    run = world.store.runs[world.who.run_id]
    assert run.error == problem
    assert run.usage.cost_usd == pytest.approx(0.06)
    assert world.store.personas[world.who.persona_id].status is PersonaStatus.FAILED
    assert world.events.types()[-1] == "pipeline.failed"


def test_the_first_end_counts(world: World) -> None:
    state = world.pipeline()
    complete_run(state, "active", world.context)
    fail_run(world.who, problem_from("States.Timeout", ""), world.context)
    assert world.store.published() == ["generation.run.completed", "persona.created"]
    assert world.store.personas[world.who.persona_id].status is PersonaStatus.ACTIVE


def test_a_persona_is_not_shipped_by_a_run_that_failed(world: World) -> None:
    state = world.pipeline()
    fail_run(world.who, problem_from("ABORTED", ""), world.context)
    complete_run(state, "active", world.context)
    fail_run(world.who, problem_from("States.Timeout", ""), world.context)
    assert world.store.published() == ["generation.run.failed"]
    assert world.events.types().count("pipeline.failed") == 1


def test_a_run_that_another_workspace_names_does_not_fail(world: World) -> None:
    stranger = world.who.model_copy(update={"workspace_id": "ws_other"})
    fail_run(stranger, problem_from("ABORTED", ""), world.context)
    assert world.store.entries == []
    assert world.store.runs[world.who.run_id].status is RunStatus.RUNNING


@pytest.mark.parametrize("end", ["completed", "failed"])
@pytest.mark.parametrize("second", ["complete", "fail"])
def test_the_log_of_an_end_that_was_stored_before_a_kill_is_ended_by_the_next_caller(
    world: World, end: Literal["completed", "failed"], second: str
) -> None:
    state, aborted = world.pipeline(), problem_from("ABORTED", "")

    def killed(_identity: RunIdentity, _seen: int) -> NoReturn:
        raise KilledError

    dying = replace(world.context, log_of=killed)
    with pytest.raises(KilledError):
        complete_run(state, "active", dying) if end == "completed" else fail_run(world.who, aborted, dying)
    published = world.store.published()
    assert f"pipeline.{end}" not in world.events.types()
    for _ in range(2):
        complete_run(state, "active", world.context) if second == "complete" else fail_run(
            world.who, aborted, world.context
        )
    assert world.events.types().count(f"pipeline.{end}") == 1
    assert world.store.published() == published, "what the end announces is stored with it, once"


@pytest.mark.parametrize(
    ("error", "cause", "code", "status"),
    [
        ("States.ServiceRestart", "", "run_interrupted", 503),
        ("ABORTED", "", "run_interrupted", 503),
        ("TIMED_OUT", "", "run_timed_out", 504),
        ("ModelError", json.dumps({"errorMessage": "refused: no"}), "model_refused", 502),
        ("Runtime.HandlerError", json.dumps({"errorMessage": "quota: used up"}), "model_quota", 502),
        ("Runtime.HandlerError", json.dumps({"errorMessage": "KeyError: 'secret brief'"}), "internal_error", 500),
        ("Whatever", "not json", "internal_error", 500),
        ("Whatever", "[]", "internal_error", 500),
    ],
)
def test_a_failure_is_told_to_the_caller_without_its_private_cause(
    error: str, cause: str, code: str, status: int
) -> None:
    problem = problem_from(error, cause)
    assert (problem.code, problem.status) == (code, status)
    assert "secret" not in str(problem.body())


def test_a_models_own_words_reach_the_caller_and_nobody_elses_do() -> None:
    error = ModelError(
        ModelFailure.BAD_REQUEST, "compatible:x answered 404: no such model.", advice="Run: ollama pull x"
    )
    cause = {"errorMessage": str(error), "errorType": "ModelError"}
    told = problem_from("Runtime.HandlerError", json.dumps(cause))
    assert (told.code, told.detail) == (
        "model_bad_request",
        "compatible:x answered 404: no such model. Run: ollama pull x",
    )
    foreign = {"errorMessage": "bad_request: the secret brief", "errorType": "ValueError"}
    assert "secret" not in problem_from("Runtime.HandlerError", json.dumps(foreign)).detail
