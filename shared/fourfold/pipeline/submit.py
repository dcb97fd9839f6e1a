"""Taking a brief in: one request starts one run, however often it is sent and wherever it was cut off.

The run, its persona and the idempotency key that asked for them are stored in one transaction, so a key never stands
without its run and there is no lock to expire. The state machine is started after that, under the run's id as its
name: starting it twice is starting it once, which lets a repeated request finish what a crash interrupted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fourfold.config.engine import EngineConfig
from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.errors import ConflictError, FourfoldError, LimitError, NotFoundError
from fourfold.persona import PersonaStatus
from fourfold.pipeline.lifecycle import NewRun, RunContext, RunIdentity, RunSettings, fail_run, log_start, new_run
from fourfold.pipeline.regeneration import RegenerationInput, new_regeneration
from fourfold.pipeline.staleness import never_started
from fourfold.pipeline.state import RunState
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona
from fourfold.problem import Problem, problem
from fourfold.progress.run import Run, RunStatus
from fourfold.steps import StepName

NOT_STARTED: Problem = problem(
    "run_not_started",
    "The run could not be started",
    503,
    "The pipeline did not take the run. Send the brief again in a few seconds.",
)
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class KeyClaim:
    """An idempotency key in use: what was asked under it (`fingerprint`) and the run it started."""

    key: str
    fingerprint: str
    run_id: str
    persona_id: str


class WorkspaceFullError(LimitError):
    """The workspace has as many runs going on as it may have: `limit`, and which they are."""

    def __init__(self, limit: int, run_ids: frozenset[str]) -> None:
        super().__init__(limit)
        self.limit = limit
        self.run_ids = run_ids


class RunRepository(Protocol):
    """Where accepted requests are kept."""

    def accept(self, start: NewRun, claim: KeyClaim | None, replaces: str | None, max_concurrent: int) -> bool:
        """Stores all or nothing; False if the claim's key is taken by a run other than `replaces`.

        Raises:
            WorkspaceFullError: the workspace has `max_concurrent` runs going on; nothing is stored.
            ChangedMeanwhileError: the persona to write anew is no longer as it was stored.
        """

    def claim(self, key: str) -> KeyClaim | None:
        """The claimed claim of a key, strongly consistent, or None."""


@dataclass(frozen=True)
class Regenerate:
    """Which persona to write anew, and the step to begin at."""

    persona_id: str
    first: StepName


@dataclass(frozen=True)
class Submission:
    """A brief with its tenant, its pinned settings and, if the caller sent a key, `key` and `fingerprint`.

    With `again`, the brief is that persona's own, and `config` what `regeneration.settings_from` made of the settings.
    `max_concurrent` is how many runs the workspace may have going on, this one included.
    """

    intent: str
    workspace_id: str
    config: EngineConfig
    key: str | None = None
    fingerprint: str = ""
    again: Regenerate | None = None
    max_concurrent: int = 50
    revisions: Revisions = UNCOMMITTED


@dataclass(frozen=True)
class SubmittedRun:
    """The run that answers the request. `replayed`: an earlier request of the same key started it."""

    run: Run
    replayed: bool


class KeyReusedError(ConflictError):
    """The idempotency key stands for another body."""


class NoSuchPersonaError(NotFoundError):
    """There is no such persona in this workspace."""


class ArchivedError(ConflictError):
    """The persona is archived: it is not written anew."""


class RunInProgressError(ConflictError):
    """A run is writing the persona already; `run_id` names it."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class NotStartedError(FourfoldError):
    """The state machine did not take the run; the run has failed with NOT_STARTED."""


@dataclass(frozen=True)
class SubmissionService:
    """What taking a brief in needs. `start_execution(name, input)` raises NotStartedError."""

    runs: RunRepository
    context: RunContext
    start_execution: Callable[[str, str], None]


def submit(request: Submission, service: SubmissionService) -> SubmittedRun:
    """Starts the run of a request, or finds the one that the same request started before.

    Raises:
        KeyReusedError: the key was used with another body.
        NotStartedError: the pipeline refused; the same key may be tried again.
        NoSuchPersonaError, ArchivedError, BusyError, NothingToKeepError: the persona cannot be written anew (now).
        WorkspaceFullError: the workspace has too many runs going on, and this is no repetition.
    """
    replaces: str | None = None
    for _ in range(MAX_ATTEMPTS):
        try:
            start = _new_run_of(request, service.context)
            claim = _claim(request, start)
            if service.runs.accept(start, claim, replaces, request.max_concurrent):
                _launch(start, service)
                return SubmittedRun(start.run, replayed=False)
            claimed = service.runs.claim(claim.key) if claim else None
        except ConcurrentChangeError:
            continue
        except (RunInProgressError, WorkspaceFullError):  # perhaps with the run of this very request
            claimed = service.runs.claim(request.key) if request.key else None
            if claimed is None:
                raise
        if claimed is None:
            continue  # it expired a moment ago
        if claimed.fingerprint != request.fingerprint:
            raise KeyReusedError
        run = service.context.store.run(request.workspace_id, claimed.run_id)
        if run is None or (run.error is not None and run.error.code == NOT_STARTED.code):
            replaces = claimed.run_id
            continue
        return _earlier_run(run, request, service)
    raise NotStartedError


def _new_run_of(request: Submission, context: RunContext) -> NewRun:
    if request.again is None:
        return new_run(request.intent, request.workspace_id, request.config, context.clock(), request.revisions)
    stored = context.store.stored_persona(request.workspace_id, request.again.persona_id)
    if stored is None:
        raise NoSuchPersonaError
    persona = stored.persona
    if persona.pending_run_id is not None:
        raise RunInProgressError(persona.pending_run_id)
    if persona.status is PersonaStatus.GENERATING and persona.run_id is not None:  # stored before runs were noted
        raise RunInProgressError(persona.run_id)
    if persona.status is PersonaStatus.ARCHIVED:
        raise ArchivedError
    settings = RunSettings.read(request.config, request.revisions)
    return new_regeneration(_regeneration_input(stored, context), request.again.first, settings, context.clock())


def _regeneration_input(stored: StoredPersona, context: RunContext) -> RegenerationInput:
    persona = stored.persona
    basis = context.store.basis(persona.workspace_id, persona.id, persona.run_id) if persona.run_id else None
    return RegenerationInput(stored, basis)


def _claim(request: Submission, start: NewRun) -> KeyClaim | None:
    if request.key is None:
        return None
    return KeyClaim(request.key, request.fingerprint, start.run.id, start.persona.id)


def _earlier_run(run: Run, request: Submission, service: SubmissionService) -> SubmittedRun:
    """The earlier run; if a crash kept it from starting, this request starts it and waits for it in its place."""
    context = service.context
    stored = context.store.stored_persona(run.workspace_id, run.persona_id)
    restart = (
        stored is not None
        and run.config is not None
        and run.status is RunStatus.RUNNING
        and never_started(run, list(context.entries_of(identity_of(run))), context.clock())
    )
    if stored is not None and run.config is not None and restart:
        settings = RunSettings(run.config, run.config_hash, run.config_revisions)
        _launch(_rebuilt(stored, run, settings, request, context), service)
    return SubmittedRun(run, replayed=not restart)


def _rebuilt(
    stored: StoredPersona, run: Run, settings: RunSettings, request: Submission, context: RunContext
) -> NewRun:
    """The start as it was: the same input, so that an execution which did start is not started twice."""
    if request.again is not None:
        return new_regeneration(_regeneration_input(stored, context), run.start_at, settings, run.started_at, run.id)
    state = RunState(
        run_id=run.id,
        persona_id=run.persona_id,
        workspace_id=run.workspace_id,
        intent=stored.persona.intent,
        started_at=run.started_at,
        config=settings.config,
        config_hash=settings.config_hash,
        log_seq=1,
    )
    return NewRun(stored.persona, run, state)


def _launch(start: NewRun, service: SubmissionService) -> None:
    identity = identity_of(start.run)
    log_start(service.context.log_of(identity, 0))
    try:
        service.start_execution(start.run.id, start.execution_input())
    except NotStartedError:
        fail_run(identity, NOT_STARTED, service.context)
        raise


def identity_of(run: Run) -> RunIdentity:
    """What names this run."""
    return RunIdentity(
        run_id=run.id, persona_id=run.persona_id, workspace_id=run.workspace_id, started_at=run.started_at
    )
