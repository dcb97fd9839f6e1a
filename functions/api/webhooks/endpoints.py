"""Creates, reads and updates webhook endpoints, and rotates their secrets."""

from __future__ import annotations

from datetime import timedelta

from fourfold.http.auth import Caller
from fourfold.http.problems import ProblemError, not_found
from fourfold.idempotency import Execution
from fourfold.ids import id_from_operation, is_endpoint_id
from fourfold.problem import problem
from fourfold.webhooks.endpoint import Endpoint, new_endpoint
from fourfold.webhooks.sealing import opened, sealed
from functions.api.dependencies import AdmittedCaller
from functions.api.webhooks.schemas import WebhookChange, WebhookRequest
from functions.api.webhooks.targets import require_public_target
from functions.clock import now
from functions.secret_sealer import KmsSealer
from functions.webhook_queues import webhooks

MOST_ENDPOINTS = 100


def create_endpoint(workspace_id: str, body: WebhookRequest, execution: Execution) -> Endpoint:
    """Creates an endpoint; a resumed execution returns the endpoint it has already created.

    Raises:
        ProblemError: 409 too many endpoints, 422 the target is not allowed.
    """
    endpoint_id = id_from_operation("whk", execution.operation_id)
    if execution.resumed:
        existing = webhooks().endpoint(workspace_id, endpoint_id)
        if existing is not None:
            return opened(existing, KmsSealer())
    require_public_target(body.url)
    if len(webhooks().endpoints(workspace_id)) >= MOST_ENDPOINTS:
        detail = f"A workspace can have at most {MOST_ENDPOINTS} endpoints. Delete one first."
        raise ProblemError(problem("too_many_webhooks", "Too many webhook endpoints", 409, detail))
    endpoint = new_endpoint(workspace_id, body.url, body.events, body.description, now())
    endpoint = endpoint.model_copy(update={"id": endpoint_id})
    webhooks().create(sealed(endpoint, KmsSealer()))
    return endpoint


def found_endpoint(caller: Caller, endpoint_id: str) -> Endpoint:
    """Returns an endpoint of the caller's workspace.

    Raises:
        ProblemError: 404, no such endpoint.
    """
    endpoint = webhooks().endpoint(caller.workspace_id, endpoint_id) if is_endpoint_id(endpoint_id) else None
    if endpoint is None:
        raise not_found()
    return endpoint


def change_endpoint(caller: Caller, endpoint_id: str, body: WebhookChange) -> Endpoint:
    """Sets the given fields. A new URL resets the failure history.

    Raises:
        ProblemError: 404 no such endpoint, 409 concurrent change, 422 the target is not allowed.
    """
    endpoint, at = found_endpoint(caller, endpoint_id), now()
    changes = body.model_dump(include=body.model_fields_set)
    if "url" in changes and changes["url"] != endpoint.url:
        require_public_target(body.url)
        endpoint = endpoint.model_copy(update={"url": body.url, "healthy": False, "failing_since": None})
    if "events" in changes:
        endpoint = endpoint.model_copy(update={"events": tuple(dict.fromkeys(body.events))})
    if "description" in changes:
        endpoint = endpoint.model_copy(update={"description": body.description})
    if "enabled" in changes and body.enabled != endpoint.enabled:
        endpoint = endpoint.turned_on(at) if body.enabled else endpoint.turned_off(at)
    return _save(endpoint.model_copy(update={"updated_at": at}))


def rotate_endpoint(caller: AdmittedCaller, endpoint_id: str, *, force: bool) -> Endpoint:
    """Adds a new secret. The previous one also signs during `api.webhooks.rotation_overlap_s`.

    Raises:
        ProblemError: 404 no such endpoint, 409 the last rotation is in progress and `force` is false.
    """
    endpoint, at = found_endpoint(caller, endpoint_id), now()
    if endpoint.is_rotating(at) and not force:
        detail = (
            f'The previous secret is valid until {endpoint.secrets[1].expires_at}. Wait, or send {{"force": true}}.'
        )
        raise ProblemError(problem("rotation_in_progress", "A secret rotation is in progress", 409, detail))
    overlap = caller.settings.api.webhooks.rotation_overlap_s
    return _save(endpoint.rotated(at, timedelta(seconds=overlap)))


def _save(endpoint: Endpoint) -> Endpoint:
    if not webhooks().save(sealed(endpoint, KmsSealer())):
        detail = "Another request changed the endpoint at the same time. Retry the request."
        raise ProblemError(problem("conflict", "Concurrent change of the endpoint", 409, detail))
    return endpoint
