"""The dependencies of deleting a persona with everything it owns, for the API and for functions."""

from __future__ import annotations

import os

from fourfold.config.entries import persona_scope
from fourfold.personas.deletion import PersonaDeleter
from fourfold.storage.client import dynamodb
from fourfold.storage.personas.deletion import DynamoDeletion
from fourfold.storage.personas.session_deletion import DynamoSessionDeletion
from functions import clock
from functions.configuration import config_store
from functions.wiring import event_store, persona_store, run_log


def session_deletion() -> DynamoSessionDeletion:
    """Deletes chat sessions."""
    return DynamoSessionDeletion(
        dynamodb(),
        os.environ["FOURFOLD_PERSONAS_TABLE"],
        os.environ["FOURFOLD_IDEMPOTENCY_TABLE"],
        os.environ["FOURFOLD_OUTBOX_TABLE"],
    )


def persona_deleter() -> PersonaDeleter:
    """The dependencies of a deletion."""
    store = persona_store()
    return PersonaDeleter(
        stored_persona=store.stored_persona,
        run=store.run,
        deletions=DynamoDeletion(
            dynamodb(),
            os.environ["FOURFOLD_PERSONAS_TABLE"],
            os.environ["FOURFOLD_OUTBOX_TABLE"],
            session_deletion(),
        ),
        log_of=lambda run: run_log(run, 0),
        clear_log=lambda run, is_running: event_store(run.workspace_id, run.run_id).clear(keep_end=is_running),
        erase_settings=lambda workspace_id, persona_id: config_store().erase(persona_scope(workspace_id, persona_id)),
        clock=clock.now,
    )
