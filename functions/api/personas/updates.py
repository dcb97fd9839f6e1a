"""Updates and deletes a persona."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from fourfold.config.entries import persona_scope
from fourfold.http.preconditions import require_match
from fourfold.http.problems import not_found, unavailable
from fourfold.layer_edits import ConstraintsBrokenError
from fourfold.persona import NotWrittenError, Persona, Visibility
from fourfold.persona_versions import Authorship
from fourfold.personas.changes import PersonaChanges, change_persona
from fourfold.personas.deletion import PersonaDeleter, delete_persona
from fourfold.personas.storing import PersonaUpdater, RunUnfinishedError
from fourfold.pipeline.store import ConcurrentChangeError, SlugTakenError
from fourfold.storage.client import dynamodb
from fourfold.storage.personas.deletion import DynamoDeletion
from functions import clock
from functions.api import wiring
from functions.api.errors import constraints_broken, persona_not_written, run_in_progress, slug_taken
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.schemas import PersonaPatch
from functions.api.responses import path_to
from functions.configuration import config_store
from functions.wiring import event_store, persona_store, run_log


def changes_of(body: PersonaPatch, by: Authorship) -> PersonaChanges:
    """Returns the changes that the body asks for."""
    fields = body.model_dump(include={"slug", "visibility", "archived", "metadata"}, exclude_unset=True)
    if "visibility" in fields:
        fields["visibility"] = Visibility(fields["visibility"])
    edits = body.layers if "layers" in body.model_fields_set else None
    return PersonaChanges(fields, edits, accept_violations=body.accept_violations, by=by)


def update_persona(
    workspace_id: str, persona_id: str, changes: PersonaChanges, if_match: list[str], request: Request
) -> Persona:
    """Sets fields of a persona and returns it.

    Raises:
        ProblemError: 404 no such persona, 409 conflicts with its state or a slug, 412 If-Match does not match, 422 an
            edit breaks constraints, 503 too many concurrent changes.
    """
    up_to_date_persona(workspace_id, persona_id)
    updater = PersonaUpdater(persona_store(), clock.now)
    with change_refusals(request):
        after = change_persona(
            workspace_id, persona_id, changes, updater, lambda persona: require_match(if_match, persona)
        )
    if after is None:
        raise not_found()
    return after


@contextmanager
def change_refusals(request: Request) -> Iterator[None]:
    """Raises the problems of a change that cannot be stored."""
    try:
        yield
    except SlugTakenError:
        raise slug_taken() from None
    except NotWrittenError:
        raise persona_not_written() from None
    except ConstraintsBrokenError as error:
        raise constraints_broken("/layers", error.violations) from None
    except RunUnfinishedError as error:
        raise run_in_progress(path_to(request, f"/v1/runs/{error.run_id}")) from None
    except ConcurrentChangeError:
        raise unavailable() from None


def remove_persona(workspace_id: str, persona_id: str, if_match: list[str]) -> None:
    """Deletes a persona and everything it owns.

    Raises:
        ProblemError: 404 no such persona, 412 If-Match does not match, 503 too many concurrent changes.
    """
    try:
        deleted = delete_persona(
            workspace_id, persona_id, persona_deleter(), lambda persona: require_match(if_match, persona)
        )
    except ConcurrentChangeError:
        raise unavailable() from None
    if not deleted:
        raise not_found()


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
            wiring.session_deletion(),
        ),
        log_of=lambda run: run_log(run, 0),
        clear_log=lambda run, is_running: event_store(run.workspace_id, run.run_id).clear(keep_end=is_running),
        erase_settings=lambda workspace_id, persona_id: config_store().erase(persona_scope(workspace_id, persona_id)),
        clock=clock.now,
    )
