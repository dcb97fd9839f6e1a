"""Builds a function's dependencies from its environment, on first use and not at import."""

from __future__ import annotations

import os
from functools import cache

from fourfold.evaluation.concluding import ConclusionContext
from fourfold.evaluation.record import Evaluation
from fourfold.jobs.job import JobContext
from fourfold.pipeline.run_context import RunContext, RunIdentity
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunLog
from fourfold.storage.client import dynamodb
from fourfold.storage.evaluations.budget import DynamoBudget
from fourfold.storage.evaluations.due import DueEvaluations
from fourfold.storage.evaluations.store import DynamoEvaluations
from fourfold.storage.jobs.baseline import DynamoAssistantBaseline
from fourfold.storage.jobs.checkpoints import DynamoCheckpoints
from fourfold.storage.jobs.store import DynamoJobStore
from fourfold.storage.jobs.suites import DynamoSuites
from fourfold.storage.jobs.workspace_tests import DynamoWorkspaceTests
from fourfold.storage.personas.names import DynamoNames
from fourfold.storage.personas.search import DynamoPersonaSearch
from fourfold.storage.personas.sessions import DynamoSessions
from fourfold.storage.personas.store import DynamoPersonaStore
from fourfold.storage.progress.events import DynamoEventStore
from fourfold.storage.runs.repository import DynamoRunRepository
from fourfold.storage.runs.slots import GenerationSlots
from fourfold.storage.usage.budgets import DynamoBudgets
from fourfold.storage.usage.holds import DynamoHolds, DynamoRunHold
from functions.clock import now


def event_store(workspace_id: str, run_id: str) -> DynamoEventStore:
    """The event store of a run."""
    return DynamoEventStore(dynamodb(), os.environ["FOURFOLD_RUN_EVENTS_TABLE"], workspace_id, run_id)


def run_log(run: RunIdentity | RunState, after_seq: int) -> RunLog:
    """The event log of a run, for a writer that has read its first `seen` entries."""
    return RunLog(event_store(run.workspace_id, run.run_id), run.run_id, run.persona_id, after_seq, now)


@cache
def persona_store() -> DynamoPersonaStore:
    """The store of personas and runs. A function that ends no run has no outbox."""
    return DynamoPersonaStore(
        dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ.get("FOURFOLD_OUTBOX_TABLE", "")
    )


def names_of(state: RunState) -> DynamoNames | None:
    """The names that a run's persona must not have; None if it may have any."""
    if state.distinct_names is None:
        return None
    personas, claims = os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_IDEMPOTENCY_TABLE"]
    return DynamoNames(dynamodb(), personas, claims, state, now)


@cache
def persona_search() -> DynamoPersonaSearch:
    """Lists personas."""
    return DynamoPersonaSearch(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def job_store() -> DynamoJobStore:
    """The store of background jobs: state, runs and results."""
    return DynamoJobStore(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"])


@cache
def evaluations() -> DynamoEvaluations:
    """The store of evaluations."""
    return DynamoEvaluations(
        dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ.get("FOURFOLD_OUTBOX_TABLE", "")
    )


@cache
def due_evaluations() -> DueEvaluations:
    """When evaluations are deleted."""
    return DueEvaluations(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


def budget(workspace_id: str, evaluation_id: str) -> DynamoBudget:
    """The budget of an evaluation."""
    return DynamoBudget(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], workspace_id, evaluation_id)


def evaluation_log(evaluation: Evaluation) -> RunLog:
    """The event log of an evaluation's run."""
    return RunLog(event_store(evaluation.workspace_id, evaluation.run_id), evaluation.run_id, None, 0, now)


def conclusion_context(evaluation: Evaluation) -> ConclusionContext:
    """The dependencies of ending an evaluation."""
    return ConclusionContext(
        evaluations=evaluations(),
        personas=persona_store(),
        budget=budget(evaluation.workspace_id, evaluation.id),
        log=evaluation_log(evaluation),
        clock=now,
    )


@cache
def run_repository() -> DynamoRunRepository:
    """The store of accepted requests: run, persona and slot."""
    table, slots = (
        os.environ["FOURFOLD_IDEMPOTENCY_TABLE"],
        GenerationSlots(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"]),
    )
    return DynamoRunRepository(dynamodb(), table, persona_store(), slots, now)


@cache
def budgets() -> DynamoBudgets:
    """What budgets have left."""
    return DynamoBudgets(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"])


def run_hold(run: RunIdentity | RunState) -> DynamoRunHold:
    """What a run holds of the budgets that limit it."""
    holds = DynamoHolds(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])
    return DynamoRunHold(holds, run.workspace_id, run.run_id, now)


@cache
def sessions() -> DynamoSessions:
    """The store of chat sessions."""
    return DynamoSessions(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"])


def baseline(workspace_id: str) -> DynamoAssistantBaseline:
    """The workspace's baseline replies of the plain assistant."""
    return DynamoAssistantBaseline(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], workspace_id)


@cache
def job_context() -> JobContext:
    """The dependencies of a background job."""
    return JobContext(
        store=job_store(),
        log_of=lambda run: RunLog(event_store(run.workspace_id, run.id), run.id, run.owner, 0, now),
        checkpoints_of=lambda run: DynamoCheckpoints(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], run),
        clock=now,
    )


@cache
def suites() -> DynamoSuites:
    """The store of suite reports."""
    return DynamoSuites(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def workspace_tests() -> DynamoWorkspaceTests:
    """The store of workspaces' own provocation tests."""
    return DynamoWorkspaceTests(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def run_context() -> RunContext:
    """The dependencies of completing or failing a run."""
    return RunContext(
        store=persona_store(),
        log_of=run_log,
        entries_of=lambda run: event_store(run.workspace_id, run.run_id).entries(),
        delete_log=lambda run: event_store(run.workspace_id, run.run_id).clear(),
        clock=now,
    )
