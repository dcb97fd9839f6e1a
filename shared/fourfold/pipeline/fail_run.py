"""Fails a run: stores the error with the run's event for the bus, and ends the run's log.

`complete_run` explains why a run may be ended more than once.
"""

from __future__ import annotations

from datetime import datetime

from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.bus_entries import failed_entries
from fourfold.pipeline.cancellation import CANCELLED, with_cancellation
from fourfold.pipeline.log_end import log_end
from fourfold.pipeline.run_context import RunContext, RunIdentity
from fourfold.problem import Problem
from fourfold.progress.run import Run, RunStatus, with_progress

# The transaction is retried when the persona is changed between its read and its write.
_MAX_ATTEMPTS = 5


def fail_run(identity: RunIdentity, error: Problem, context: RunContext) -> None:
    """Ends a run with an error and its event, unless it has ended already, and ends its log.

    The error of a cancelled run is CANCELLED. A persona that had layers keeps them and its status. Nothing happens to a
    job's run.
    """
    run = _stored_end(identity, error, context)
    if run is not None:
        log_end(run, context, seen=0)


def _stored_end(identity: RunIdentity, error: Problem, context: RunContext) -> Run | None:
    """Returns the ended run, stored by this call or by an earlier one; None if the run does not exist or is a job."""
    workspace_id, persona_id = identity.workspace_id, identity.persona_id
    for _ in range(_MAX_ATTEMPTS):
        stored = context.store.stored_persona(workspace_id, persona_id)
        run = context.store.run(workspace_id, identity.run_id)
        if stored is None or run is None:
            context.delete_log(identity)
            return None
        if not run.kind.is_pipeline:
            return None
        if run.status is not RunStatus.RUNNING:
            return run
        now = context.clock()
        entries = list(context.entries_of(identity))
        run = with_cancellation(with_progress(run, entries), entries)
        reason = error if run.cancel_requested_at is None else CANCELLED
        run = run.model_copy(update={"status": RunStatus.FAILED, "completed_at": now, "error": reason})
        persona = _persona_after_failure(stored.persona, run, now)
        if context.store.finish(stored, persona, run, failed_entries(run, persona, reason, now)):
            return run
    raise RuntimeError(f"{persona_id} changed at each of {_MAX_ATTEMPTS} attempts to fail its run")


def _persona_after_failure(persona: Persona, run: Run, now: datetime) -> Persona:
    """Returns the persona without the pending run, with status `failed` if it has no layers from an earlier run."""
    if persona.status is PersonaStatus.GENERATING:
        persona = persona.with_status(PersonaStatus.FAILED, now).model_copy(update={"usage": run.usage})
    return persona.model_copy(update={"pending_run_id": None})
