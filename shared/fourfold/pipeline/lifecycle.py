"""A run's beginning and its two ends. Each end may be reached twice (retries, two watchers): the first one counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fourfold.config.engine import EngineConfig
from fourfold.events.envelope import EventData, bus_entry
from fourfold.events.generation import (
    GenerationRunCompleted,
    GenerationRunFailed,
    GenerationRunStarted,
    PersonaCreated,
    PersonaFlagged,
)
from fourfold.ids import new_persona_id, new_run_id
from fourfold.persona import Model, Persona, PersonaStatus
from fourfold.pipeline.personas import PersonaStore
from fourfold.pipeline.state import RunState
from fourfold.problem import Problem
from fourfold.progress.happenings import PipelineCompleted, PipelineFailed, RunStarted
from fourfold.progress.log import LogEntry, RunLog
from fourfold.progress.run import Run, RunKind, RunStatus, with_progress


class RunIdentity(Model):
    """What names a run when nothing else of it survived."""

    run_id: str
    persona_id: str
    workspace_id: str
    started_at: datetime


@dataclass(frozen=True)
class Beginning:
    """A run about to start: what to store, and what to start its state machine with."""

    persona: Persona
    run: Run
    state: RunState

    def execution_input(self) -> str:
        """The state machine's input as JSON text: the first state and the `generation.run.started` entry."""
        started = GenerationRunStarted(run_id=self.run.id, persona_id=self.persona.id, config_hash=self.run.config_hash)
        entry = _entry(started, self.run, self.run.started_at)
        return json.dumps(
            {"state": self.state.model_dump(mode="json"), "events": [entry]}, ensure_ascii=False, separators=(",", ":")
        )


def begin(intent: str, workspace_id: str, config: EngineConfig, now: datetime) -> Beginning:
    """A new persona in `generating` and its run, pinned to `config`. Nothing is stored yet."""
    persona_id, run_id, config_hash = new_persona_id(), new_run_id(), config.hash()
    persona = Persona(
        id=persona_id,
        workspace_id=workspace_id,
        status=PersonaStatus.GENERATING,
        intent=intent,
        run_id=run_id,
        config_hash=config_hash,
        created_at=now,
        updated_at=now,
    )
    run = Run(
        id=run_id,
        persona_id=persona_id,
        workspace_id=workspace_id,
        status=RunStatus.RUNNING,
        config_hash=config_hash,
        started_at=now,
    )
    state = RunState(
        run_id=run_id,
        persona_id=persona_id,
        workspace_id=workspace_id,
        intent=intent,
        started_at=now,
        config=config.pinned(),
        config_hash=config_hash,
        log_seq=1,  # run.started, which whoever stores the beginning logs
    )
    return Beginning(persona, run, state)


def log_start(log: RunLog) -> LogEntry:
    """Logs `run.started`, the first entry of every run."""
    return log.append(RunStarted())


@dataclass(frozen=True)
class Desk:
    """What both ends of a run need: the store, a way to its log, and the time."""

    store: PersonaStore
    log_of: Callable[[RunIdentity, int], RunLog]
    entries_of: Callable[[RunIdentity], Iterable[LogEntry]]
    clock: Callable[[], datetime]


def complete_run(state: RunState, status: Literal["active", "flagged"], desk: Desk) -> list[dict[str, Any]]:
    """Stores the shipped attempt and ends the run.

    Args:
        state: the shipped attempt's state; its `log_seq` is the newest the caller knows of.
        status: what the state machine's Choice decided.

    Returns:
        The entries to put on the bus. The same ones whenever this runs for the same run; none if the run had failed.
    """
    who = RunIdentity(
        run_id=state.run_id,
        persona_id=state.persona_id,
        workspace_id=state.workspace_id,
        started_at=state.started_at,
    )
    persona, run = _stored(desk.store, who)
    if run.status is RunStatus.RUNNING:
        now = desk.clock()
        run = with_progress(run, desk.entries_of(who)).model_copy(
            update={"status": RunStatus.COMPLETED, "completed_at": now}
        )
        shipped = _shipped(persona, state, run, PersonaStatus(status), now)
        if not desk.store.finish(shipped, run):
            persona, run = _stored(desk.store, who)
        else:
            persona = shipped
    if run.status is not RunStatus.COMPLETED:
        return []
    ended = run.completed_at or desk.clock()
    duration_ms = _milliseconds(run.started_at, ended)
    desk.log_of(who, state.log_seq).append(PipelineCompleted(status=persona.status, duration_ms=duration_ms))
    return [_entry(event, run, ended) for event in _completion_events(persona, run, duration_ms)]


def fail_run(who: RunIdentity, error: Problem, desk: Desk) -> list[dict[str, Any]]:
    """Ends a run without a persona, unless it has ended already.

    Returns:
        The `generation.run.failed` entry to put on the bus; nothing if the run had completed or is not known.
    """
    persona, run = desk.store.persona(who.workspace_id, who.persona_id), desk.store.run(who.workspace_id, who.run_id)
    if persona is None or run is None or run.kind is not RunKind.GENERATION:
        return []
    if run.status is RunStatus.RUNNING:
        now = desk.clock()
        run = with_progress(run, desk.entries_of(who)).model_copy(
            update={"status": RunStatus.FAILED, "completed_at": now, "error": error}
        )
        failed = persona.moved_to(PersonaStatus.FAILED, now).model_copy(update={"usage": run.usage})
        if not desk.store.finish(failed, run):
            _, run = _stored(desk.store, who)
    if run.status is not RunStatus.FAILED or run.error is None:
        return []
    ended = run.completed_at or desk.clock()
    duration_ms = _milliseconds(run.started_at, ended)
    desk.log_of(who, 0).append(PipelineFailed(problem=run.error, duration_ms=duration_ms))
    event = GenerationRunFailed(run_id=run.id, persona_id=run.persona_id, error=run.error)
    return [_entry(event, run, ended)]


def _shipped(persona: Persona, state: RunState, run: Run, status: PersonaStatus, now: datetime) -> Persona:
    draft = state.draft
    answered = [step for attempt in run.attempts for step in attempt.steps if step.failure is None]
    providers = {f"{step.provider}:{step.model}" for step in answered}
    return persona.moved_to(status, now).model_copy(
        update={
            "language": state.language,
            "soul": draft.soul,
            "self_": draft.self_,
            "mask": draft.mask,
            "surface": draft.surface,
            "audit": state.audit,
            "usage": run.usage,
            "providers": tuple(sorted(providers)),
        }
    )


def _completion_events(persona: Persona, run: Run, duration_ms: int) -> Iterable[EventData]:
    audit = persona.audit
    if audit is None:
        raise ValueError(f"run {run.id} completed without an audit")
    flagged = persona.status is PersonaStatus.FLAGGED
    yield GenerationRunCompleted(
        run_id=run.id,
        persona_id=persona.id,
        status="flagged" if flagged else "active",
        attempts=len(run.attempts),
        overall=audit.overall,
        duration_ms=duration_ms,
        usage=run.usage,
    )
    if flagged:
        yield PersonaFlagged(
            persona_id=persona.id,
            run_id=run.id,
            overall=audit.overall,
            language=persona.language,
            findings=len(audit.findings),
        )
    else:
        yield PersonaCreated(persona_id=persona.id, run_id=run.id, overall=audit.overall, language=persona.language)


def _stored(store: PersonaStore, who: RunIdentity) -> tuple[Persona, Run]:
    persona, run = store.persona(who.workspace_id, who.persona_id), store.run(who.workspace_id, who.run_id)
    if persona is None or run is None:
        raise LookupError(f"run {who.run_id} is not stored")
    return persona, run


def _entry(event: EventData, run: Run, at: datetime) -> dict[str, Any]:
    return bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)


def _milliseconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))
