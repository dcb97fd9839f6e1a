"""What the keys' routes take and give."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from fourfold.http.scopes import SCOPES
from fourfold.ids import KeyId
from fourfold.keys import KeyEnvironment
from fourfold.storage.keys.api_keys import ApiKey
from functions.api.personas.documents import legible

MAX_DAYS = 3650
EXAMPLE: dict[str, JsonValue] = {
    "id": "key_01kaqf0c5v3y9m2t8z4n6r1w7b",
    "name": "Billing service",
    "environment": "live",
    "prefix": "ff_live_8cTq",
    "last_four": "x0Vd",
    "scopes": ["personas:read", "personas:write"],
    "org_id": "org_acme",
    "workspace_id": "ws_acme",
    "status": "active",
    "created_at": "2026-11-23T09:00:00Z",
    "created_by": "key_01kaqbz3v0f5w6k2m8x9y7t4rn",
    "expires_at": "2027-02-21T09:00:00Z",
    "revoked_at": None,
    "last_used_at": None,
}


def _known(scope: str) -> str:
    if scope not in SCOPES:
        nearest = ", ".join(difflib.get_close_matches(scope, SCOPES, 3) or SCOPES)
        raise PydanticCustomError("unknown_scope", "No such scope; there are {nearest}", {"nearest": nearest})
    return scope


ScopeName = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(SCOPES)})]


class ApiKeyRequest(BaseModel):
    """A key to make. It belongs to the workspace of the key that makes it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"name": "Billing service", "scopes": ["personas:read", "personas:write"], "expires_in_days": 90}
            ],
            "not": {
                "properties": {"expires_at": {"type": "string"}, "expires_in_days": {"type": "integer"}},
                "required": ["expires_at", "expires_in_days"],
            },
        },
    )

    name: Annotated[
        str,
        StringConstraints(strict=True, min_length=1, max_length=100),
        Field(description="What it is for, as people will look for it."),
        AfterValidator(legible),
    ]
    scopes: Annotated[
        list[ScopeName],
        Field(
            min_length=1,
            max_length=len(SCOPES),
            description="What it may do; a key can only give what the key that makes it has.",
        ),
    ]
    environment: Annotated[
        KeyEnvironment, Field(description="Whether it begins with `ff_live_` or `ff_test_`; both reach the same data.")
    ] = KeyEnvironment.LIVE
    expires_at: Annotated[
        AwareDatetime | None, Field(strict=False, description="When it stops working; not with `expires_in_days`.")
    ] = None
    expires_in_days: Annotated[
        int | None, Field(strict=True, ge=1, le=MAX_DAYS, description="Days until it stops working; null: never.")
    ] = None

    @model_validator(mode="after")
    def _one_expiry(self) -> Self:
        if self.expires_at is not None and self.expires_in_days is not None:
            raise PydanticCustomError("two_expiries", "Give expires_at or expires_in_days, not both")
        return self

    def expiry(self, now: datetime) -> datetime | None:
        """When the key is to expire."""
        return self.expires_at if self.expires_in_days is None else now + timedelta(days=self.expires_in_days)


class ApiKeyDocument(BaseModel):
    """A key, without its text. `prefix` and `last_four` tell which one it is; `last_used_at` is right to the minute."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: KeyId
    name: str
    environment: KeyEnvironment
    prefix: str
    last_four: str
    scopes: tuple[str, ...]
    org_id: str
    workspace_id: str
    status: Literal["active", "expired", "revoked"]
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class CreatedApiKey(ApiKeyDocument):
    """A new key with its text, which is told this once and stored nowhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "key": "ff_live_8cTqW2...x0Vd"}]})

    key: Annotated[
        str | None,
        Field(
            description="The key itself. Null when an Idempotency-Key replays the reply: it was told the first time. "
            "If that reply was lost, revoke this key and make another."
        ),
    ]


class ApiKeyList(BaseModel):
    """A page of keys, newest first. Pass `next_cursor` as `cursor` for the next page; null at the end."""

    data: tuple[ApiKeyDocument, ...]
    has_more: bool
    next_cursor: str | None


def described(key: ApiKey, now: datetime) -> ApiKeyDocument:
    """The key as its owners see it."""
    status: Literal["active", "expired", "revoked"] = (
        "revoked" if key.revoked_at is not None else "active" if key.is_good(now) else "expired"
    )
    return ApiKeyDocument(
        id=key.key_id,
        name=key.name,
        environment=key.environment,
        prefix=key.prefix,
        last_four=key.last_four,
        scopes=tuple(sorted(key.scopes)),
        org_id=key.org_id,
        workspace_id=key.workspace_id,
        status=status,
        created_at=key.created_at.astimezone(UTC),
        created_by=key.created_by,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
    )
