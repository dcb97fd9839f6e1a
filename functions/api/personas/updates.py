"""Updates and deletes a persona."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from fourfold.http.preconditions import require_match
from fourfold.http.problems import not_found, unavailable
from fourfold.layer_edits import ConstraintsBrokenError
from fourfold.persona import NotWrittenError, Persona, Visibility
from fourfold.persona_versions import Authorship
from fourfold.personas.changes import PersonaChanges, change_persona
from fourfold.personas.deletion import delete_persona
from fourfold.personas.storing import PersonaUpdater, RunUnfinishedError
from fourfold.pipeline.store import ConcurrentChangeError, SlugTakenError
from functions import clock
from functions.api.errors import constraints_broken, persona_not_written, run_in_progress, slug_taken
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.schemas import PersonaPatch
from functions.api.responses import path_to
from functions.persona_deletion import persona_deleter
from functions.wiring import persona_store


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
