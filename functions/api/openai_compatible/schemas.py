"""Request and reply models of the OpenAI-compatible routes, with the names and the structure of OpenAI's API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fourfold.drift import Envelope
from fourfold.events.voice import Recovery
from fourfold.text_rules import acceptable_text
from functions.api.chat.schemas import MESSAGE_MAX_CHARACTERS, FinishReason

_MAX_MESSAGES = 1000
_Text = Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX_CHARACTERS), AfterValidator(acceptable_text)]


class _Body(BaseModel):
    """A part of a request. Fields that this API does not use are ignored, because clients send many of them."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class TextPart(_Body):
    """A part of a message's content. Only text is supported."""

    type: Literal["text"]
    text: _Text


class ChatCompletionMessage(_Body):
    """A message of the conversation. Messages of roles other than `user` and `assistant` are ignored."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: _Text | Annotated[list[TextPart], Field(min_length=1, max_length=100)] | None = None

    @property
    def text(self) -> str:
        """The text of the content, its parts separated by blank lines."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n\n".join(part.text for part in self.content)


class StreamOptions(_Body):
    """Options of a streamed completion."""

    include_usage: Annotated[bool, Field(description="Send the usage in a last chunk without choices.")] = False


class ResponseFormat(_Body):
    """The format of the reply. A persona writes text."""

    type: Literal["text"]


class ChatCompletionRequest(_Body):
    """A conversation, the last message of which a persona answers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "persona:deniz", "messages": [{"role": "user", "content": "Did you sleep at all?"}]},
            ]
        }
    )

    model: Annotated[str, Field(max_length=100, description="`persona:<id>` or `persona:<slug>`.")]
    messages: Annotated[
        list[ChatCompletionMessage],
        Field(min_length=1, max_length=_MAX_MESSAGES, description="The conversation; the last message is the user's."),
    ]
    stream: Annotated[bool | None, Field(description="Return chunks as `text/event-stream`.")] = False
    stream_options: StreamOptions | None = None
    user: Annotated[
        str | None, Field(max_length=512, description="Names the session, unless the header Fourfold-Session does.")
    ] = None
    n: Annotated[Literal[1] | None, Field(description="A persona gives one reply.")] = None
    tools: Annotated[list[Any] | None, Field(max_length=0, description="Not supported: must be empty.")] = None
    response_format: ResponseFormat | None = None


class CompletionUsage(BaseModel):
    """Tokens of all model calls made for the reply."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class PersonaFields(BaseModel):
    """What this API adds to a completion: the session, and the drift of the reply from the persona's voice.

    `restarted` is true if text that was streamed is void, because another model took over; it is followed by a blank
    line and the whole reply.
    """

    persona_id: str
    session_id: str
    drift: Envelope
    recovery: Recovery | None
    provider: str
    model: str
    cost_usd: float | None
    restarted: bool = False


class AssistantMessage(BaseModel):
    """The persona's reply."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class CompletionChoice(BaseModel):
    """The only choice of a completion."""

    index: Literal[0] = 0
    message: AssistantMessage
    finish_reason: FinishReason
    logprobs: None = None


class ChatCompletion(BaseModel):
    """A reply of a persona as a chat completion."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: Annotated[int, Field(description="Unix time in seconds.")]
    model: str
    choices: tuple[CompletionChoice]
    usage: CompletionUsage
    fourfold: PersonaFields


class ModelDocument(BaseModel):
    """A persona as a model."""

    id: Annotated[str, Field(description="`persona:<slug>`, or `persona:<id>` without a slug.")]
    object: Literal["model"] = "model"
    created: Annotated[int, Field(description="Unix time in seconds.")]
    owned_by: Annotated[str, Field(description="The workspace.")]


class ModelList(BaseModel):
    """The newest personas that can chat."""

    object: Literal["list"] = "list"
    data: tuple[ModelDocument, ...]


class OpenAIErrorDetail(BaseModel):
    """An error: `param` names the invalid field; `code` is the code of the problem."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(BaseModel):
    """An error with the structure of OpenAI's API."""

    error: OpenAIErrorDetail
