"""The EventBridge entries of a run: when it starts, when it completes, and when it fails.

Runs of an evaluation have none: it has an event of its own, and its personas are not among those of the workspace
(decision 96).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fourfold.events.envelope import EventData, bus_entry
from fourfold.events.generation import (
    GenerationRunCompleted,
    GenerationRunFailed,
    GenerationRunStarted,
    PersonaCreated,
    PersonaFlagged,
)
from fourfold.events.persona import PersonaUpdated
from fourfold.persona import Persona, PersonaStatus
from fourfold.persona_versions import Change, PersonaVersion
from fourfold.problem import Problem
from fourfold.progress.run import Run


def started_entries(run: Run, persona: Persona) -> list[dict[str, Any]]:
    """Returns the entry of `generation.run.started`."""
    event = GenerationRunStarted(
        run_id=run.id, persona_id=run.persona_id, config_hash=run.config_hash, metadata=persona.metadata
    )
    return _entries([event], run, run.started_at)


def completed_entries(run: Run, version: PersonaVersion, ended_at: datetime) -> list[dict[str, Any]]:
    """Returns the entries of a completed run that wrote `version`.

    These are `generation.run.completed`, then `persona.updated` if the persona was regenerated, and `persona.flagged`
    or (for a new persona) `persona.created`.

    Raises:
        ValueError: the version has no audit.
    """
    return _entries(_completed_events(run, version, ended_at), run, ended_at)


def failed_entries(run: Run, persona: Persona, error: Problem, ended_at: datetime) -> list[dict[str, Any]]:
    """Returns the entry of `generation.run.failed`."""
    event = GenerationRunFailed(run_id=run.id, persona_id=run.persona_id, error=error, metadata=persona.metadata)
    return _entries([event], run, ended_at)


def run_duration_ms(run: Run, ended_at: datetime) -> int:
    """Returns the milliseconds from the start of the run to `ended_at`."""
    return max(0, round((ended_at - run.started_at).total_seconds() * 1000))


def _completed_events(run: Run, version: PersonaVersion, ended_at: datetime) -> Iterable[EventData]:
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
        duration_ms=run_duration_ms(run, ended_at),
        usage=run.usage,
        metadata=persona.metadata,
    )
    is_new = version.change in {Change.GENERATED, Change.FORKED}
    if not is_new:
        yield PersonaUpdated.of(version)
    if flagged:
        yield PersonaFlagged(
            persona_id=persona.id,
            run_id=run.id,
            overall=audit.overall,
            language=persona.language,
            findings=len(audit.findings),
            version=version.version,
            metadata=persona.metadata,
        )
    elif is_new:
        yield PersonaCreated(
            persona_id=persona.id,
            run_id=run.id,
            overall=audit.overall,
            language=persona.language,
            parent_id=persona.parent_id,
            metadata=persona.metadata,
        )


def _entries(events: Iterable[EventData], run: Run, at: datetime) -> list[dict[str, Any]]:
    if run.evaluation_id is not None:
        return []
    return [bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at) for event in events]
