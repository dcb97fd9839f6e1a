"""Forks a persona: at once, or by a run that writes its lines in another language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request, Response

from fourfold.estimates.generation import estimate_generation
from fourfold.http.problems import not_found, rejected
from fourfold.idempotency import Execution
from fourfold.ids import id_from_operation, new_persona_id
from fourfold.layer_edits import ConstraintsBrokenError
from fourfold.persona import NotWrittenError, Persona, PersonaGoneError, PersonaStatus
from fourfold.persona_versions import Authorship
from fourfold.personas import forking
from fourfold.pipeline.regeneration import NoSuchStepError, NothingWrittenError
from fourfold.pipeline.rewrite import BadRewriteError
from fourfold.pipeline.store import SlugTakenError
from fourfold.pipeline.submit import Submission, SubmittedRun
from fourfold.problem import FieldError
from fourfold.steps import StepName
from functions import clock
from functions.api import wiring
from functions.api.budget import run_reservation
from functions.api.config.pinning import pin_settings
from functions.api.dependencies import AdmittedCaller
from functions.api.errors import constraints_broken, persona_not_written, slug_taken
from functions.api.persona_forks.schemas import ForkRequest
from functions.api.persona_forks.settings import copy_settings
from functions.api.personas import generation
from functions.api.personas.lookup import up_to_date_persona
from functions.api.personas.regeneration import nothing_to_keep
from functions.api.personas.rewriting import bad_rewrite, refinement_of
from functions.api.responses import path_to, persona_document
from functions.wiring import persona_store


async def forked(
    request: Request, caller: AdmittedCaller, parent_id: str, body: ForkRequest, execution: Execution
) -> Response:
    """Stores the fork and returns it; with a run when that has ended. A resumed execution finds what it stored.

    Raises:
        ProblemError: 404 no such persona, 409 it has no layers or the slug is taken, 422 the edits break constraints;
            and of a run as `generation.start_run`.
    """
    child_id = id_from_operation("per", execution.operation_id)
    made = await wiring.in_thread(lambda: _made_before(caller.workspace_id, child_id)) if execution.resumed else None
    if made is not None and made.status is PersonaStatus.FAILED:  # a run failed: this request makes another fork
        made, child_id = None, new_persona_id()
    parent = await wiring.in_thread(lambda: up_to_date_persona(caller.workspace_id, parent_id))
    asked = _request(caller, body, parent)
    if made is None and asked.needs_run:
        submitted = await _started(request, caller, parent, child_id, asked)
        await wiring.in_thread(lambda: copy_settings(caller, child_id))
        return await generation.wait_for_persona(request, submitted)
    child = await wiring.in_thread(lambda: _stored(parent, child_id, asked)) if made is None else made
    await wiring.in_thread(lambda: copy_settings(caller, child.id))
    return persona_document(child, 201, {"Location": path_to(request, f"/v1/personas/{child.id}")})


def _made_before(workspace_id: str, child_id: str) -> Persona | None:
    return persona_store().persona(workspace_id, child_id)


def _request(caller: AdmittedCaller, body: ForkRequest, parent: Persona) -> forking.ForkRequest:
    return forking.ForkRequest(
        edits=body.edits if "edits" in body.model_fields_set else None,
        slug=body.slug,
        note=body.note,
        metadata=body.metadata,
        accept_violations=body.accept_violations,
        by=Authorship(author=caller.key_id, reason=body.note),
        language=None if body.language == parent.language else body.language,
        refine=None if body.refine is None else refinement_of(body.refine),
    )


def _stored(parent: Persona, child_id: str, asked: forking.ForkRequest) -> Persona:
    with _refusals():
        return forking.fork(parent, child_id, asked, persona_store(), clock.now)


async def _started(
    request: Request, caller: AdmittedCaller, parent: Persona, child_id: str, asked: forking.ForkRequest
) -> SubmittedRun:
    with _refusals():
        settings = forking.fork_settings(asked, pin_settings(caller.effective, {}))
        first = StepName.MASK_BUILD if asked.refine is None else StepName.SOUL_DRAFT
        reservation = await run_reservation(caller, lambda: estimate_generation(parent.intent, settings.engine, first))
        submission = Submission(
            caller.workspace_id,
            lambda: forking.new_fork_run(parent, child_id, asked, settings, persona_store(), clock.now()),
            settings,
            max_concurrent=caller.settings.api.limits.concurrent_generations,
            reservation=reservation,
        )
        return await generation.start_run(request, submission)


@contextmanager
def _refusals() -> Iterator[None]:
    """Raises the problems of a fork that cannot be made."""
    try:
        yield
    except NotWrittenError:
        raise persona_not_written() from None
    except NothingWrittenError:
        raise nothing_to_keep() from None
    except NoSuchStepError:
        detail = "The workspace generates in a single call, which cannot write the mask alone."
        raise rejected([FieldError(pointer="/language", code="not_in_one_call", detail=detail)]) from None
    except BadRewriteError as error:
        raise bad_rewrite(error) from None
    except ConstraintsBrokenError as error:
        raise constraints_broken("/edits", error.violations) from None
    except SlugTakenError:
        raise slug_taken() from None
    except PersonaGoneError:
        raise not_found() from None
