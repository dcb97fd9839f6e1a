"""Routes of webhook endpoints and their deliveries."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.problems import not_found
from fourfold.idempotency import Execution
from fourfold.ids import is_delivery_id, is_endpoint_id
from fourfold.webhooks.delivery import DeliveryStatus
from functions.api.dependencies import AdmittedCaller, caller_with
from functions.api.idempotent import idempotent
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import IN_PROGRESS, OF_KEYED_REQUESTS
from functions.api.paging import Cursor, Limit
from functions.api.responses import document, path_to
from functions.api.spending import count_spending
from functions.api.webhooks import deliveries, endpoints
from functions.api.webhooks.schemas import (
    Replay,
    ReplayRequest,
    RotationRequest,
    Webhook,
    WebhookChange,
    WebhookDelivery,
    WebhookDeliveryList,
    WebhookList,
    WebhookRequest,
    WebhookTestRequest,
    WebhookWithSecret,
    delivery_document,
    webhook,
    webhook_with_secret,
)
from functions.api.wiring import in_thread
from functions.clock import now
from functions.webhook_queues import webhooks

router = APIRouter(tags=["webhooks"])

_TOO_MANY = {"too_many_webhooks": "the workspace has the maximum number of endpoints"}
_CHANGED = {"conflict": "another request changed the endpoint at the same time"}
_ROTATING = {"rotation_in_progress": "a secret rotation is in progress; see `force`"}
_DISABLED = {"webhook_disabled": "the endpoint is disabled"}
_BUSY = {"delivery_busy": "a delivery attempt is in progress"}

Reader = Annotated[AdmittedCaller, Depends(caller_with("webhooks:read"))]
Writer = Annotated[AdmittedCaller, Depends(caller_with("webhooks:write"))]

_BODY_PROBLEMS = (400, 404, 413, 415, 422)


@router.post(
    "/v1/webhooks",
    summary="Create an endpoint",
    status_code=201,
    response_model=WebhookWithSecret,
    openapi_extra=bodies.required_json(WebhookRequest, bodies.KEY_HEADER),
    responses={
        201: replies.created("The endpoint with its secret, which is shown only once", "Path of the endpoint."),
        **replies.problems(400, 413, 415, 422, also=OF_KEYED_REQUESTS),
        **replies.refusals(409, _TOO_MANY | IN_PROGRESS),
    },
)
async def create_webhook(request: Request, caller: Writer) -> Response:
    """Creates an endpoint that receives the workspace's events, signed according to Standard Webhooks.

    Store the `secret`: it is shown only once.
    """
    body = await json_body(request, WebhookRequest)

    async def create(execution: Execution) -> Response:
        endpoint = await in_thread(lambda: endpoints.create_endpoint(caller.workspace_id, body, execution))
        location = path_to(request, f"/v1/webhooks/{endpoint.id}")
        return document(webhook_with_secret(endpoint, now()), 201, {"Location": location})

    return await idempotent(request, caller, body, create, redact=_redact_secret)


@router.get("/v1/webhooks", summary="List endpoints", response_model=WebhookList)
async def list_webhooks(caller: Reader) -> Response:
    """Lists the workspace's endpoints, newest first, without their secrets."""
    stored = await in_thread(lambda: webhooks().endpoints(caller.workspace_id))
    return document(WebhookList(data=[webhook(endpoint, now()) for endpoint in stored]))


@router.get(
    "/v1/webhooks/{endpoint_id}",
    summary="Read an endpoint",
    response_model=Webhook,
    responses=replies.problems(404),
)
async def read_webhook(endpoint_id: str, caller: Reader) -> Response:
    """Returns an endpoint without its secret."""
    return document(webhook(await in_thread(lambda: endpoints.found_endpoint(caller, endpoint_id)), now()))


@router.patch(
    "/v1/webhooks/{endpoint_id}",
    summary="Update an endpoint",
    response_model=Webhook,
    openapi_extra=bodies.required_json(WebhookChange),
    responses={**replies.problems(*_BODY_PROBLEMS), **replies.refusals(409, _CHANGED)},
)
async def update_webhook(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Changes the given fields. Pending deliveries go to the new `url`; those of a disabled endpoint become `dead`."""
    body = await json_body(request, WebhookChange)
    return document(webhook(await in_thread(lambda: endpoints.change_endpoint(caller, endpoint_id, body)), now()))


@router.delete(
    "/v1/webhooks/{endpoint_id}",
    summary="Delete an endpoint",
    status_code=204,
    responses=replies.problems(404),
)
async def delete_webhook(endpoint_id: str, caller: Writer) -> Response:
    """Deletes an endpoint. Nothing more is sent to it, and its deliveries are no longer available."""
    if not is_endpoint_id(endpoint_id) or not await in_thread(
        lambda: webhooks().delete(caller.workspace_id, endpoint_id)
    ):
        raise not_found()
    return Response(status_code=204)


@router.post(
    "/v1/webhooks/{endpoint_id}/rotate",
    summary="Rotate the secret",
    response_model=WebhookWithSecret,
    openapi_extra=bodies.optional_json(RotationRequest, bodies.KEY_HEADER),
    responses={
        **replies.problems(*_BODY_PROBLEMS, also=OF_KEYED_REQUESTS),
        **replies.refusals(409, _ROTATING | _CHANGED | IN_PROGRESS),
    },
)
async def rotate_webhook_secret(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Creates a new secret. Deliveries are signed with both secrets until `rotating_until`."""
    body = await json_body(request, RotationRequest) if await request.body() else RotationRequest()
    await in_thread(lambda: endpoints.found_endpoint(caller, endpoint_id))

    async def rotate(_execution: Execution) -> Response:
        endpoint = await in_thread(lambda: endpoints.rotate_endpoint(caller, endpoint_id, force=body.force))
        return document(webhook_with_secret(endpoint, now()))

    transient = frozenset(_ROTATING | _CHANGED)
    return await idempotent(request, caller, body, rotate, redact=_redact_secret, transient=transient)


@router.post(
    "/v1/webhooks/{endpoint_id}/ping",
    summary="Send a ping",
    status_code=202,
    response_model=WebhookDelivery,
    openapi_extra=bodies.request_headers(bodies.KEY_HEADER),
    responses={
        **replies.problems(400, 404, 422, also=OF_KEYED_REQUESTS),
        **replies.refusals(409, _DISABLED | IN_PROGRESS),
    },
)
async def ping_webhook(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Sends a `webhook.ping` event to the endpoint, independent of its subscriptions, and returns the delivery."""
    await in_thread(lambda: endpoints.found_endpoint(caller, endpoint_id))

    async def ping(execution: Execution) -> Response:
        await count_spending(caller)
        return document(
            delivery_document(await in_thread(lambda: deliveries.ping(caller, endpoint_id, execution))), 202
        )

    return await idempotent(request, caller, None, ping, transient=frozenset(_DISABLED))


@router.post(
    "/v1/webhooks/{endpoint_id}/test",
    summary="Send a sample event",
    status_code=202,
    response_model=WebhookDelivery,
    openapi_extra=bodies.required_json(WebhookTestRequest, bodies.KEY_HEADER),
    responses={
        **replies.problems(*_BODY_PROBLEMS, also=OF_KEYED_REQUESTS),
        **replies.refusals(409, _DISABLED | IN_PROGRESS),
    },
)
async def test_webhook(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Sends a sample of an event type to the endpoint, signed and retried as any other, and returns the delivery.

    It is independent of the endpoint's subscriptions. The ids in its `data` are examples: nothing has them.
    """
    body = await json_body(request, WebhookTestRequest)
    await in_thread(lambda: endpoints.found_endpoint(caller, endpoint_id))

    async def test(execution: Execution) -> Response:
        await count_spending(caller)
        sent = await in_thread(lambda: deliveries.sample(caller, endpoint_id, body.type, execution))
        return document(delivery_document(sent), 202)

    return await idempotent(request, caller, body, test, transient=frozenset(_DISABLED))


@router.get(
    "/v1/webhooks/{endpoint_id}/deliveries",
    summary="List deliveries",
    response_model=WebhookDeliveryList,
    responses=replies.problems(404, 422),
)
async def list_webhook_deliveries(
    endpoint_id: str,
    caller: Reader,
    limit: Limit = 20,
    cursor: Cursor = None,
    status: Annotated[DeliveryStatus | None, Query(description="Return only deliveries with this status.")] = None,
) -> Response:
    """Lists the endpoint's deliveries of the last 30 days, with status code and latency of every attempt.

    Response bodies of receivers are not stored.
    """
    after = None if cursor is None else id_after(cursor, is_delivery_id)

    def delivery_page() -> WebhookDeliveryList:
        page = webhooks().deliveries(endpoints.found_endpoint(caller, endpoint_id).id, limit, after, status)
        return WebhookDeliveryList(
            data=[delivery_document(delivery) for delivery in page.deliveries],
            has_more=page.last is not None,
            next_cursor=None if page.last is None else opaque_cursor(page.last),
        )

    return document(await in_thread(delivery_page))


@router.post(
    "/v1/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay",
    summary="Replay a delivery",
    status_code=202,
    response_model=WebhookDelivery,
    openapi_extra=bodies.request_headers(bodies.KEY_HEADER),
    responses={
        **replies.problems(400, 404, 422, also=OF_KEYED_REQUESTS),
        **replies.refusals(409, _DISABLED | _BUSY | IN_PROGRESS),
    },
)
async def replay_webhook_delivery(endpoint_id: str, delivery_id: str, request: Request, caller: Writer) -> Response:
    """Restarts a delivery, whatever its status, with the same `webhook-id` and body."""
    await in_thread(lambda: endpoints.found_endpoint(caller, endpoint_id))

    async def replay(_execution: Execution) -> Response:
        await count_spending(caller)
        return document(
            delivery_document(await in_thread(lambda: deliveries.replay_one(caller, endpoint_id, delivery_id))), 202
        )

    return await idempotent(request, caller, None, replay, transient=frozenset(_DISABLED | _BUSY))


@router.post(
    "/v1/webhooks/{endpoint_id}/replay",
    summary="Replay failed deliveries",
    status_code=202,
    response_model=Replay,
    openapi_extra=bodies.required_json(ReplayRequest, bodies.KEY_HEADER),
    responses={
        **replies.problems(*_BODY_PROBLEMS, also=OF_KEYED_REQUESTS),
        **replies.refusals(409, _DISABLED | IN_PROGRESS),
    },
)
async def replay_failed_webhook_deliveries(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Restarts the dead deliveries of events since `since`, oldest first, up to 1,000 per request."""
    body = await json_body(request, ReplayRequest)
    await in_thread(lambda: endpoints.found_endpoint(caller, endpoint_id))

    async def replay(_execution: Execution) -> Response:
        await count_spending(caller)
        return document(await in_thread(lambda: deliveries.replay_since(caller, endpoint_id, body)), 202)

    return await idempotent(request, caller, body, replay, transient=frozenset(_DISABLED))


def _redact_secret(body: str) -> str:
    return json.dumps({**json.loads(body), "secret": None}, ensure_ascii=False)
