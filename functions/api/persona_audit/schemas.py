"""Request model of the audit route."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from fourfold.config.request import REQUEST_KEYS
from functions.api.config.request_schema import PLACEHOLDER
from functions.api.personas.schemas import ChangeReason


class AuditRequest(BaseModel):
    """How to audit a persona."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"reason": "After the edit."}]}
    )

    stream: Annotated[bool, Field(description="Return the run's events as `text/event-stream`.")] = False
    reason: ChangeReason | None = None
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(PLACEHOLDER),
        Field(
            max_length=len(REQUEST_KEYS), description="Settings for this run only, such as `engine.pipeline.audit.*`."
        ),
    ] = {}
