"""Events of generation runs and of the personas that they write. `metadata` are the caller's strings of the persona."""

from __future__ import annotations

from typing import ClassVar, Literal

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId
from fourfold.persona import Usage
from fourfold.problem import Problem


class GenerationRunStarted(EventData):
    """A run has started."""

    detail_type: ClassVar[str] = "generation.run.started"

    run_id: RunId
    persona_id: PersonaId
    config_hash: str
    metadata: dict[str, str]


class GenerationRunCompleted(EventData):
    """A run has completed and its persona is stored. `overall` is the audit's score (0-5) of the final attempt."""

    detail_type: ClassVar[str] = "generation.run.completed"

    run_id: RunId
    persona_id: PersonaId
    status: Literal["active", "flagged"]
    attempts: int
    overall: float
    duration_ms: int
    usage: Usage
    metadata: dict[str, str]


class GenerationRunFailed(EventData):
    """A run has failed; `error` says why."""

    detail_type: ClassVar[str] = "generation.run.failed"

    run_id: RunId
    persona_id: PersonaId
    error: Problem
    metadata: dict[str, str]


class PersonaCreated(EventData):
    """A persona has passed its audit, or was imported or forked. Read it with `GET /v1/personas/{persona_id}`.

    `run_id` is null if no run wrote it, `overall` if it has no audit. `parent_id` is the persona that a fork was made
    from, and null for others.
    """

    detail_type: ClassVar[str] = "persona.created"

    persona_id: PersonaId
    run_id: RunId | None
    overall: float | None
    language: str | None
    parent_id: PersonaId | None
    metadata: dict[str, str]


class PersonaFlagged(EventData):
    """No attempt reached the minimum audit score; the persona has the layers and the audit of the best attempt.

    `version` is greater than 1 if the persona was regenerated.
    """

    detail_type: ClassVar[str] = "persona.flagged"

    persona_id: PersonaId
    run_id: RunId
    overall: float
    language: str | None
    findings: int
    version: int
    metadata: dict[str, str]
