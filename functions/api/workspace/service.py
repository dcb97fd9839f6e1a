"""Exports and deletes the caller's workspace."""

from __future__ import annotations

import os
import time

from fourfold.http.problems import ProblemError, unavailable
from fourfold.personas.deletion import delete_persona
from fourfold.pipeline.store import ConcurrentChangeError
from fourfold.problem import FieldError, problem
from fourfold.storage.client import dynamodb
from fourfold.storage.workspaces.contents import WorkspaceTables
from fourfold.storage.workspaces.deletion import DynamoWorkspaceDeletion
from fourfold.storage.workspaces.export import DynamoWorkspaceExport
from fourfold.workspaces.deletion import DeletionRequest, DeletionSlice, WorkspaceDeleter, delete_slice
from fourfold.workspaces.export import ExportPage, Position
from functions import clock
from functions.api.dependencies import AdmittedCaller
from functions.evaluation_ending import stop_all
from functions.persona_deletion import persona_deleter

# What a client sees often enough, and far below the time at which API Gateway ends a silent request.
_SLICE_S = 20.0


def export_page(workspace_id: str, limit: int, after: Position | None) -> ExportPage:
    """A page of everything that is stored of the workspace."""
    return DynamoWorkspaceExport(_tables()).page(workspace_id, limit, after)


def delete_workspace(caller: AdmittedCaller, confirmed: str) -> DeletionSlice:
    """Begins or continues the deletion of the caller's workspace.

    Raises:
        ProblemError: 422 `confirmed` is not the workspace's id, 503 a persona was changed at every attempt.
    """
    if confirmed != caller.workspace_id:
        raise _not_confirmed(caller.workspace_id)
    personas = persona_deleter()
    deleter = WorkspaceDeleter(
        store=DynamoWorkspaceDeletion(_tables(), clock.now),
        stop_evaluations=stop_all,
        delete_persona=lambda workspace_id, persona_id: delete_persona(workspace_id, persona_id, personas),
        clock=clock.now,
        monotonic=time.monotonic,
    )
    hashes = (*caller.lineage, caller.digest)
    request = DeletionRequest(caller.workspace_id, caller.org_id, caller.key_id, hashes)
    try:
        return delete_slice(request, deleter, _SLICE_S)
    except ConcurrentChangeError:
        raise unavailable() from None


def _not_confirmed(workspace_id: str) -> ProblemError:
    detail = f"Must be {workspace_id}, the id of the workspace that this API key belongs to."
    fault = FieldError(pointer="confirm", code="not_this_workspace", detail=detail)
    answer = problem("not_confirmed", "The deletion is not confirmed", 422, f"confirm: {detail}")
    return ProblemError(answer.model_copy(update={"errors": (fault,)}))


def _tables() -> WorkspaceTables:
    return WorkspaceTables(
        client=dynamodb(),
        personas=os.environ["FOURFOLD_PERSONAS_TABLE"],
        run_events=os.environ["FOURFOLD_RUN_EVENTS_TABLE"],
        idempotency=os.environ["FOURFOLD_IDEMPOTENCY_TABLE"],
        api_keys=os.environ["FOURFOLD_API_KEYS_TABLE"],
        config=os.environ["FOURFOLD_CONFIG_TABLE"],
        outbox=os.environ["FOURFOLD_OUTBOX_TABLE"],
        connections=os.environ["FOURFOLD_CONNECTIONS_TABLE"],
        webhooks=os.environ["FOURFOLD_WEBHOOKS_TABLE"],
    )
