"""Forks a persona."""

from __future__ import annotations

from fourfold.http.problems import not_found
from fourfold.idempotency import Execution
from fourfold.ids import id_from_operation
from fourfold.persona import NotWrittenError, Persona, PersonaGoneError
from fourfold.persona_versions import Authorship
from fourfold.personas import forking
from fourfold.personas.changes import ConstraintsBrokenError
from fourfold.pipeline.store import SlugTakenError
from functions import clock
from functions.api.dependencies import AdmittedCaller
from functions.api.errors import constraints_broken, persona_not_written, slug_taken
from functions.api.persona_forks.schemas import ForkRequest
from functions.api.personas.lookup import up_to_date_persona
from functions.wiring import persona_store


def forked_persona(caller: AdmittedCaller, parent_id: str, body: ForkRequest, execution: Execution) -> Persona:
    """Stores the fork and returns it; a resumed execution returns the one that it stored.

    Raises:
        ProblemError: 404 no such persona, 409 it has no layers or the slug is taken, 422 the edits break constraints.
    """
    child_id = id_from_operation("per", execution.operation_id)
    stored = persona_store().persona(caller.workspace_id, child_id) if execution.resumed else None
    if stored is not None:
        return stored
    parent = up_to_date_persona(caller.workspace_id, parent_id)
    request = forking.ForkRequest(
        edits=body.edits if "edits" in body.model_fields_set else None,
        slug=body.slug,
        note=body.note,
        accept_violations=body.accept_violations,
        by=Authorship(author=caller.key_id, reason=body.note),
    )
    try:
        return forking.fork(parent, child_id, request, persona_store(), clock.now)
    except NotWrittenError:
        raise persona_not_written() from None
    except ConstraintsBrokenError as error:
        raise constraints_broken("/edits", error.violations) from None
    except SlugTakenError:
        raise slug_taken() from None
    except PersonaGoneError:
        raise not_found() from None
