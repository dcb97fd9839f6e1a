"""What the API takes and gives beside personas and runs themselves."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema
from pydantic_core import PydanticCustomError

from fourfold.config.request import REQUEST_KEYS
from fourfold.persona import INTENT_MAX_CHARACTERS, Persona
from functions.api.config.request_schema import request_settings_schema

VERSION = "0.1.0"

_ALLOWED_CONTROLS = frozenset("\n\t\r")


def legible(text: str) -> str:
    """The text as it came: it is checked, never changed. A validator for what people write."""
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cc" and character not in _ALLOWED_CONTROLS:
            raise PydanticCustomError(
                "control_character",
                "Holds the control character U+{code} at position {place}",
                {"code": f"{ord(character):04X}", "place": place},
            )
    if all(unicodedata.category(character)[0] in "ZC" for character in text):
        raise PydanticCustomError("blank", "Must say something")
    return text


Brief = Annotated[
    str,
    Field(
        min_length=1,
        max_length=INTENT_MAX_CHARACTERS,
        description="The brief, in any language. Kept byte for byte; no control characters but tab and line ends.",
    ),
    AfterValidator(legible),
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


class RunReceipt(BaseModel):
    """A run that goes on without the caller: look at `Location`, or follow its events."""

    run_id: str
    persona_id: str
    status: Literal["running", "completed", "failed"]


class RunEvents(BaseModel):
    """The events of a run so far, in order. `has_more`: the run is not over."""

    data: tuple[dict[str, Any], ...]
    has_more: bool


class Health(BaseModel):
    """The process serves; it says nothing about what stands behind it."""

    status: Literal["ok"] = "ok"
    version: str
