"""Submits a request for several people of one brief: each gets a run of its own.

1. The slots of all runs are taken at once, so the workspace's limit counts them before anything is stored.
2. The runs are stored, then started. Their ids follow from the batch's, so an execution that is resumed finds what was
   stored and starts what was not started; no run is started twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fourfold.config.engine import RunSettings
from fourfold.ids import id_in_batch
from fourfold.persona import MAX_SEED
from fourfold.persona_versions import UNSIGNED, Authorship
from fourfold.pipeline.new_run import NO_LABELS, NewIds, NewRun, PersonaChoices, PersonaLabels, initial_state, new_run
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.staleness import shows_no_work
from fourfold.pipeline.submit import (
    MAX_ATTEMPTS,
    NOT_STARTED,
    NotStartedError,
    SubmissionService,
    launch,
    relaunch,
    with_reservation,
)
from fourfold.problem import Problem
from fourfold.progress.run import NameScope, Run, RunStatus
from fourfold.spending.budget import BudgetExceededError, Reservation


@dataclass(frozen=True)
class BatchSubmission:
    """A request to write a person of the brief for each of `choices`.

    `resumed`: an earlier execution may have stored some of the runs. `by` is who asks;
    `reservation` is what each run holds of the budgets that limit it.
    """

    batch_id: str
    workspace_id: str
    intent: str
    settings: RunSettings
    choices: Sequence[PersonaChoices]
    labels: PersonaLabels = NO_LABELS
    max_concurrent: int = 50
    resumed: bool = False
    by: Authorship = UNSIGNED
    reservation: Reservation | None = None


def choices_in_batch(
    batch_id: str, count: int, language: str | None, seed: int, *, is_seeded: bool
) -> list[PersonaChoices]:
    """Returns what is decided about each of `count` people: seeds one after another from `seed`.

    Names differ from those of the workspace's recent personas. If the caller chose the seed, they differ only within
    the batch: the same request is to give the same people.
    """
    scope: NameScope = "batch" if is_seeded else "workspace"
    seeds = ((seed + place) % (MAX_SEED + 1) for place in range(count))
    return [PersonaChoices(language, each, scope, batch_id) for each in seeds]


def submit_batch(request: BatchSubmission, service: SubmissionService) -> list[Run]:
    """Starts the runs of a batch, or returns those that an earlier execution started.

    A run that could not be started is returned as failed, if any was started.

    Raises:
        WorkspaceFullError: the workspace would have too many runs; nothing is stored.
        BudgetExceededError: a budget has too little left for one run; nothing is stored.
        NotStartedError: no run could be started.
    """
    members = [_member(request, place, service) for place in range(len(request.choices))]
    new = [member.start for member in members if not member.is_stored]
    if new:
        run_ids = [start.run.id for start in new]
        service.runs.reserve(request.workspace_id, run_ids, request.max_concurrent)
    refused = _stored(new, request, service)
    runs = [
        _refused(member.start.run, refused) if member.start.run.id in refused else _started(member, service)
        for member in members
    ]
    if all(_is_not_started(run) for run in runs):
        raise NotStartedError
    return runs


def _stored(new: Sequence[NewRun], request: BatchSubmission, service: SubmissionService) -> dict[str, Problem]:
    """Stores the runs; returns why by id for those that the budget has no room for, unless none was stored.

    Raises:
        BudgetExceededError: a budget has too little left for the first.
    """
    for place, start in enumerate(new):
        try:
            service.runs.accept(start, None, None, request.max_concurrent, request.reservation)
        except BudgetExceededError as error:
            if place == 0:
                raise
            return {each.run.id: error.problem for each in new[place:]}
    return {}


def _refused(run: Run, refused: Mapping[str, Problem]) -> Run:
    return run.model_copy(update={"status": RunStatus.FAILED, "error": refused[run.id]})


@dataclass(frozen=True)
class _Member:
    """A run of the batch; `is_stored` if an earlier execution stored it."""

    start: NewRun
    is_stored: bool


def _member(request: BatchSubmission, place: int, service: SubmissionService) -> _Member:
    """Returns a run of the batch. One that could not be started before is replaced by the next of its place."""
    for attempt in range(MAX_ATTEMPTS):
        member = f"{place}/{attempt}"
        ids = NewIds(id_in_batch("per", request.batch_id, member), id_in_batch("run", request.batch_id, member))
        run = service.context.store.run(request.workspace_id, ids.run_id) if request.resumed else None
        if run is not None and _is_not_started(run):
            continue
        now, choices = service.context.clock(), request.choices[place]
        start = new_run(
            request.intent, request.workspace_id, request.settings, now, request.labels, choices, ids, request.by
        )
        if run is None:
            return _Member(with_reservation(start, request.reservation), is_stored=False)
        return _Member(NewRun(start.persona, run, initial_state(run, request.intent)), is_stored=True)
    raise NotStartedError


def _started(member: _Member, service: SubmissionService) -> Run:
    """Starts a run of the batch, unless an earlier execution did, and returns it."""
    run, context = member.start.run, service.context
    try:
        if not member.is_stored:
            launch(member.start, service)
        elif shows_no_work(run, entries := list(context.entries_of(identity_of(run)))):
            relaunch(member.start, entries, service)
    except NotStartedError:
        return run.model_copy(update={"status": RunStatus.FAILED, "error": NOT_STARTED})
    return run


def _is_not_started(run: Run) -> bool:
    return run.error is not None and run.error.code == NOT_STARTED.code
