"""Completes a run: stores the persona that it wrote with the run's events for the bus, and ends the run's log.

Complete and fail may both be called for one run, each more than once: Lambda retries, and the queue of ended executions
redelivers. A transaction stores the first end that is written, with its events, on the condition that the run is still
`running`. Every later call only ends the log, in case the first caller died between the two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fourfold.judge_passports import is_verified
from fourfold.layers import LayerName, Layers, attribute_of, layers_of, same_layers, with_stale_results
from fourfold.persona import Audit, Document, Persona, PersonaStatus
from fourfold.persona_versions import Authorship, Change, PersonaVersion, version_of
from fourfold.pipeline.bus_entries import completed_entries
from fourfold.pipeline.log_end import log_end
from fourfold.pipeline.rewrite import STEP_OF_LAYER, RunBase, with_kept_fields
from fourfold.pipeline.run_context import RunContext, RunIdentity, identity_of
from fourfold.pipeline.state import RunState
from fourfold.progress.run import Run, RunKind, RunStatus, with_progress
from fourfold.steps import position

# The transaction is retried when the persona is changed between its read and its write.
_MAX_ATTEMPTS = 5


def complete_run(state: RunState, status: Literal["active", "flagged"], context: RunContext) -> None:
    """Stores the persona of the final attempt with the run's events, and ends the run and its log.

    Nothing is stored if the run has ended or its persona was deleted.

    Args:
        state: the final attempt's state; `log_seq` is the newest log entry that the caller knows.
        status: the persona's status, decided by the state machine's Choice.
        context: stores and clock.
    """
    ended = _stored_completion(state, PersonaStatus(status), identity_of(state), context)
    if ended is not None:
        run, shipped_as = ended
        log_end(run, context, seen=state.log_seq, shipped_as=shipped_as)


def _stored_completion(
    state: RunState, status: PersonaStatus, identity: RunIdentity, context: RunContext
) -> tuple[Run, PersonaStatus | None] | None:
    """Returns the ended run and, if this call stored it, the persona's status; None if its persona was deleted."""
    workspace_id, persona_id = identity.workspace_id, identity.persona_id
    for _ in range(_MAX_ATTEMPTS):
        stored = context.store.stored_persona(workspace_id, persona_id)
        run = context.store.run(workspace_id, identity.run_id)
        if stored is None or run is None:
            context.delete_log(identity)
            return None
        if run.status is not RunStatus.RUNNING:
            return run, None
        now = context.clock()
        run = with_progress(run, context.entries_of(identity)).model_copy(
            update={"status": RunStatus.COMPLETED, "completed_at": now}
        )
        base = _base_of(state, context)
        persona = completed_persona(stored.persona, state, run, base, status, now)
        version = _new_version(stored.persona, persona, run, base)
        if context.store.finish(stored, persona, run, completed_entries(run, version, now), version, state.basis()):
            return run, persona.status
    raise RuntimeError(f"{persona_id} changed at each of {_MAX_ATTEMPTS} attempts to complete its run")


def _base_of(state: RunState, context: RunContext) -> RunBase | None:
    """Returns the layers that a rewriting run started from."""
    if state.rewrite is None:
        return None
    return context.store.run_base(state.workspace_id, state.run_id)


def _new_version(before: Persona, after: Persona, run: Run, base: RunBase | None) -> PersonaVersion:
    by = Authorship(author=run.author, reason=run.reason)
    accepted = () if base is None else base.violations
    if run.kind is RunKind.AUDIT:
        return version_of(after, Change.AUDITED, before, by)
    if before.has_layers:
        return version_of(after, Change.REGENERATED, before, by, accepted)
    change = Change.GENERATED if before.parent_id is None or base is None else Change.FORKED
    return version_of(after, change, by=by, violations=accepted)


def _written_layer(name: LayerName, before: Layers | None, state: RunState) -> Document | None:
    """Returns a layer as the run leaves it: the one before, the one it wrote, or this one with the fields it keeps."""
    step, rewrite = STEP_OF_LAYER[name], state.rewrite
    if before is not None and (position(step) < position(state.start_at) or state.keeps(step)):
        return before.layer(name)
    layer: Document | None = getattr(state.draft, attribute_of(name))
    if before is None or rewrite is None or layer is None:
        return layer
    values = before.fields()
    exact = rewrite.model_copy(update={"fields": {path: values[path] for path in rewrite.fields}})
    return with_kept_fields(layer, name, exact)


def _shipped_audit(state: RunState, run: Run) -> Audit | None:
    """Returns the audit of the attempt that ships, with the run's attempts and whether the judge is verified."""
    if state.audit is None:
        return None
    attempts = max([state.audit.attempt, *(attempt.attempt for attempt in run.attempts)])
    known = is_verified(state.audit.judge, state.audit.rubric_version)
    return state.audit.model_copy(update={"attempts": attempts, "judge_verified": known})


def completed_persona(  # noqa: PLR0913, PLR0917 - what a run writes, and onto what
    persona: Persona, state: RunState, run: Run, base: RunBase | None, status: PersonaStatus, now: datetime
) -> Persona:
    """Returns the persona with the layers the run wrote.

    What the run keeps is taken from the layers it started from, and not from its state, so that it stays the same.
    """
    first = position(state.start_at)
    answered = [step for attempt in run.attempts for step in attempt.steps if step.failure is None]
    providers = {f"{step.provider}:{step.model}" for step in answered}
    before = base.layers if base is not None else layers_of(persona) if persona.has_layers else None
    written: dict[str, object] = {
        attribute_of(layer): _written_layer(layer, before, state) for layer, step in STEP_OF_LAYER.items()
    }
    if first == 0 or (state.rewrite is not None and state.rewrite.language is not None):
        written["language"] = state.language
    earlier_providers = set(persona.providers) if first > 0 else set()
    after = persona.with_status(status, now).model_copy(
        update={
            **written,
            "version": persona.version + 1 if persona.has_layers else persona.version,
            "audit": _shipped_audit(state, run),
            "refined": state.refined,
            "run_id": run.id,
            "pending_run_id": None,
            "config_hash": run.config_hash,
            "usage": run.usage,
            "providers": tuple(sorted(providers | earlier_providers)),
        }
    )
    return after if same_layers(persona, after) else with_stale_results(after)
