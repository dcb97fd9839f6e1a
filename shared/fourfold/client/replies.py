"""The documents of replies, and how they are read. Fields that this version does not know are ignored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from fourfold.client.errors import ApiConnectionError, problem_error
from fourfold.drift import Envelope
from fourfold.evaluation.models import EvaluationReport
from fourfold.persona import Persona
from fourfold.progress.events import TERMINAL_TYPES
from fourfold.voice_certificate import VoiceCertificate

Document = TypeVar("Document", bound=BaseModel)
Item = TypeVar("Item")


class ChatReply(BaseModel):
    """A persona's reply, with its drift from the voice. `usage` and `recovery` are as in the API.

    `finish_reason` is `length` if the reply ends at `engine.chat.max_tokens`; `stop` from servers that do not send it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    reply: str
    finish_reason: str = "stop"
    session_id: str
    drift: Envelope
    recovery: dict[str, Any] | None
    usage: dict[str, Any]
    provider: str
    model: str


class RunReceipt(BaseModel):
    """A run in progress."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    run_id: str
    persona_id: str
    status: str


class BatchRun(RunReceipt):
    """A run of a batch, with the seed of its person."""

    seed: int


class BatchReceipt(BaseModel):
    """The runs of a request for several people."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    batch_id: str
    runs: tuple[BatchRun, ...]


class VoiceChecks(BaseModel):
    """The newest voice check of a persona, and the newest certificate of each model, newest first."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    persona_id: str
    status: str | None
    run_id: str | None
    error: dict[str, Any] | None
    certificates: tuple[VoiceCertificate, ...]


class RunSummary(BaseModel):
    """A run in a list. `usage` is null while the run is in progress, `persona_id` for an evaluation."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    kind: str
    persona_id: str | None
    evaluation_id: str | None = None
    status: str
    error: dict[str, Any] | None
    usage: dict[str, Any] | None
    started_at: datetime
    completed_at: datetime | None


class Evaluation(BaseModel):
    """An evaluation of B against A. `report` is null until it has ended."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str | None
    status: str
    run_id: str
    briefs: int
    max_usd: float
    spent_usd: float | None
    stopped: str | None
    error: dict[str, Any] | None
    created_at: datetime
    completed_at: datetime | None
    report: EvaluationReport | None = None


class EvaluationReceipt(BaseModel):
    """An evaluation in progress."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    evaluation_id: str
    run_id: str
    status: str


class Page(BaseModel, Generic[Item]):
    """A page of a list. `next_cursor` is the `cursor` of the next page, if `has_more`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    data: tuple[Item, ...]
    has_more: bool = False
    next_cursor: str | None = None


class PersonaPage(Page[Persona]):
    """A page of personas, newest first."""


class EvaluationPage(Page[Evaluation]):
    """A page of evaluations, newest first, without their reports."""


class RunPage(Page[RunSummary]):
    """A page of runs, newest first."""


def parsed(document: type[Document], content: Any) -> Document:  # noqa: ANN401 - JSON
    """Raises ApiConnectionError if the content is not this document."""
    try:
        return document.model_validate(content, extra="ignore")
    except ValidationError as error:
        raise ApiConnectionError(f"The reply is no {document.__name__}: {error.error_count()} errors") from None


def json_of(reply: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    """Raises ApiConnectionError if the body is not JSON."""
    try:
        return reply.json()
    except ValueError:
        raise ApiConnectionError(f"{reply.request.url} did not answer with JSON") from None


def event_of(name: str, data: str) -> Mapping[str, Any]:
    """The data of a server-sent event. Raises ApiProblemError for an `error` event."""
    content: Mapping[str, Any] = json.loads(data)
    if name == "error":
        raise problem_error(content)
    return content


def require_ended(kind: str) -> None:
    """Raises ApiConnectionError if the last event of a stream, of this type or none (""), does not end the run."""
    if kind not in TERMINAL_TYPES:
        raise ApiConnectionError("The stream of the run's events ended before the run.")
