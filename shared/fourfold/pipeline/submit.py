"""Submits a request: one request starts one run, however often it is sent and wherever it was interrupted.

1. One transaction stores the run, its persona and the claim on the request's idempotency key. A key is therefore never
   claimed without its run, and no lock has to expire after a crash.
2. The execution of the state machine is started afterwards, with the run's id as its name. StartExecution is idempotent
   for the same name and input. So if a crash or a failed write came between 1 and 2, the next request with the same
   key starts the execution; if it had started after all, nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from fourfold.config.engine import RunSettings
from fourfold.errors import ConflictError, FourfoldError, LimitError, NotFoundError
from fourfold.persona import PersonaStatus
from fourfold.persona_versions import UNSIGNED, Authorship
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.new_run import (
    BY_THE_BRIEF,
    NO_LABELS,
    NewRun,
    PersonaChoices,
    PersonaLabels,
    initial_state,
    log_start,
    new_run,
    pinned_run,
)
from fourfold.pipeline.regeneration import new_regeneration
from fourfold.pipeline.rewrite import RewriteRequest
from fourfold.pipeline.run_context import RunContext, identity_of
from fourfold.pipeline.staleness import never_started, shows_no_work
from fourfold.pipeline.store import ConcurrentChangeError, SlugTakenError, StoredPersona
from fourfold.problem import Problem, problem
from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.spending.budget import BudgetExceededError, Reservation
from fourfold.steps import StepName

NOT_STARTED: Problem = problem(
    "run_not_started",
    "The run could not be started",
    503,
    "The pipeline could not be started. Send the request again in a few seconds.",
)
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class KeyClaim:
    """An idempotency key in use: the hash of the body it was sent with (`fingerprint`), and the run it started."""

    key: str
    fingerprint: str
    run_id: str
    persona_id: str


class WorkspaceFullError(LimitError):
    """The workspace has reached `limit` concurrent runs; `run_ids` are those that hold a slot."""

    def __init__(self, limit: int, run_ids: frozenset[str]) -> None:
        super().__init__(limit)
        self.limit = limit
        self.run_ids = run_ids


class RunStoredError(ConflictError):
    """A run with this id is stored already."""


class EvaluationOverError(ConflictError):
    """The evaluation that a run is of has ended, or was deleted."""


class RunRepository(Protocol):
    """Stores accepted requests."""

    def accept(
        self,
        start: NewRun,
        claim: KeyClaim | None,
        replaces: str | None,
        max_concurrent: int,
        reservation: Reservation | None = None,
    ) -> bool:
        """Stores run, persona, claim and reservation, all or nothing.

        Returns:
            False if the key is claimed by a run other than `replaces`.

        Raises:
            WorkspaceFullError: the workspace has `max_concurrent` runs; nothing is stored.
            SlugTakenError: another persona has the slug of the new one; nothing is stored.
            ConcurrentChangeError: the persona to regenerate has changed since it was read.
            BudgetExceededError: a budget has too little left; nothing is stored.
            RunStoredError: a new run, whose id follows from something else, is stored already.
            EvaluationOverError: the evaluation of the run has ended, or was deleted; nothing is stored.
        """

    def reserve(self, workspace_id: str, run_ids: Sequence[str], max_concurrent: int) -> None:
        """Counts the runs of a batch before they are stored, all or nothing.

        Raises:
            WorkspaceFullError: the workspace would have more than `max_concurrent` runs.
        """

    def claim(self, key: str) -> KeyClaim | None:
        """Returns the valid claim of a key (strongly consistent), or None."""


@dataclass(frozen=True)
class Regenerate:
    """The persona to regenerate, and the step to start at; `kind` is `audit` if its layers are audited as they are.

    `request` is what to keep and to edit, if anything.
    """

    persona_id: str
    first: StepName
    kind: RunKind = RunKind.GENERATION
    request: RewriteRequest | None = None


@dataclass(frozen=True)
class Submission:
    """A request to start a run.

    `subject` is the brief of a new persona, which gets `labels` and `choices`, or which persona to regenerate
    (`settings.engine` is then what `regeneration_config` returned), or it returns the run of a new fork. `key` and
    `fingerprint` are the idempotency key and the hash of the body, if the caller sent a key. `by` is who asks and why.
    `max_concurrent` limits the workspace's concurrent runs, this one included. `reservation` is what the run holds of
    the budgets that limit it.
    """

    workspace_id: str
    subject: str | Regenerate | Callable[[], NewRun]
    settings: RunSettings
    key: str | None = None
    fingerprint: str = ""
    max_concurrent: int = 50
    by: Authorship = UNSIGNED
    labels: PersonaLabels = NO_LABELS
    choices: PersonaChoices = BY_THE_BRIEF
    reservation: Reservation | None = None


@dataclass(frozen=True)
class SubmittedRun:
    """The run that answers the request. `replayed` is true if an earlier request with the same key started it."""

    run: Run
    replayed: bool


class KeyReusedError(ConflictError):
    """The idempotency key was used with a different body."""


class NoSuchPersonaError(NotFoundError):
    """The workspace has no such persona."""


class ArchivedError(ConflictError):
    """The persona is archived and cannot be regenerated."""


class RunInProgressError(ConflictError):
    """Another run is writing the persona; `run_id` is its id."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class NotStartedError(FourfoldError):
    """The execution could not be started; the run has failed with NOT_STARTED."""


@dataclass(frozen=True)
class SubmissionService:
    """The dependencies of `submit`. `start_execution(name, input)` raises NotStartedError."""

    runs: RunRepository
    context: RunContext
    start_execution: Callable[[str, str], None]


def submit(request: Submission, service: SubmissionService) -> SubmittedRun:
    """Starts the run of a request, or returns the run that an earlier request with the same key started.

    Raises:
        KeyReusedError: the key was used with a different body.
        NotStartedError: the execution could not be started; the same key may be tried again.
        NoSuchPersonaError, ArchivedError, RunInProgressError, NothingWrittenError: the persona cannot be regenerated.
        ConstraintsBrokenError: the edits break constraints.
        PersonaGoneError: the parent of a fork was deleted.
        SlugTakenError: another persona has the slug, and no earlier request with the key gave it to one.
        WorkspaceFullError: the workspace has too many runs, and no earlier request with the key started one of them.
        BudgetExceededError: a budget has too little left, and no earlier request with the key started the run.
    """
    replaces: str | None = None  # a run that the key claims but that never started: this request takes its place
    for _ in range(MAX_ATTEMPTS):
        try:
            start = with_reservation(_prepared(request, service.context), request.reservation)
            claim = _claim(request, start)
            if service.runs.accept(start, claim, replaces, request.max_concurrent, request.reservation):
                launch(start, service)
                return SubmittedRun(start.run, replayed=False)
            claimed = service.runs.claim(claim.key) if claim else None
        except ConcurrentChangeError:
            continue
        except (RunInProgressError, WorkspaceFullError, SlugTakenError, BudgetExceededError):
            # The run in the way may be the one that this very request started before.
            claimed = service.runs.claim(request.key) if request.key else None
            if claimed is None:
                raise
        if claimed is None:
            continue  # the claim expired since `accept` read it
        if claimed.fingerprint != request.fingerprint:
            raise KeyReusedError
        run = service.context.store.run(request.workspace_id, claimed.run_id)
        if run is None or (run.error is not None and run.error.code == NOT_STARTED.code):
            replaces = claimed.run_id
            continue
        return _earlier_run(run, request, service)
    raise NotStartedError


def _prepared(request: Submission, context: RunContext) -> NewRun:
    if isinstance(request.subject, str):
        return new_run(
            request.subject,
            request.workspace_id,
            request.settings,
            context.clock(),
            request.labels,
            request.choices,
            by=request.by,
        )
    subject = request.subject
    if not isinstance(subject, Regenerate):
        return subject()
    stored = context.store.stored_persona(request.workspace_id, subject.persona_id)
    if stored is None:
        raise NoSuchPersonaError
    persona = stored.persona
    if persona.pending_run_id is not None:
        raise RunInProgressError(persona.pending_run_id)
    if persona.status is PersonaStatus.GENERATING and persona.run_id is not None:
        raise RunInProgressError(persona.run_id)  # the persona was stored before `pending_run_id` existed
    if persona.status is PersonaStatus.ARCHIVED:
        raise ArchivedError
    run = pinned_run(
        persona.id, persona.workspace_id, request.settings, context.clock(), subject.first, subject.kind, request.by
    )
    return new_regeneration(stored, context.store.basis_of(stored.persona), run, subject.request)


def with_reservation(start: NewRun, reservation: Reservation | None) -> NewRun:
    """Returns the run and its first state, marked with what it holds of the budgets."""
    if reservation is None:
        return start
    held = {"reserved_usd": reservation.usd}
    return replace(start, run=start.run.model_copy(update=held), state=start.state.model_copy(update=held))


def _claim(request: Submission, start: NewRun) -> KeyClaim | None:
    if request.key is None:
        return None
    return KeyClaim(request.key, request.fingerprint, start.run.id, start.persona.id)


def _earlier_run(run: Run, request: Submission, service: SubmissionService) -> SubmittedRun:
    """Returns the run of an earlier request; starts its execution if a crash prevented that."""
    context = service.context
    stored = context.store.stored_persona(run.workspace_id, run.owner)
    if stored is None or run.config is None or run.status is not RunStatus.RUNNING:
        return SubmittedRun(run, replayed=True)
    entries = list(context.entries_of(identity_of(run)))
    if not shows_no_work(run, entries):
        return SubmittedRun(run, replayed=True)
    relaunch(_rebuilt(run, stored, request, context), entries, service)
    return SubmittedRun(run, replayed=not never_started(run, entries, context.clock()))


def _rebuilt(run: Run, stored: StoredPersona, request: Submission, context: RunContext) -> NewRun:
    """Returns the run with the same execution input as before: StartExecution is idempotent only for equal input."""
    if isinstance(request.subject, Regenerate):
        return new_regeneration(stored, context.store.basis_of(stored.persona), run, request.subject.request)
    return NewRun(stored.persona, run, initial_state(run, stored.persona.intent))


def launch(start: NewRun, service: SubmissionService) -> None:
    """Starts the execution of a stored run.

    Raises:
        NotStartedError: it could not be started; the run has failed.
    """
    identity = identity_of(start.run)
    log_start(service.context.log_of(identity, 0))
    try:
        service.start_execution(start.run.id, start.execution_input())
    except NotStartedError:
        fail_run(identity, NOT_STARTED, service.context)
        raise


def relaunch(start: NewRun, entries: Sequence[LogEntry], service: SubmissionService) -> None:
    """Starts the execution of a run that an earlier request stored and whose log (`entries`) shows no work.

    That request may have failed between its writes, or may be about to start the execution: while the run is young, a
    failure to start it here does not end the run.

    Raises:
        NotStartedError: it could not be started; the same key may be tried again.
    """
    if never_started(start.run, entries, service.context.clock()):
        launch(start, service)
        return
    log_start(service.context.log_of(identity_of(start.run), 0))
    service.start_execution(start.run.id, start.execution_input())
