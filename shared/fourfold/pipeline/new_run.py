"""A run before its execution starts: the records to store and the input of the state machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final

from fourfold.config.engine import RunSettings
from fourfold.ids import new_persona_id, new_run_id
from fourfold.persona import Persona, PersonaStatus, Visibility
from fourfold.persona_versions import UNSIGNED, Authorship
from fourfold.pipeline.origin import Origin
from fourfold.pipeline.rewrite import RunBase
from fourfold.pipeline.state import RunState
from fourfold.pipeline.store import StoredPersona
from fourfold.progress.events import RunStarted
from fourfold.progress.log import LogEntry, RunLog
from fourfold.progress.run import NameScope, Run, RunKind, RunStatus
from fourfold.steps import StepName


@dataclass(frozen=True)
class NewRun:
    """A run to start: the persona and run records to store, and the initial state of its execution.

    `stored` is the persona before this run, if the run regenerates one; None for a new persona. `base` is what a
    rewriting run starts from; `origin` is where a new fork comes from.
    """

    persona: Persona
    run: Run
    state: RunState
    stored: StoredPersona | None = None
    base: RunBase | None = None
    origin: Origin | None = None

    def execution_input(self) -> str:
        """Returns the state machine's input as JSON text: the state of the first step."""
        return json.dumps({"state": self.state.model_dump(mode="json")}, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class PersonaChoices:
    """What a caller decides about a new persona beside the brief. `language` is BCP 47.

    The same brief with another `seed` gives another person; without one the brief alone decides. `distinct_names` and
    `batch_id` are as in `Run`.
    """

    language: str | None = None
    seed: int | None = None
    distinct_names: NameScope | None = None
    batch_id: str | None = None


BY_THE_BRIEF: Final = PersonaChoices()


@dataclass(frozen=True)
class NewIds:
    """The ids of a new persona and of its run."""

    persona_id: str = field(default_factory=new_persona_id)
    run_id: str = field(default_factory=new_run_id)


@dataclass(frozen=True)
class PersonaLabels:
    """What a caller attaches to a new persona."""

    slug: str | None = None
    visibility: Visibility = Visibility.WORKSPACE
    metadata: Mapping[str, str] = field(default_factory=dict)


NO_LABELS: Final = PersonaLabels()


def new_run(  # noqa: PLR0913, PLR0917 - what a new persona is made of
    intent: str,
    workspace_id: str,
    settings: RunSettings,
    now: datetime,
    labels: PersonaLabels = NO_LABELS,
    choices: PersonaChoices = BY_THE_BRIEF,
    ids: NewIds | None = None,
    by: Authorship = UNSIGNED,
) -> NewRun:
    """Returns a run that writes a new persona from the brief `intent`. Nothing is stored yet."""
    ids = ids or NewIds()
    run = pinned_run(ids.persona_id, workspace_id, settings, now, by=by)
    run = run.model_copy(update={"id": ids.run_id, **asdict(choices)})
    persona = Persona(
        id=run.persona_id,
        workspace_id=workspace_id,
        status=PersonaStatus.GENERATING,
        intent=intent,
        language=choices.language,
        seed=choices.seed,
        slug=labels.slug,
        visibility=labels.visibility,
        metadata=dict(labels.metadata),
        run_id=run.id,
        pending_run_id=run.id,
        config_hash=run.config_hash,
        created_at=now,
        updated_at=now,
    )
    return NewRun(persona, run, initial_state(run, intent))


def pinned_run(  # noqa: PLR0913, PLR0917 - what a run's record holds
    persona_id: str,
    workspace_id: str,
    settings: RunSettings,
    now: datetime,
    first: StepName = StepName.INTENT_PARSE,
    kind: RunKind = RunKind.GENERATION,
    by: Authorship = UNSIGNED,
) -> Run:
    """Returns the record of a new run that starts at the step `first`, pinned to `settings`."""
    return Run(
        id=new_run_id(),
        kind=kind,
        author=by.author,
        reason=by.reason,
        persona_id=persona_id,
        workspace_id=workspace_id,
        status=RunStatus.RUNNING,
        start_at=first,
        config_hash=settings.engine.hash(),
        config_revision=settings.revisions.workspace,
        config_revisions=settings.revisions,
        config=settings.engine.pinned(),
        started_at=now,
    )


def initial_state(run: Run, intent: str) -> RunState:
    """Returns the state that the first step of `run` receives.

    Raises:
        ValueError: the run has no pinned settings (a background job).
    """
    if run.config is None:
        raise ValueError(f"{run.id} has no pinned settings")
    return RunState(
        run_id=run.id,
        persona_id=run.persona_id,
        workspace_id=run.workspace_id,
        intent=intent,
        started_at=run.started_at,
        config=run.config,
        config_hash=run.config_hash,
        start_at=run.start_at,
        asked_language=run.language,
        seed=run.seed,
        evaluation_id=run.evaluation_id,
        reserved_usd=run.reserved_usd,
        batch_id=run.batch_id,
        distinct_names=run.distinct_names,
        log_seq=1,  # `run.started` is logged before the execution starts
    )


def log_start(log: RunLog) -> LogEntry:
    """Logs `run.started`, the first entry of every run."""
    return log.append(RunStarted())
