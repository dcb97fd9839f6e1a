"""The port to language models: a structured question or a chat turn goes in, one answer with its usage comes out.

Adapters live in `fourfold.models`, one module per provider. The core owns the port so that the pipeline imports none
of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, Protocol

from pydantic import BaseModel

from fourfold.errors import ConflictError, FourfoldError
from fourfold.persona import Document, TokenUsage

Effort = Literal["minimal", "low", "medium", "high", "xhigh", "max"]
# Receives the output tokens so far while a call runs. What it raises ends the call and is raised to the caller.
OnProgress = Callable[[int], None]
# Receives the pieces of an answer as they arrive, on the thread that reads them.
OnText = Callable[[str], None]

MAX_FIELDS: Final = 12
MAX_REASON: Final = 400
# The note on a call that shows that an earlier write to the provider's cache was paid for and never read.
CACHE_WRITE_WASTED: Final = "cache_write_wasted"


@dataclass(frozen=True, slots=True)
class ContextBlock:
    """A named piece of material the model reads. Its text is data, never an instruction.

    `lines` are the same data in fewer tokens, with every text of it as a JSON string; None for JSON as a whole.
    """

    name: str
    data: object
    lines: tuple[str, ...] | None = None

    def text(self) -> str:
        """The block as it appears in a prompt: JSON, or its lines, between tags.

        `<` and `>` are escaped, so no material, the caller's brief included, can close the tag or open another; a JSON
        parser restores every text byte for byte.
        """
        if self.lines is None:
            body = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        else:
            body = "\n".join(("", *self.lines, ""))
        escaped = body.replace("<", "\\u003c").replace(">", "\\u003e")
        return f"<{self.name}>{escaped}</{self.name}>"


@dataclass(frozen=True, slots=True)
class Repair:
    """A second request for the same answer: the answer that was wrong (empty if there was none) and why."""

    answer: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One structured question.

    Stable first: `system`, `task` and the schema of `output_type` are the same whenever a step asks, so a provider's
    prompt cache can keep them for repairs, retries and other personas (decision 6); `context`, the untrusted material,
    follows. `timeout_s` bounds the call in seconds, `max_tokens` the answer with its reasoning. `left_s` bounds the
    call with the time it waits for a slot of a local server.
    """

    system: str
    context: tuple[ContextBlock, ...]
    task: str
    output_type: type[BaseModel]
    max_tokens: int
    timeout_s: float
    temperature: float | None = None
    repair: Repair | None = None
    effort: Effort | None = None
    on_progress: OnProgress | None = field(default=None, compare=False)
    left_s: float | None = field(default=None, compare=False)

    def block(self, name: str) -> object:
        """The data of the context block `name`, or None when the request has none of that name."""
        return next((block.data for block in self.context if block.name == name), None)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's raw answer: JSON text not yet validated, and what it cost. `cost_usd` is None if unknown.

    `notes` name what of the request was not sent as asked, such as `temperature_not_sent`. `truncated` is True for a
    chat reply that ends at `max_tokens`: its text so far is an answer, which half of a JSON object is not.
    """

    text: str
    provider: str
    model: str
    usage: TokenUsage
    cost_usd: float | None
    notes: tuple[str, ...] = ()
    truncated: bool = False


class ModelFailure(StrEnum):
    """Why a call to a model gave no answer that could be used as it was."""

    REFUSED = "refused"
    TRUNCATED = "truncated"
    INVALID_OUTPUT = "invalid_output"
    CONSTRAINTS_BROKEN = "constraints_broken"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    AUTHENTICATION = "authentication"
    QUOTA = "quota"
    BAD_REQUEST = "bad_request"


# Failures of the deployment's keys or accounts: asking again, or for something else, fails alike.
DEPLOYMENT_FAILURES: Final = frozenset({ModelFailure.AUTHENTICATION, ModelFailure.QUOTA})


class ModelCall(Document):
    """The record of one call, answered or not: the model, the outcome, the duration and the cost.

    `failure` is null for an answer that was used as it came, and `truncated` for a chat reply that was used although it
    ends at `max_tokens`. `invalid_fields` are the paths of what was wrong with an answer (`soul.desire`), never its
    text; `reason` is what the provider said of a failed call, without prompt or key. `tokens.estimated` marks a call
    whose provider reported no usage, or not all of it: the rest is counted from the texts. `cost_usd` is null where the
    price is unknown.
    """

    provider: str
    model: str
    failure: ModelFailure | None = None
    repair: bool = False
    duration_ms: int
    tokens: TokenUsage
    cost_usd: float | None
    notes: tuple[str, ...] = ()
    invalid_fields: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """The cost of a failed call: nothing, unless the provider worked before it failed."""

    usage: TokenUsage = field(default_factory=TokenUsage)
    cost_usd: float | None = 0.0


class StoppedError(ConflictError):
    """The answer is no longer wanted, so no further call is sent. `calls` are those of the chain that was stopped."""

    calls: tuple[ModelCall, ...] = ()


class ModelError(FourfoldError):
    """A model gave no usable answer; `failure` says why, `reason` in words and `advice` what to do about it.

    Neither holds prompt, persona or key: the error's text, `failure: reason advice`, may be logged and shown.
    `retry_after_s` is the pause the provider asks for. `calls` are filled by the chain that gave up.
    """

    def __init__(  # noqa: PLR0913 - a record
        self,
        failure: ModelFailure,
        reason: str,
        *,
        advice: str = "",
        spent: Spent | None = None,
        retry_after_s: float | None = None,
        calls: tuple[ModelCall, ...] = (),
    ) -> None:
        super().__init__(f"{failure}: {reason} {advice}".rstrip())
        self.failure = failure
        self.reason = reason
        self.advice = advice
        self.spent = spent or Spent()
        self.retry_after_s = retry_after_s
        self.calls = calls


def provider_and_model(name: str) -> tuple[str, str]:
    """The two parts of `provider:model`; a model's own name may hold colons (`compatible:llama3.1:8b`)."""
    provider, _, model = name.partition(":")
    return provider, model


class LanguageModel(Protocol):
    """Anything that answers a structured question. Named `provider:model`."""

    @property
    def name(self) -> str:
        """`provider:model`, such as `offline:composer-1`."""

    def complete(self, request: ModelRequest) -> Completion:
        """Answer once, with no retries of its own.

        Raises:
            ModelError: no usable answer.
        """


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a chat, from the person who writes or from the model that answers."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """The next turn of a chat in plain text; the last of `messages` is the user's.

    `system` is all a model knows about who speaks; the bounds are those of `ModelRequest`.
    """

    system: str
    messages: tuple[ChatMessage, ...]
    max_tokens: int
    timeout_s: float
    temperature: float | None = None
    effort: Effort | None = None
    on_progress: OnProgress | None = field(default=None, compare=False)
    left_s: float | None = field(default=None, compare=False)


class ChatModel(Protocol):
    """Anything that takes part in a chat. Named `provider:model`."""

    @property
    def name(self) -> str:
        """`provider:model`."""

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        """Answer once, with no retries of its own. With `on_text`, the answer is streamed to it in pieces.

        The pieces are the completion's text, but only a completion says that they are all of it. A reply that reaches
        `max_tokens` is a completion with `truncated`, unless nothing of it is speech.

        Raises:
            ModelError: no usable answer, whatever was streamed of it.
        """
