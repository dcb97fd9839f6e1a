"""Request and reply models of the API key routes."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
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
from fourfold.text_rules import acceptable_line
from functions.api.iso_dates import IsoDatetime

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
    "usd_per_month": 20.0,
}


def _known_scope(scope: str) -> str:
    if scope not in SCOPES:
        nearest = ", ".join(difflib.get_close_matches(scope, SCOPES, 3) or SCOPES)
        raise PydanticCustomError("unknown_scope", "Unknown scope; use one of {nearest}", {"nearest": nearest})
    return scope


ScopeName = Annotated[str, AfterValidator(_known_scope), Field(json_schema_extra={"enum": list(SCOPES)})]


def _to_nano_usd(usd: float | None) -> float | None:
    """The amount as budgets count it. DynamoDB refuses what is closer to zero than 1e-130."""
    return None if usd is None else round(usd, 9)


class ApiKeyRequest(BaseModel):
    """The key to create. It belongs to the workspace of the key that creates it."""

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
        Field(description="A name that describes the use of the key."),
        AfterValidator(acceptable_line),
    ]
    scopes: Annotated[
        list[ScopeName],
        Field(
            min_length=1,
            max_length=len(SCOPES),
            description="The scopes of the key; only scopes of the key that creates it.",
        ),
    ]
    environment: Annotated[
        KeyEnvironment, Field(description="The prefix, `ff_live_` or `ff_test_`. Both access the same data.")
    ] = KeyEnvironment.LIVE
    expires_at: Annotated[
        IsoDatetime | None, Field(strict=False, description="The expiry time; not together with `expires_in_days`.")
    ] = None
    expires_in_days: Annotated[
        int | None, Field(strict=True, ge=1, le=MAX_DAYS, description="Days until the key expires; null: never.")
    ] = None

    usd_per_month: Annotated[
        float | None,
        Field(
            strict=True,
            ge=0,
            le=10_000_000,
            allow_inf_nan=False,
            description="The most USD that work which the key asks for may cost in a UTC month, to nine decimals; "
            "null: no cap.",
        ),
        AfterValidator(_to_nano_usd),
    ] = None

    @model_validator(mode="after")
    def _one_expiry(self) -> Self:
        if self.expires_at is not None and self.expires_in_days is not None:
            raise PydanticCustomError("two_expiries", "Send either expires_at or expires_in_days")
        return self

    def expiry(self, now: datetime) -> datetime | None:
        """The expiry time of the key; None: never."""
        return self.expires_at if self.expires_in_days is None else now + timedelta(days=self.expires_in_days)


class ApiKeyDocument(BaseModel):
    """A key without its text. `prefix` and `last_four` identify it; `last_used_at` is accurate to the minute."""

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
    usd_per_month: float | None = None


class CreatedApiKey(ApiKeyDocument):
    """A new key with its text, which is shown only once and not stored."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "key": "ff_live_8cTqW2...x0Vd"}]})

    key: Annotated[
        str | None,
        Field(
            description="The text of the key. It is null in a replayed reply (Idempotency-Key), because it is shown "
            "only once. If the first reply was lost, revoke this key and create another."
        ),
    ]


class ApiKeyList(BaseModel):
    """A page of keys, newest first. Send `next_cursor` as `cursor` to get the next page; it is null at the end."""

    data: tuple[ApiKeyDocument, ...]
    has_more: bool
    next_cursor: str | None


def key_document(key: ApiKey, now: datetime) -> ApiKeyDocument:
    """Converts a key to its public document."""
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
        usd_per_month=key.usd_per_month,
    )
