"""Request and reply models of the chat and drift routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    RootModel,
    StringConstraints,
    model_validator,
)

from fourfold.drift import Envelope
from fourfold.events.voice import Recovery
from fourfold.persona import TokenUsage
from fourfold.text_rules import acceptable_text

MESSAGE_MAX_CHARACTERS = 8000
REPLIES_MAX = 50

_Text = Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX_CHARACTERS), AfterValidator(acceptable_text)]
SessionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class ChatRequestBody(BaseModel):
    """A message to a persona."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"message": "Did you sleep at all?"}]},
    )

    message: Annotated[_Text, Field(description="The message to the persona.")]
    session_id: Annotated[
        SessionId | None,
        Field(description="`session_id` of an earlier reply, to continue its chat; null starts a new one."),
    ] = None
    stream: Annotated[bool, Field(description="Return the reply as `text/event-stream` while it is generated.")] = False


_NULL: dict[str, JsonValue] = {"type": "null"}
_ONE_OF_BOTH: list[JsonValue] = [
    {"required": ["reply"], "properties": {"reply": {"type": "string"}, "replies": _NULL}},
    {"required": ["replies"], "properties": {"replies": {"type": "array"}, "reply": _NULL}},
]


class DriftRequestBody(BaseModel):
    """One reply, or several in order, that another runtime generated for the persona."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"reply": "Sit. Eat. Then talk."}], "oneOf": _ONE_OF_BOTH},
    )

    reply: Annotated[_Text | None, Field(description="One reply. Send either this or `replies`.")] = None
    replies: Annotated[
        list[_Text] | None,
        Field(min_length=1, max_length=REPLIES_MAX, description="Several replies in chronological order."),
    ] = None
    session_id: Annotated[
        SessionId | None,
        Field(
            description="The session of the replies: an id from the API or one of your own. An unknown id creates it."
        ),
    ] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> DriftRequestBody:
        if (self.reply is None) == (self.replies is None):
            raise ValueError("send either reply or replies")
        return self


class ChatUsage(BaseModel):
    """Tokens and cost of all model calls, failed and regenerated ones included. `cost_usd` is null if unknown."""

    tokens: TokenUsage
    cost_usd: float | None
    calls: int


class ChatReply(BaseModel):
    """A persona's reply. `recovery` is null unless the reply was regenerated because of drift."""

    reply: str
    session_id: str
    drift: Envelope
    recovery: Recovery | None
    usage: ChatUsage
    provider: str
    model: str


class DriftReport(BaseModel):
    """The drift envelope of one reply."""

    drift: Envelope
    session_id: str | None


class DriftReports(BaseModel):
    """The drift envelopes of several replies, in order."""

    drifts: tuple[Envelope, ...]
    session_id: str | None


class DriftAnswer(RootModel[DriftReport | DriftReports]):
    """The drift of one reply or of several."""
