"""Builds a function's collaborators from its environment. Nothing is built at import: what a call needs, it makes."""

from __future__ import annotations

import os
from functools import cache

from fourfold.jobs.job import JobContext
from fourfold.pipeline.lifecycle import RunContext, RunIdentity
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunLog
from fourfold.storage.client import dynamodb
from fourfold.storage.jobs.baseline import DynamoAssistantBaseline
from fourfold.storage.jobs.checkpoints import DynamoCheckpoints
from fourfold.storage.jobs.store import DynamoJobStore
from fourfold.storage.jobs.suites import DynamoSuites
from fourfold.storage.jobs.workspace_tests import DynamoWorkspaceTests
from fourfold.storage.personas.sessions import DynamoSessions
from fourfold.storage.personas.store import DynamoPersonaStore
from fourfold.storage.progress.events import DynamoEventStore
from functions.clock import now


def event_store(workspace_id: str, run_id: str) -> DynamoEventStore:
    """The stored event log of a run."""
    return DynamoEventStore(dynamodb(), os.environ["FOURFOLD_RUN_EVENTS_TABLE"], workspace_id, run_id)


def run_log(who: RunIdentity | RunState, seen: int) -> RunLog:
    """The event log of a run for a writer that has seen its first `seen` entries."""
    return RunLog(event_store(who.workspace_id, who.run_id), who.run_id, who.persona_id, seen, now)


@cache
def persona_store() -> DynamoPersonaStore:
    """Personas and runs."""
    return DynamoPersonaStore(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"])


@cache
def job_store() -> DynamoJobStore:
    """Background jobs: their state, runs and results."""
    return DynamoJobStore(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"])


@cache
def sessions() -> DynamoSessions:
    """Chat sessions."""
    return DynamoSessions(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], os.environ["FOURFOLD_OUTBOX_TABLE"])


def baseline(workspace_id: str) -> DynamoAssistantBaseline:
    """A bare assistant's replies, as the workspace knows them."""
    return DynamoAssistantBaseline(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], workspace_id)


@cache
def job_context() -> JobContext:
    """What doing a background job needs."""
    return JobContext(
        store=job_store(),
        log_of=lambda run: RunLog(event_store(run.workspace_id, run.id), run.id, run.persona_id, 0, now),
        checkpoints_of=lambda run: DynamoCheckpoints(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"], run),
        clock=now,
    )


@cache
def suites() -> DynamoSuites:
    """Reports of the provocation suite."""
    return DynamoSuites(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def workspace_tests() -> DynamoWorkspaceTests:
    """The workspaces' own provocation tests."""
    return DynamoWorkspaceTests(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])


@cache
def run_context() -> RunContext:
    """What ending a run needs."""
    return RunContext(
        store=persona_store(),
        log_of=run_log,
        entries_of=lambda who: event_store(who.workspace_id, who.run_id).entries(),
        forget=lambda who: event_store(who.workspace_id, who.run_id).clear(),
        clock=now,
    )
