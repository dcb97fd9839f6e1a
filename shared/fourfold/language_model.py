"""The port every language model stands behind: one structured question, one answer with its usage.

Adapters live in `fourfold.models`, one module per provider. The core owns the port so that the pipeline needs none
of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel

from fourfold.persona import TokenUsage


@dataclass(frozen=True, slots=True)
class ContextBlock:
    """A named piece of material the model reads. Its text is data, never an instruction."""

    name: str
    data: object

    def text(self) -> str:
        """The block as it stands in a prompt: JSON between tags.

        `<` and `>` are escaped inside the JSON, so no material, the caller's brief included, can close the tag or
        open another; it reads back byte for byte with a JSON parser.
        """
        body = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        escaped = body.replace("<", "\\u003c").replace(">", "\\u003e")
        return f"<{self.name}>{escaped}</{self.name}>"


@dataclass(frozen=True, slots=True)
class Repair:
    """A second go at the same question: the answer that was wrong and what is wrong with it."""

    answer: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One structured question.

    `system` and `context` come first and grow only at their end from step to step, so a provider's prompt cache can
    reuse the prefix; `task` comes last. `output_type` gives the JSON Schema the answer must fit.
    `timeout_s` bounds the whole call in seconds, `max_tokens` the answer.
    """

    system: str
    context: tuple[ContextBlock, ...]
    task: str
    output_type: type[BaseModel]
    max_tokens: int
    timeout_s: float
    temperature: float | None = None
    repair: Repair | None = None

    def block(self, name: str) -> object:
        """The data of the context block `name`, or None when the request has none of that name."""
        return next((block.data for block in self.context if block.name == name), None)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's raw answer: JSON text not yet validated, and what it cost. `cost_usd` is None if unknown."""

    text: str
    provider: str
    model: str
    usage: TokenUsage
    cost_usd: float | None


class ModelFailure(StrEnum):
    """Why a model gave no usable answer."""

    REFUSED = "refused"
    TRUNCATED = "truncated"
    INVALID_OUTPUT = "invalid_output"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    AUTHENTICATION = "authentication"
    QUOTA = "quota"
    BAD_REQUEST = "bad_request"


class ModelError(Exception):
    """A model gave no usable answer; `failure` says why. The message holds no prompt and no persona text."""

    def __init__(self, failure: ModelFailure, message: str) -> None:
        super().__init__(f"{failure}: {message}")
        self.failure = failure


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
