"""API keys: make one, list them, read one, revoke one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fourfold.http.auth import Caller
from fourfold.http.body import json_body
from fourfold.http.cursors import id_after, opaque_cursor
from fourfold.http.problems import ProblemError, not_found, rejected, unavailable
from fourfold.idempotency import Execution
from fourfold.ids import is_key_id, prefixed_as
from fourfold.keys import new_key_text, shown_part
from fourfold.problem import FieldError, problem
from fourfold.storage.keys.api_keys import ApiKey, ApiKeyPage, KeyExistsError, TooManyKeysError
from functions.api import wiring
from functions.api.dependencies import KeyWriter
from functions.api.idempotent import idempotent
from functions.api.keys.schemas import ApiKeyDocument, ApiKeyList, ApiKeyRequest, CreatedApiKey, described
from functions.api.openapi import describe as openapi
from functions.api.openapi.problems import OF_KEYED_REQUESTS
from functions.api.responses import document, path_to
from functions.clock import now

router = APIRouter(tags=["keys"])

_LONGEST = timedelta(days=3650)
_OF_MAKING = (*OF_KEYED_REQUESTS, "scope_not_grantable", "expiry_not_grantable", "too_many_keys")


@router.post(
    "/v1/keys",
    summary="Make an API key",
    status_code=201,
    response_model=CreatedApiKey,
    openapi_extra=openapi.json_request(ApiKeyRequest, idempotent=True),
    responses={
        201: openapi.made("The key, with its text: the only time it is told", "The key."),
        **openapi.problems(400, 403, 413, 415, 422, also=_OF_MAKING),
    },
)
async def create_key(request: Request, caller: KeyWriter) -> Response:
    """Makes a key for the caller's workspace. Its text is in this reply and nowhere else: only a hash is stored.

    A key can only grant scopes that the key which makes it has, and a life that ends with its own or before. A repeated
    request with the same `Idempotency-Key` makes no second key and is answered with the first one, without its text.
    """
    body = await json_body(request, ApiKeyRequest)
    _require_grantable(body, caller)

    async def make(execution: Execution) -> Response:
        _require_expiry(
            body, caller
        )  # not before: a repeated request gets the first reply even when its expiry has passed
        text, key = await wiring.in_thread(lambda: _made(body, caller, execution))
        created = CreatedApiKey(**described(key, now()).model_dump(), key=text)
        return document(created, 201, {"Location": path_to(request, f"/v1/keys/{key.key_id}")})

    return await idempotent(request, caller, body, make, shown_once=_without_text)


@router.get("/v1/keys", summary="List API keys", response_model=ApiKeyList, responses=openapi.problems(401, 403, 422))
async def list_keys(
    caller: KeyWriter,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
    include_revoked: Annotated[bool, Query(description="Whether revoked keys are listed too.")] = False,
) -> Response:
    """The workspace's keys, newest first, expired ones included."""
    after = None if cursor is None else id_after(cursor, is_key_id)
    page = await wiring.in_thread(lambda: _page(caller.workspace_id, limit, after, include_revoked))
    time = now()
    listed = ApiKeyList(
        data=tuple(described(key, time) for key in page.keys),
        has_more=page.last is not None,
        next_cursor=None if page.last is None else opaque_cursor(page.last),
    )
    return document(listed)


@router.get(
    "/v1/keys/{key_id}",
    summary="Read an API key",
    response_model=ApiKeyDocument,
    responses=openapi.problems(401, 403, 404),
)
async def read_key(key_id: str, caller: KeyWriter) -> Response:
    """One key of the workspace, without its text."""
    return document(described(await _key(caller, key_id), now()))


@router.delete(
    "/v1/keys/{key_id}",
    summary="Revoke an API key",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "The key is revoked"},
        **openapi.problems(403, 404, also=["key_in_use", "stronger_key"]),
    },
)
async def revoke_key(key_id: str, caller: KeyWriter) -> Response:
    """Ends a key for good, everywhere within five seconds. It is gone, but for the list with `include_revoked=true`.

    A key cannot revoke itself, so that a workspace is never left without one, nor a key with a scope it does not have.
    """
    if key_id == caller.key_id:
        raise ProblemError(
            problem("key_in_use", "A key cannot revoke itself", 409, "Revoke it with another key of the workspace.")
        )
    _require_no_more_scopes(await _key(caller, key_id), caller)
    await wiring.in_thread(lambda: wiring.api_keys().revoke(caller.workspace_id, key_id))
    return Response(status_code=204)


def _page(workspace_id: str, limit: int, after: str | None, include_revoked: bool) -> ApiKeyPage:
    return wiring.api_keys().page(workspace_id, limit, after, include_revoked=include_revoked)


async def _key(caller: Caller, key_id: str) -> ApiKey:
    found = None
    if is_key_id(key_id):
        found = await wiring.in_thread(lambda: wiring.api_keys().get(caller.workspace_id, key_id))
    if found is None:
        raise not_found()
    return found


def _made(body: ApiKeyRequest, caller: Caller, execution: Execution) -> tuple[str, ApiKey]:
    """A new key and its text. A resumed execution replaces the key that the first one stored: its text is lost.

    Raises:
        ProblemError: 409 the workspace has too many keys, 503 another process makes this very key.
    """
    keys, time = wiring.api_keys(), now()
    key_id = prefixed_as("key", execution.operation_id)
    text = new_key_text(body.environment)
    shown = shown_part(text)
    key = ApiKey(
        key_id=key_id,
        org_id=caller.org_id,
        workspace_id=caller.workspace_id,
        scopes=frozenset(body.scopes),
        name=body.name,
        environment=body.environment,
        prefix=shown.prefix,
        last_four=shown.last_four,
        created_at=time,
        created_by=caller.key_id,
        expires_at=body.expiry(time),
    )
    before = keys.get(caller.workspace_id, key_id) if execution.resumed else None
    try:
        return text, keys.create(text, key, instead_of=before)
    except KeyExistsError:  # two processes at work at once, of which one was slower than its lease
        raise unavailable() from None
    except TooManyKeysError:
        raise ProblemError(
            problem("too_many_keys", "The workspace has too many keys", 409, "Revoke keys that nobody uses.")
        ) from None


def _require_expiry(body: ApiKeyRequest, caller: Caller) -> None:
    """Raises ProblemError: 422 no usable expiry, 403 one after the caller's own."""
    expiry = body.expiry(now())
    if body.expires_at is not None and body.expires_at <= now():
        raise rejected([FieldError(pointer="/expires_at", code="in_the_past", detail="Must lie in the future.")])
    if body.expires_at is not None and body.expires_at > now() + _LONGEST:
        detail = f"Must lie within {_LONGEST.days} days; leave it out for a key that does not expire."
        raise rejected([FieldError(pointer="/expires_at", code="too_far", detail=detail)])
    if caller.expires_at is not None and (expiry is None or expiry > caller.expires_at):
        detail = f"The key that asks expires at {caller.expires_at:%Y-%m-%dT%H:%M:%SZ}; give a time up to that."
        pointer = "/expires_at" if body.expires_in_days is None else "/expires_in_days"
        fault = FieldError(pointer=pointer, code="outlives_its_maker", detail=detail)
        title = "A key can only make keys that end with it or before"
        raise rejected([fault], code="expiry_not_grantable", title=title, status=403)


def _require_no_more_scopes(key: ApiKey, caller: Caller) -> None:
    """Raises ProblemError (403) if the key may do what the caller may not."""
    if missing := sorted(key.scopes - caller.scopes):
        detail = f"It has {', '.join(missing)}, which the key that asks does not have. Use a key that has."
        raise ProblemError(problem("stronger_key", "The key may do more than the one that asks", 403, detail))


def _require_grantable(body: ApiKeyRequest, caller: Caller) -> None:
    faults = [
        FieldError(
            pointer=f"/scopes/{place}", code="scope_not_held", detail=f"The key that asks does not have {scope} itself."
        )
        for place, scope in enumerate(body.scopes)
        if scope not in caller.scopes
    ]
    if faults:
        title = "A key can only grant what it may do itself"
        raise rejected(faults, code="scope_not_grantable", title=title, status=403)


def _without_text(body: str) -> str:
    return json.dumps({**json.loads(body), "key": None}, ensure_ascii=False)
