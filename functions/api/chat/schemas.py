"""Request and reply models of the chat and drift routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from pydantic_core import CoreSchema

from fourfold.drift import Envelope
from fourfold.events.voice import Recovery
from fourfold.persona import TokenUsage
from fourfold.text_rules import acceptable_text
from fourfold.voice.conversation import ChatResult

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


_Session = Annotated[
    SessionId | None,
    Field(description="The session of the replies: an id from the API or one of your own. An unknown id creates it."),
]
_OneReply = Annotated[_Text, Field(description="One reply.")]
_SeveralReplies = Annotated[
    list[_Text],
    Field(min_length=1, max_length=REPLIES_MAX, description="Several replies in chronological order."),
]


class OneReply(BaseModel):
    """One reply that another runtime generated for the persona."""

    model_config = ConfigDict(extra="forbid")

    reply: _OneReply
    replies: None = None
    session_id: _Session = None


class SeveralReplies(BaseModel):
    """Several replies, in order, that another runtime generated for the persona."""

    model_config = ConfigDict(extra="forbid")

    replies: _SeveralReplies
    reply: None = None
    session_id: _Session = None


class DriftRequestBody(BaseModel):
    """One reply, or several in order, that another runtime generated for the persona."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    reply: _OneReply | None = None
    replies: _SeveralReplies | None = None
    session_id: _Session = None

    @model_validator(mode="after")
    def _one_of_both(self) -> DriftRequestBody:
        if (self.reply is None) == (self.replies is None):
            raise ValueError("send either reply or replies")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describes the body as a union of two models: client generators type it, unlike `oneOf` beside properties."""
        union = handler(TypeAdapter(OneReply | SeveralReplies).core_schema)
        return {**union, "description": cls.__doc__, "examples": [{"reply": "Sit. Eat. Then talk."}]}


class ChatUsage(BaseModel):
    """Tokens and cost of all model calls, failed and regenerated ones included. `cost_usd` is null if unknown."""

    tokens: TokenUsage
    cost_usd: float | None
    calls: int


FinishReason = Annotated[
    Literal["stop", "length"],
    Field(description="`length` if the reply ends at `engine.chat.max_tokens`, before the model had finished."),
]


def finish_reason(result: ChatResult) -> FinishReason:
    """Why the reply of a chat ends."""
    return "length" if result.details.truncated else "stop"


class ChatReply(BaseModel):
    """A persona's reply. `recovery` is null unless the reply was regenerated because of drift."""

    reply: str
    finish_reason: FinishReason
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
