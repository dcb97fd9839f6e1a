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
from fourfold.persona import Persona
from fourfold.pipeline.lifecycle import Beginning, Desk, RunIdentity, begin, fail_run, log_start
from fourfold.pipeline.overdue import never_started
from fourfold.pipeline.state import RunState
from fourfold.problem import Problem, problem
from fourfold.progress.run import Run, RunStatus

NOT_STARTED: Problem = problem(
    "run_not_started",
    "The run could not be started",
    503,
    "The pipeline did not take the run. Send the brief again in a few seconds.",
)
_ROUNDS = 5


@dataclass(frozen=True)
class Claim:
    """An idempotency key in use: what was asked under it (`fingerprint`) and the run it started."""

    key: str
    fingerprint: str
    run_id: str
    persona_id: str


class WorkspaceFullError(Exception):
    """The workspace has as many runs going on as it may have: `limit`, and which they are."""

    def __init__(self, limit: int, run_ids: frozenset[str]) -> None:
        super().__init__(limit)
        self.limit = limit
        self.run_ids = run_ids


class Intake(Protocol):
    """Where accepted requests are kept."""

    def accept(self, persona: Persona, run: Run, claim: Claim | None, instead_of: str | None, at_once: int) -> bool:
        """Stores all or nothing; False if the claim's key is taken by a run other than `instead_of`.

        Raises:
            WorkspaceFullError: the workspace has `at_once` runs going on; nothing is stored.
        """

    def claim(self, key: str) -> Claim | None:
        """The standing claim of a key, strongly consistent, or None."""


@dataclass(frozen=True)
class Request:
    """A brief with its tenant, its pinned settings and, if the caller sent a key, `key` and `fingerprint`.

    `at_once` is how many runs the workspace may have going on, this one included.
    """

    intent: str
    workspace_id: str
    config: EngineConfig
    key: str | None = None
    fingerprint: str = ""
    at_once: int = 50


@dataclass(frozen=True)
class Accepted:
    """The run that answers the request. `replayed`: an earlier request of the same key started it."""

    run: Run
    replayed: bool


class KeyReusedError(Exception):
    """The idempotency key stands for another body."""


class NotStartedError(Exception):
    """The state machine did not take the run; the run has failed with NOT_STARTED."""


@dataclass(frozen=True)
class Reception:
    """What taking a brief in needs. `start_execution(name, input)` raises NotStartedError."""

    intake: Intake
    desk: Desk
    start_execution: Callable[[str, str], None]


def accept(request: Request, reception: Reception) -> Accepted:
    """Starts the run of a request, or finds the one that the same request started before.

    Raises:
        KeyReusedError: the key was used with another body.
        NotStartedError: the pipeline refused; the same key may be tried again.
        WorkspaceFullError: the workspace has too many runs going on, and this is no repetition.
    """
    beginning = begin(request.intent, request.workspace_id, request.config, reception.desk.clock())
    instead_of: str | None = None
    for _ in range(_ROUNDS):
        claim = _claim(request, beginning)
        if _stored(beginning, request, claim, instead_of, reception.intake):
            _launch(beginning, reception)
            return Accepted(beginning.run, replayed=False)
        standing = reception.intake.claim(claim.key) if claim else None
        if standing is None:
            continue  # it expired a moment ago
        if standing.fingerprint != request.fingerprint:
            raise KeyReusedError
        run = reception.desk.store.run(request.workspace_id, standing.run_id)
        if run is None or (run.error is not None and run.error.code == NOT_STARTED.code):
            instead_of = standing.run_id
            continue
        return _taken_up(run, request, reception)
    raise NotStartedError


def _stored(
    beginning: Beginning, request: Request, claim: Claim | None, instead_of: str | None, intake: Intake
) -> bool:
    """Whether this request's run is stored now; a full workspace still answers a request it knows."""
    try:
        return intake.accept(beginning.persona, beginning.run, claim, instead_of, request.at_once)
    except WorkspaceFullError:
        if claim is None or intake.claim(claim.key) is None:
            raise
        return False


def _claim(request: Request, beginning: Beginning) -> Claim | None:
    if request.key is None:
        return None
    return Claim(request.key, request.fingerprint, beginning.run.id, beginning.persona.id)


def _taken_up(run: Run, request: Request, reception: Reception) -> Accepted:
    """The earlier run; if a crash kept it from starting, this request starts it and waits for it in its place."""
    desk = reception.desk
    persona = desk.store.persona(run.workspace_id, run.persona_id)
    adopt = (
        persona is not None
        and run.config_hash == request.config.hash()
        and run.status is RunStatus.RUNNING
        and never_started(run, list(desk.entries_of(identity_of(run))), desk.clock())
    )
    if persona is not None and adopt:
        _launch(_again(persona, run, request.config), reception)
    return Accepted(run, replayed=not adopt)


def _again(persona: Persona, run: Run, config: EngineConfig) -> Beginning:
    """The beginning as it was: the same input, so that an execution which did start is not started twice."""
    state = RunState(
        run_id=run.id,
        persona_id=persona.id,
        workspace_id=run.workspace_id,
        intent=persona.intent,
        started_at=run.started_at,
        config=config.pinned(),
        config_hash=run.config_hash,
        log_seq=1,
    )
    return Beginning(persona, run, state)


def _launch(beginning: Beginning, reception: Reception) -> None:
    who = identity_of(beginning.run)
    log_start(reception.desk.log_of(who, 0))
    try:
        reception.start_execution(beginning.run.id, beginning.execution_input())
    except NotStartedError:
        fail_run(who, NOT_STARTED, reception.desk)
        raise


def identity_of(run: Run) -> RunIdentity:
    """What names this run."""
    return RunIdentity(
        run_id=run.id, persona_id=run.persona_id, workspace_id=run.workspace_id, started_at=run.started_at
    )
