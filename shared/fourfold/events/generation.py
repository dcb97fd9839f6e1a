"""Events of a generation run and of the persona it leaves behind."""

from __future__ import annotations

from typing import ClassVar, Literal

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId
from fourfold.persona import Usage
from fourfold.problem import Problem


class GenerationRunStarted(EventData):
    """A run is accepted and its state machine has begun."""

    detail_type: ClassVar[str] = "generation.run.started"

    run_id: RunId
    persona_id: PersonaId
    config_hash: str


class GenerationRunCompleted(EventData):
    """A run is over and its persona is stored. `overall` is the shipped attempt's audit, 0-5."""

    detail_type: ClassVar[str] = "generation.run.completed"

    run_id: RunId
    persona_id: PersonaId
    status: Literal["active", "flagged"]
    attempts: int
    overall: float
    duration_ms: int
    usage: Usage


class GenerationRunFailed(EventData):
    """A run is over without a persona; `error` says why."""

    detail_type: ClassVar[str] = "generation.run.failed"

    run_id: RunId
    persona_id: PersonaId
    error: Problem


class PersonaCreated(EventData):
    """A persona passed its audit, or was imported: then `run_id` is null, and `overall` if no audit came with it.

    Read it at `GET /v1/personas/{persona_id}`.
    """

    detail_type: ClassVar[str] = "persona.created"

    persona_id: PersonaId
    run_id: RunId | None
    overall: float | None
    language: str | None


class PersonaFlagged(EventData):
    """A persona shipped below the gate after the last retry: the best attempt, its audit attached.

    `version` is above 1 where a persona was written anew.
    """

    detail_type: ClassVar[str] = "persona.flagged"

    persona_id: PersonaId
    run_id: RunId
    overall: float
    language: str | None
    findings: int
    version: int
