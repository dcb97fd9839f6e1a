"""What the routes of personas take and answer with, beside personas themselves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from fourfold.config.request import REQUEST_KEYS
from fourfold.http.text_rules import acceptable_text
from fourfold.persona import INTENT_MAX_CHARACTERS, Persona, Slug
from functions.api.config.request_schema import request_settings_schema

Brief = Annotated[
    str,
    Field(
        min_length=1,
        max_length=INTENT_MAX_CHARACTERS,
        description="The brief, in any language. Kept byte for byte; no control characters but tab and line ends.",
    ),
    AfterValidator(acceptable_text),
]


class PersonaRequest(BaseModel):
    """A brief to make a persona of."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"intent": "A shy founder, 34, in Istanbul"}]},
    )

    intent: Brief
    stream: Annotated[bool, Field(description="Answer with the run's events as `text/event-stream`.")] = False
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(request_settings_schema()),
        Field(
            max_length=len(REQUEST_KEYS),
            description="Settings for this run alone, by key, such as "
            '`{"engine.pipeline.soul_draft.model": "openai:gpt-6.1-sol"}`. `engine.pipeline.method` `single_call` '
            "writes all layers in one call, for comparison.",
        ),
    ] = {}


class PersonaList(BaseModel):
    """A page of personas, newest first. Pass `next_cursor` as `cursor` for the next page; null at the end."""

    data: tuple[Persona, ...]
    has_more: bool
    next_cursor: str | None


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
