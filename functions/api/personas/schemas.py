"""What the API is sent about personas that stand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, WithJsonSchema

from fourfold.config.request import REQUEST_KEYS
from fourfold.persona import Slug
from functions.api.config.request_schema import request_settings_schema
from functions.api.personas.documents import Brief

FirstStep = Literal["intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit"]


class PersonaPatch(BaseModel):
    """What to change of a persona; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"slug": "deniz", "archived": False}]}
    )

    slug: Annotated[
        Slug | None, Field(description="A name of its own in the workspace, or null for none.", examples=["deniz"])
    ] = None
    visibility: Annotated[
        Literal["private", "workspace", "public"],
        Field(description="Whom you mean it for. A label: no key ever reads another workspace's personas."),
    ] = "workspace"
    archived: Annotated[bool, Field(description="Whether it is put away; false takes it out again.")] = False


class RegenerationRequest(BaseModel):
    """From which step on to write a persona anew."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"from": "mask_build"}]},
    )

    from_: Annotated[
        FirstStep, Field(alias="from", description="The first step to run; layers of earlier ones stay as they are.")
    ]
    stream: Annotated[bool, Field(description="Answer with the run's events as `text/event-stream`.")] = False
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(request_settings_schema()),
        Field(max_length=len(REQUEST_KEYS), description="Settings for this run alone, as in `POST /v1/personas`."),
    ] = {}


class ParseRequest(BaseModel):
    """A brief to read."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"intent": "A shy founder, 34, in Istanbul"}]},
    )

    intent: Brief
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(request_settings_schema()),
        Field(
            max_length=len(REQUEST_KEYS), description="Settings for this call alone: `engine.pipeline.intent_parse.*`."
        ),
    ] = {}


class PersonaFile(RootModel[dict[str, Any]]):
    """A file as JSON: an export of fourfold, a persona as the API answers it, a Character Card V2 or V3."""
