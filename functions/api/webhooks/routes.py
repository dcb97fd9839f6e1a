"""Webhook endpoints, their deliveries, and how to send those again."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from fourfold.http.auth import Caller
from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.problems import ProblemError, not_found
from fourfold.idempotency import Execution
from fourfold.ids import event_id, is_delivery_id, is_endpoint_id, prefixed_as
from fourfold.problem import problem
from fourfold.webhooks.delivery import PING_TYPE, Delivery, DeliveryStatus, Message, new_delivery
from fourfold.webhooks.endpoint import Endpoint, new_endpoint
from fourfold.webhooks.queues import ScheduledDelivery, lane_of
from functions.api.dependencies import AdmittedCaller, caller_with
from functions.api.idempotent import idempotent
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS
from functions.api.responses import document, path_to
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
    WebhookWithSecret,
    delivery_document,
    webhook,
    webhook_with_secret,
)
from functions.api.webhooks.targets import refuse_unless_public
from functions.api.wiring import in_thread
from functions.clock import now
from functions.webhook_queues import give, webhooks

router = APIRouter(tags=["webhooks"])

_TOO_MANY = {"too_many_webhooks": "the workspace has as many endpoints as it may have"}
_CHANGED = {"conflict": "somebody else changed the endpoint just now"}
_ROTATING = {"rotation_in_progress": "the last rotation is not over; see `force`"}
_DISABLED = {"webhook_disabled": "the endpoint is disabled"}
_BUSY = {"delivery_busy": "an attempt is being made"}
_RUNNING = {"request_in_progress": "the first request with this Idempotency-Key is still running"}

Reader = Annotated[AdmittedCaller, Depends(caller_with("webhooks:read"))]
Writer = Annotated[AdmittedCaller, Depends(caller_with("webhooks:write"))]

MOST_ENDPOINTS = 100
MOST_REPLAYED = 1000
_BODY_PROBLEMS = (400, 404, 413, 415, 422)


@router.post(
    "/v1/webhooks",
    summary="Create an endpoint",
    status_code=201,
    response_model=WebhookWithSecret,
    openapi_extra=openapi.json_request(WebhookRequest, idempotent=True),
    responses={
        201: openapi.made("The endpoint, with its secret: the only time it is told", "The endpoint."),
        **openapi.problems(400, 413, 415, 422, also=OF_KEYED_REQUESTS),
        **openapi.refusals(409, _TOO_MANY | _RUNNING),
    },
)
async def create_webhook(request: Request, caller: Writer) -> Response:
    """Sends the workspace's events to `url` from now on, signed as Standard Webhooks says. Keep the `secret`."""
    body = await json_body(request, WebhookRequest)

    async def make(execution: Execution) -> Response:
        endpoint = await in_thread(lambda: _created(caller.workspace_id, body, execution))
        location = path_to(request, f"/v1/webhooks/{endpoint.id}")
        return document(webhook_with_secret(endpoint, now()), 201, {"Location": location})

    return await idempotent(request, caller, body, make, shown_once=_without_secret)


@router.get("/v1/webhooks", summary="List endpoints", response_model=WebhookList)
async def list_webhooks(caller: Reader) -> Response:
    """The workspace's endpoints, newest first, without their secrets."""
    found = await in_thread(lambda: webhooks().endpoints(caller.workspace_id))
    return document(WebhookList(data=[webhook(endpoint, now()) for endpoint in found]))


@router.get(
    "/v1/webhooks/{endpoint_id}",
    summary="Read an endpoint",
    response_model=Webhook,
    responses=openapi.problems(404),
)
async def read_webhook(endpoint_id: str, caller: Reader) -> Response:
    """One endpoint, without its secret."""
    return document(webhook(await in_thread(lambda: _found(caller, endpoint_id)), now()))


@router.patch(
    "/v1/webhooks/{endpoint_id}",
    summary="Change an endpoint",
    response_model=Webhook,
    openapi_extra=openapi.body_of(WebhookChange),
    responses={**openapi.problems(*_BODY_PROBLEMS), **openapi.refusals(409, _CHANGED)},
)
async def change_webhook(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Changes what is given. Deliveries that wait go to the new `url`; those of a disabled endpoint end `dead`."""
    body = await json_body(request, WebhookChange)
    return document(webhook(await in_thread(lambda: _changed(caller, endpoint_id, body)), now()))


@router.delete(
    "/v1/webhooks/{endpoint_id}",
    summary="Delete an endpoint",
    status_code=204,
    responses=openapi.problems(404),
)
async def delete_webhook(endpoint_id: str, caller: Writer) -> Response:
    """Nothing more is sent there, and its deliveries are no longer shown."""
    if not is_endpoint_id(endpoint_id) or not await in_thread(
        lambda: webhooks().delete(caller.workspace_id, endpoint_id)
    ):
        raise not_found()
    return Response(status_code=204)


@router.post(
    "/v1/webhooks/{endpoint_id}/rotate",
    summary="Rotate the secret",
    response_model=WebhookWithSecret,
    openapi_extra=openapi.optional_body_of(RotationRequest),
    responses={
        **openapi.problems(*_BODY_PROBLEMS, also=OF_KEYED_REQUESTS),
        **openapi.refusals(409, _ROTATING | _CHANGED | _RUNNING),
    },
)
async def rotate_secret(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """A new secret. The one before signs on beside it until `rotating_until`, so that no delivery is refused."""
    body = await json_body(request, RotationRequest) if await request.body() else RotationRequest()
    await in_thread(lambda: _found(caller, endpoint_id))

    async def rotate(_execution: Execution) -> Response:
        endpoint = await in_thread(lambda: _rotated(caller, endpoint_id, force=body.force))
        return document(webhook_with_secret(endpoint, now()))

    passing = frozenset(_ROTATING | _CHANGED)
    return await idempotent(request, caller, body, rotate, shown_once=_without_secret, passing=passing)


@router.post(
    "/v1/webhooks/{endpoint_id}/ping",
    summary="Send a ping",
    status_code=202,
    response_model=WebhookDelivery,
    openapi_extra=openapi.no_body(),
    responses={
        **openapi.problems(400, 404, 422, also=OF_KEYED_REQUESTS),
        **openapi.refusals(409, _DISABLED | _RUNNING),
    },
)
async def ping_webhook(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Sends an event of the type `webhook.ping` to this endpoint, whatever it subscribes to. Follow the delivery."""
    await in_thread(lambda: _found(caller, endpoint_id))

    async def ping(execution: Execution) -> Response:
        return document(delivery_document(await in_thread(lambda: _pinged(caller, endpoint_id, execution))), 202)

    return await idempotent(request, caller, None, ping, passing=frozenset(_DISABLED))


@router.get(
    "/v1/webhooks/{endpoint_id}/deliveries",
    summary="List deliveries",
    response_model=WebhookDeliveryList,
    responses=openapi.problems(404, 422),
)
async def list_deliveries(
    endpoint_id: str,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
    status: Annotated[DeliveryStatus | None, Query(description="Only those.")] = None,
) -> Response:
    """What was sent to an endpoint in the last 30 days: every attempt, its status code and its time.

    What receivers answer is never kept.
    """
    after = None if cursor is None else id_after(cursor, is_delivery_id)

    def page() -> WebhookDeliveryList:
        found = webhooks().deliveries(_found(caller, endpoint_id).id, limit, after, status)
        return WebhookDeliveryList(
            data=[delivery_document(delivery) for delivery in found.deliveries],
            has_more=found.last is not None,
            next_cursor=None if found.last is None else opaque_cursor(found.last),
        )

    return document(await in_thread(page))


@router.post(
    "/v1/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay",
    summary="Replay a delivery",
    status_code=202,
    response_model=WebhookDelivery,
    openapi_extra=openapi.no_body(),
    responses={
        **openapi.problems(400, 404, 422, also=OF_KEYED_REQUESTS),
        **openapi.refusals(409, _DISABLED | _BUSY | _RUNNING),
    },
)
async def replay_delivery(endpoint_id: str, delivery_id: str, request: Request, caller: Writer) -> Response:
    """Begins a delivery again, whatever became of it, with the same `webhook-id` and body."""
    await in_thread(lambda: _found(caller, endpoint_id))

    async def replay(_execution: Execution) -> Response:
        return document(delivery_document(await in_thread(lambda: _replayed(caller, endpoint_id, delivery_id))), 202)

    return await idempotent(request, caller, None, replay, passing=frozenset(_DISABLED | _BUSY))


@router.post(
    "/v1/webhooks/{endpoint_id}/replay",
    summary="Replay what failed",
    status_code=202,
    response_model=Replay,
    openapi_extra=openapi.json_request(ReplayRequest, idempotent=True),
    responses={
        **openapi.problems(*_BODY_PROBLEMS, also=OF_KEYED_REQUESTS),
        **openapi.refusals(409, _DISABLED | _RUNNING),
    },
)
async def replay_failed(endpoint_id: str, request: Request, caller: Writer) -> Response:
    """Begins every dead delivery again whose event occurred at `since` or later, oldest first, 1,000 at a time."""
    body = await json_body(request, ReplayRequest)
    await in_thread(lambda: _found(caller, endpoint_id))

    async def replay(_execution: Execution) -> Response:
        return document(await in_thread(lambda: _replayed_since(caller, endpoint_id, body)), 202)

    return await idempotent(request, caller, body, replay, passing=frozenset(_DISABLED))


def _without_secret(body: str) -> str:
    return json.dumps({**json.loads(body), "secret": None}, ensure_ascii=False)


def _created(workspace_id: str, body: WebhookRequest, execution: Execution) -> Endpoint:
    endpoint_id = prefixed_as("whk", execution.operation_id)
    if execution.resumed:
        made = webhooks().endpoint(workspace_id, endpoint_id)
        if made is not None:
            return made
    refuse_unless_public(body.url)
    if len(webhooks().endpoints(workspace_id)) >= MOST_ENDPOINTS:
        detail = f"A workspace has at most {MOST_ENDPOINTS} endpoints: delete one."
        raise ProblemError(problem("too_many_webhooks", "There are too many endpoints", 409, detail))
    endpoint = new_endpoint(workspace_id, body.url, body.events, body.description, now())
    endpoint = endpoint.model_copy(update={"id": endpoint_id})
    webhooks().create(endpoint)
    return endpoint


def _found(caller: Caller, endpoint_id: str) -> Endpoint:
    endpoint = webhooks().endpoint(caller.workspace_id, endpoint_id) if is_endpoint_id(endpoint_id) else None
    if endpoint is None:
        raise not_found()
    return endpoint


def _found_enabled(caller: Caller, endpoint_id: str) -> Endpoint:
    endpoint = _found(caller, endpoint_id)
    if not endpoint.enabled:
        raise ProblemError(
            problem("webhook_disabled", "The endpoint is disabled", 409, 'Enable it first: PATCH {"enabled": true}.')
        )
    return endpoint


def _changed(caller: Caller, endpoint_id: str, body: WebhookChange) -> Endpoint:
    endpoint, at = _found(caller, endpoint_id), now()
    given = body.model_dump(include=body.model_fields_set)
    if "url" in given and given["url"] != endpoint.url:
        refuse_unless_public(body.url)
        endpoint = endpoint.model_copy(update={"url": body.url, "brisk": False, "failing_since": None})
    if "events" in given:
        endpoint = endpoint.model_copy(update={"events": tuple(dict.fromkeys(body.events))})
    if "description" in given:
        endpoint = endpoint.model_copy(update={"description": body.description})
    if "enabled" in given and body.enabled != endpoint.enabled:
        endpoint = endpoint.turned_on(at) if body.enabled else endpoint.turned_off(at)
    return _saved(endpoint.model_copy(update={"updated_at": at}))


def _rotated(caller: AdmittedCaller, endpoint_id: str, *, force: bool) -> Endpoint:
    endpoint, at = _found(caller, endpoint_id), now()
    if endpoint.is_rotating(at) and not force:
        detail = f'The secret before signs until {endpoint.secrets[1].expires_at}. Wait, or send {{"force": true}}.'
        raise ProblemError(problem("rotation_in_progress", "The last rotation is not over", 409, detail))
    overlap = caller.settings.api.webhooks.rotation_overlap_s
    return _saved(endpoint.rotated(at, timedelta(seconds=overlap)))


def _saved(endpoint: Endpoint) -> Endpoint:
    if not webhooks().save(endpoint):
        raise ProblemError(
            problem("conflict", "The endpoint was changed meanwhile", 409, "Read it again, then repeat the change.")
        )
    return endpoint


def _pinged(caller: Caller, endpoint_id: str, execution: Execution) -> Delivery:
    endpoint, at = _found_enabled(caller, endpoint_id), now()
    ping = Message(
        event_id=event_id(endpoint.id, PING_TYPE, execution.operation_id),
        event_type=PING_TYPE,
        workspace_id=caller.workspace_id,
        occurred_at=at,
        data={"endpoint_id": endpoint.id},
    )
    delivery = new_delivery(ping, endpoint.id, at, at)
    webhooks().add(delivery)
    _ordered(endpoint, [delivery.id])
    return delivery


def _replayed(caller: Caller, endpoint_id: str, delivery_id: str) -> Delivery:
    endpoint = _found_enabled(caller, endpoint_id)
    known = webhooks().delivery(endpoint.id, delivery_id) if is_delivery_id(delivery_id) else None
    if known is None:
        raise not_found()
    if not webhooks().reopen(endpoint.id, delivery_id, now(), even_if_alive=True):
        raise ProblemError(
            problem("delivery_busy", "An attempt is being made", 409, "Wait for its end, then replay it if need be.")
        )
    _ordered(endpoint, [delivery_id])
    return webhooks().delivery(endpoint.id, delivery_id) or known


def _replayed_since(caller: Caller, endpoint_id: str, body: ReplayRequest) -> Replay:
    endpoint = _found_enabled(caller, endpoint_id)
    dead = list(islice(webhooks().dead_since(endpoint.id, body.since), MOST_REPLAYED + 1))
    begun = [one for one in dead[:MOST_REPLAYED] if webhooks().reopen(endpoint.id, one, now())]
    _ordered(endpoint, begun)
    return Replay(replayed=len(begun), has_more=len(dead) > MOST_REPLAYED)


def _ordered(endpoint: Endpoint, delivery_ids: list[str]) -> None:
    orders = [
        ScheduledDelivery(workspace_id=endpoint.workspace_id, endpoint_id=endpoint.id, delivery_id=one)
        for one in delivery_ids
    ]
    give([(lane_of(endpoint), order, timedelta()) for order in orders])
