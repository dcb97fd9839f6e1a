"""Routes of API keys: create, list, read, revoke."""

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
from fourfold.ids import id_from_operation, is_key_id
from fourfold.keys import key_preview, new_key_text
from fourfold.problem import FieldError, problem
from fourfold.storage.keys.api_keys import MAX_LINEAGE, ApiKey, ApiKeyPage, KeyExistsError, TooManyKeysError
from functions.api import wiring
from functions.api.dependencies import AdmittedCaller, KeyWriter
from functions.api.idempotent import idempotent
from functions.api.keys.schemas import ApiKeyDocument, ApiKeyList, ApiKeyRequest, CreatedApiKey, key_document
from functions.api.openapi import bodies, replies
from functions.api.openapi.problems import OF_KEYED_REQUESTS
from functions.api.paging import Cursor, Limit
from functions.api.responses import document, path_to
from functions.clock import now

router = APIRouter(tags=["keys"])

_MAX_LIFETIME = timedelta(days=3650)
_CREATE_PROBLEMS = (*OF_KEYED_REQUESTS, "scope_not_grantable", "expiry_not_grantable", "capped_key", "too_many_keys")


@router.post(
    "/v1/keys",
    summary="Create an API key",
    status_code=201,
    response_model=CreatedApiKey,
    openapi_extra=bodies.required_json(ApiKeyRequest, bodies.KEY_HEADER),
    responses={
        201: replies.created("The key including its secret text, which is shown only once", "Path of the key."),
        **replies.problems(400, 403, 413, 415, 422, also=_CREATE_PROBLEMS),
    },
)
async def create_api_key(request: Request, caller: KeyWriter) -> Response:
    """Creates an API key for the caller's workspace. The text of the key is returned only once; only a hash is stored.

    A key can only have scopes of the key that creates it, cannot expire after it, and ends when that key is revoked. A
    key with a cap (`usd_per_month`) creates none.
    A repeated request with the same `Idempotency-Key` creates no second key and returns the first one without its text.
    """
    body = await json_body(request, ApiKeyRequest)
    _require_grantable(body, caller)
    _require_uncapped(caller)

    async def create(execution: Execution) -> Response:
        # Checked here and not before: a repeated request gets the first reply, even if the expiry has passed by then.
        _require_expiry(body, caller)
        text, key = await wiring.in_thread(lambda: _create_key(body, caller, execution))
        created = CreatedApiKey(**key_document(key, now()).model_dump(), key=text)
        return document(created, 201, {"Location": path_to(request, f"/v1/keys/{key.key_id}")})

    return await idempotent(request, caller, body, create, redact=_redact_text)


@router.get("/v1/keys", summary="List API keys", response_model=ApiKeyList, responses=replies.problems(401, 403, 422))
async def list_api_keys(
    caller: KeyWriter,
    limit: Limit = 20,
    cursor: Cursor = None,
    include_revoked: Annotated[bool, Query(description="Whether to include revoked keys.")] = False,
) -> Response:
    """Lists the workspace's keys, newest first, expired keys included."""
    after = None if cursor is None else id_after(cursor, is_key_id)
    page = await wiring.in_thread(lambda: _page(caller.workspace_id, limit, after, include_revoked))
    time = now()
    listed = ApiKeyList(
        data=tuple(key_document(key, time) for key in page.keys),
        has_more=page.last is not None,
        next_cursor=None if page.last is None else opaque_cursor(page.last),
    )
    return document(listed)


@router.get(
    "/v1/keys/{key_id}",
    summary="Read an API key",
    response_model=ApiKeyDocument,
    responses=replies.problems(401, 403, 404),
)
async def read_api_key(key_id: str, caller: KeyWriter) -> Response:
    """Returns a key without its text."""
    return document(key_document(await _key(caller, key_id), now()))


@router.delete(
    "/v1/keys/{key_id}",
    summary="Revoke an API key",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "The key is revoked"},
        **replies.problems(403, 404, also=["key_in_use", "stronger_key"]),
    },
)
async def revoke_api_key(key_id: str, caller: KeyWriter) -> Response:
    """Revokes a key permanently; it stops working within five seconds. It is listed with `include_revoked=true` only.

    The keys that it created end with it, and so on. A key cannot revoke itself or a key that it descends from, so that
    a workspace always has a key, nor a key that has scopes that it lacks or that expires later.
    """
    key = await _key(caller, key_id)
    if key.digest in {caller.digest, *caller.lineage}:
        detail = "It would end the API key of the request. Use a key that does not descend from it."
        raise ProblemError(problem("key_in_use", "A key cannot revoke itself or its origin", 409, detail))
    _require_not_stronger(key, caller)
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


def _create_key(body: ApiKeyRequest, caller: Caller, execution: Execution) -> tuple[str, ApiKey]:
    """Creates a key and returns it with its text. A resumed execution replaces the stored key, whose text is lost.

    Raises:
        ProblemError: 409 too many keys, 503 another process is creating the same key.
    """
    keys, time = wiring.api_keys(), now()
    key_id = id_from_operation("key", execution.operation_id)
    text = new_key_text(body.environment)
    shown = key_preview(text)
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
        lineage=_lineage(caller),
        usd_per_month=body.usd_per_month,
    )
    replaced = keys.get(caller.workspace_id, key_id) if execution.resumed else None
    try:
        return text, keys.create(text, key, instead_of=replaced)
    except KeyExistsError:  # another execution took over after this one's lease expired
        raise unavailable() from None
    except TooManyKeysError:
        raise ProblemError(
            problem("too_many_keys", "Too many API keys in the workspace", 409, "Revoke unused keys.")
        ) from None


def _lineage(caller: Caller) -> tuple[str, ...]:
    """The lineage of a key that the caller creates. Raises ProblemError (409) if it is too long."""
    if len(caller.lineage) + 1 >= MAX_LINEAGE:
        detail = f"A key descends from at most {MAX_LINEAGE - 1} others. Create it with one of those."
        raise ProblemError(problem("too_many_keys", "Too long a chain of keys", 409, detail))
    return (*caller.lineage, caller.digest)


def _require_expiry(body: ApiKeyRequest, caller: Caller) -> None:
    """Raises ProblemError: 422 the expiry is invalid, 403 it is after the caller's own."""
    expiry = body.expiry(now())
    if body.expires_at is not None and body.expires_at <= now():
        raise rejected([FieldError(pointer="/expires_at", code="in_the_past", detail="Must be in the future.")])
    if body.expires_at is not None and body.expires_at > now() + _MAX_LIFETIME:
        detail = f"Must be within {_MAX_LIFETIME.days} days. Omit it for a key that does not expire."
        raise rejected([FieldError(pointer="/expires_at", code="too_far", detail=detail)])
    if caller.expires_at is not None and (expiry is None or expiry > caller.expires_at):
        detail = f"Must not be after {caller.expires_at:%Y-%m-%dT%H:%M:%SZ}, when the API key of the request expires."
        pointer = "/expires_at" if body.expires_in_days is None else "/expires_in_days"
        fault = FieldError(pointer=pointer, code="outlives_its_maker", detail=detail)
        title = "A key cannot expire after the key that creates it"
        raise rejected([fault], code="expiry_not_grantable", title=title, status=403)


def _require_not_stronger(key: ApiKey, caller: Caller) -> None:
    """Raises ProblemError (403) if the key has scopes that the caller lacks, or expires after the caller."""
    if missing := sorted(key.scopes - caller.scopes):
        detail = f"It has {', '.join(missing)}. Use an API key with these scopes."
        title = "The key has scopes that the API key of the request lacks"
        raise ProblemError(problem("stronger_key", title, 403, detail))
    if caller.expires_at is not None and (key.expires_at is None or key.expires_at > caller.expires_at):
        detail = "Use an API key that expires no sooner than the key to revoke."
        title = "The key expires after the API key of the request"
        raise ProblemError(problem("stronger_key", title, 403, detail))


def _require_grantable(body: ApiKeyRequest, caller: Caller) -> None:
    faults = [
        FieldError(
            pointer=f"/scopes/{place}",
            code="scope_not_held",
            detail=f"The API key of the request does not have {scope}.",
        )
        for place, scope in enumerate(body.scopes)
        if scope not in caller.scopes
    ]
    if faults:
        title = "A key can only grant its own scopes"
        raise rejected(faults, code="scope_not_grantable", title=title, status=403)


def _require_uncapped(caller: AdmittedCaller) -> None:
    """Raises ProblemError (403) if the caller has a cap of its own: its keys would spend beside it."""
    if caller.usd_per_month is not None:
        detail = "Create the key with an API key that has no usd_per_month."
        raise ProblemError(problem("capped_key", "A key with a cap creates no keys", 403, detail))


def _redact_text(body: str) -> str:
    return json.dumps({**json.loads(body), "key": None}, ensure_ascii=False)
