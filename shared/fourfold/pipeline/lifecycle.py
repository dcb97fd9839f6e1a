"""A run's beginning and its two ends. Each end may be reached twice (retries, two watchers): the first one counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fourfold.config.engine import EngineConfig, PinnedConfig
from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.events.envelope import EventData, bus_entry
from fourfold.events.generation import (
    GenerationRunCompleted,
    GenerationRunFailed,
    GenerationRunStarted,
    PersonaCreated,
    PersonaFlagged,
)
from fourfold.events.persona import PersonaUpdated
from fourfold.ids import new_persona_id, new_run_id
from fourfold.persona import Document, Persona, PersonaStatus
from fourfold.persona_versions import Change, PersonaVersion, version_of
from fourfold.pipeline.state import RunState
from fourfold.pipeline.store import PersonaStore, StoredPersona
from fourfold.problem import Problem
from fourfold.progress.events import PipelineCompleted, PipelineFailed, RunStarted
from fourfold.progress.log import LogEntry, RunLog
from fourfold.progress.run import Run, RunKind, RunStatus, with_progress
from fourfold.steps import StepName, position

# How often an end is tried when somebody changes the persona in between.
_ROUNDS = 5


class RunIdentity(Document):
    """What names a run when nothing else of it survived."""

    run_id: str
    persona_id: str
    workspace_id: str
    started_at: datetime


@dataclass(frozen=True)
class NewRun:
    """A run about to start: what to store, and what to start its state machine with.

    `held` is the persona it writes anew, as it stands; None for a new one.
    """

    persona: Persona
    run: Run
    state: RunState
    held: StoredPersona | None = None

    def started(self) -> dict[str, Any]:
        """The `generation.run.started` entry, stored with the run."""
        started = GenerationRunStarted(run_id=self.run.id, persona_id=self.persona.id, config_hash=self.run.config_hash)
        return _entry(started, self.run, self.run.started_at)

    def execution_input(self) -> str:
        """The state machine's input as JSON text: the first state."""
        return json.dumps({"state": self.state.model_dump(mode="json")}, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class RunSettings:
    """What a run is pinned to: the pipeline's settings, the engine's hash, and the revisions they were read at."""

    config: PinnedConfig
    config_hash: str
    revisions: Revisions

    @classmethod
    def read(cls, config: EngineConfig, revisions: Revisions) -> RunSettings:
        """The engine's settings as they stand at `revisions`."""
        return cls(config.pinned(), config.hash(), revisions)


def new_run(
    intent: str, workspace_id: str, config: EngineConfig, now: datetime, revisions: Revisions = UNCOMMITTED
) -> NewRun:
    """A new persona in `generating` and its run, pinned to `config`. Nothing is stored yet."""
    persona_id, run_id, settings = new_persona_id(), new_run_id(), RunSettings.read(config, revisions)
    persona = Persona(
        id=persona_id,
        workspace_id=workspace_id,
        status=PersonaStatus.GENERATING,
        intent=intent,
        run_id=run_id,
        pending_run_id=run_id,
        config_hash=settings.config_hash,
        created_at=now,
        updated_at=now,
    )
    run = Run(
        id=run_id,
        persona_id=persona_id,
        workspace_id=workspace_id,
        status=RunStatus.RUNNING,
        config_hash=settings.config_hash,
        config_revision=revisions.workspace,
        config_revisions=revisions,
        config=settings.config,
        started_at=now,
    )
    state = RunState(
        run_id=run_id,
        persona_id=persona_id,
        workspace_id=workspace_id,
        intent=intent,
        started_at=now,
        config=settings.config,
        config_hash=settings.config_hash,
        log_seq=1,  # run.started, which whoever stores the beginning logs
    )
    return NewRun(persona, run, state)


def log_start(log: RunLog) -> LogEntry:
    """Logs `run.started`, the first entry of every run."""
    return log.append(RunStarted())


@dataclass(frozen=True)
class RunContext:
    """What both ends of a run need: the store, its log, and the time.

    `forget` removes the log of a run whose persona was deleted meanwhile.
    """

    store: PersonaStore
    log_of: Callable[[RunIdentity, int], RunLog]
    entries_of: Callable[[RunIdentity], Iterable[LogEntry]]
    forget: Callable[[RunIdentity], None]
    clock: Callable[[], datetime]


def complete_run(state: RunState, status: Literal["active", "flagged"], context: RunContext) -> None:
    """Stores the shipped attempt with its events for the bus, ends the run and its log.

    Nothing is stored if the run had ended or its persona is deleted. The log of a run that had ended is ended too, in
    case the process that stored its end was killed before it did.

    Args:
        state: the shipped attempt's state; its `log_seq` is the newest the caller knows of.
        status: what the state machine's Choice decided.
        context: stores and clock.
    """
    who = RunIdentity(
        run_id=state.run_id,
        persona_id=state.persona_id,
        workspace_id=state.workspace_id,
        started_at=state.started_at,
    )
    for _ in range(_ROUNDS):
        held, run = (
            context.store.held(who.workspace_id, who.persona_id),
            context.store.run(who.workspace_id, who.run_id),
        )
        if held is None or run is None:
            context.forget(who)
            return
        if run.status is not RunStatus.RUNNING:
            _log_end(run, context, state.log_seq)
            return
        now = context.clock()
        run = with_progress(run, context.entries_of(who)).model_copy(
            update={"status": RunStatus.COMPLETED, "completed_at": now}
        )
        persona = _shipped(held.persona, state, run, PersonaStatus(status), now)
        change = Change.REGENERATED if held.persona.written else Change.GENERATED
        version = version_of(persona, change, held.persona if held.persona.written else None)
        entries = [_entry(event, run, now) for event in _completion_events(version, run, _duration_ms(run))]
        if context.store.finish(held, persona, run, entries, version, state.basis()):
            event = PipelineCompleted(status=persona.status, duration_ms=_duration_ms(run))
            context.log_of(who, state.log_seq).append(event)
            return
    raise RuntimeError(f"{who.persona_id} changed each time its run was about to end")


def fail_run(who: RunIdentity, error: Problem, context: RunContext) -> None:
    """Ends a run without a result, with its event for the bus, unless it has ended already.

    A persona that was written before stays as it was. The log of a run that had ended is ended as `complete_run` does.
    """
    for _ in range(_ROUNDS):
        held, run = (
            context.store.held(who.workspace_id, who.persona_id),
            context.store.run(who.workspace_id, who.run_id),
        )
        if held is None or run is None:
            context.forget(who)
            return
        if run.kind is not RunKind.GENERATION:
            return
        if run.status is RunStatus.RUNNING:
            now = context.clock()
            run = with_progress(run, context.entries_of(who)).model_copy(
                update={"status": RunStatus.FAILED, "completed_at": now, "error": error}
            )
            event = GenerationRunFailed(run_id=run.id, persona_id=run.persona_id, error=error)
            if not context.store.finish(held, _unshipped(held.persona, run, now), run, [_entry(event, run, now)]):
                continue
        _log_end(run, context, 0)
        return
    raise RuntimeError(f"{who.persona_id} changed each time its run was about to end")


def _log_end(run: Run, context: RunContext, seen: int) -> None:
    """Ends the log of a run that has ended, if it is not ended yet; `seen` is the newest known entry's number."""
    event = _last_event(run, context.store)
    if event is not None:
        who = RunIdentity(
            run_id=run.id, persona_id=run.persona_id, workspace_id=run.workspace_id, started_at=run.started_at
        )
        context.log_of(who, seen).append(event)


def _last_event(run: Run, store: PersonaStore) -> PipelineCompleted | PipelineFailed | None:
    if run.error is not None:
        return PipelineFailed(problem=run.error, duration_ms=_duration_ms(run))
    version = store.version_by(run.workspace_id, run.persona_id, run.id)
    if version is None:
        return None
    return PipelineCompleted(status=version.persona.status, duration_ms=_duration_ms(run))


def _shipped(persona: Persona, state: RunState, run: Run, status: PersonaStatus, now: datetime) -> Persona:
    """The persona with what the run wrote. Layers of the steps before its first stay what they are, to the byte."""
    draft, first = state.draft, position(state.start_at)
    answered = [step for attempt in run.attempts for step in attempt.steps if step.failure is None]
    providers = {f"{step.provider}:{step.model}" for step in answered}
    layers: dict[StepName, dict[str, object]] = {
        StepName.INTENT_PARSE: {"language": state.language},
        StepName.SOUL_DRAFT: {"soul": draft.soul},
        StepName.SELF_ENRICH: {"self_": draft.self_},
        StepName.MASK_BUILD: {"mask": draft.mask},
        StepName.SURFACE_GROUND: {"surface": draft.surface},
    }
    written = {
        name: layer for step, fields in layers.items() if position(step) >= first for name, layer in fields.items()
    }
    kept = set(persona.providers) if first > 0 else set()
    return persona.moved_to(status, now).model_copy(
        update={
            **written,
            "version": persona.version + 1 if persona.written else persona.version,
            "audit": state.audit,
            "run_id": run.id,
            "pending_run_id": None,
            "config_hash": run.config_hash,
            "usage": run.usage,
            "providers": tuple(sorted(providers | kept)),
        }
    )


def _unshipped(persona: Persona, run: Run, now: datetime) -> Persona:
    """The persona without the run: as it was, or `failed` if there is nothing else to show for it."""
    if persona.status is PersonaStatus.GENERATING:
        persona = persona.moved_to(PersonaStatus.FAILED, now).model_copy(update={"usage": run.usage})
    return persona.model_copy(update={"pending_run_id": None})


def _completion_events(version: PersonaVersion, run: Run, duration_ms: int) -> Iterable[EventData]:
    persona, audit = version.persona, version.persona.audit
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
    if version.change is Change.REGENERATED:
        yield PersonaUpdated(persona_id=persona.id, version=version.version, changed=version.changed, run_id=run.id)
    if flagged:
        yield PersonaFlagged(
            persona_id=persona.id,
            run_id=run.id,
            overall=audit.overall,
            language=persona.language,
            findings=len(audit.findings),
            version=version.version,
        )
    elif version.change is Change.GENERATED:
        yield PersonaCreated(persona_id=persona.id, run_id=run.id, overall=audit.overall, language=persona.language)


def _entry(event: EventData, run: Run, at: datetime) -> dict[str, Any]:
    return bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)


def _duration_ms(run: Run) -> int:
    ended = run.completed_at or run.started_at
    return max(0, round((ended - run.started_at).total_seconds() * 1000))
