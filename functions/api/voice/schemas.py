"""What the voice routes take and give."""

from __future__ import annotations

from typing import Annotated, Literal

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
from fourfold.jobs.store import JobStatus
from fourfold.persona import Grade, TokenUsage
from fourfold.problem import Problem
from functions.api.personas.documents import legible

MESSAGE_MAX_CHARACTERS = 8000
REPLIES_MAX = 50

_Text = Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX_CHARACTERS), AfterValidator(legible)]
SessionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class ChatRequestBody(BaseModel):
    """A message to a persona."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"message": "Did you sleep at all?"}]},
    )

    message: Annotated[_Text, Field(description="What is said to the persona.")]
    session_id: Annotated[
        SessionId | None, Field(description="`session_id` of an earlier reply goes on with that chat; null begins one.")
    ] = None
    stream: Annotated[bool, Field(description="Answer with the reply's pieces as `text/event-stream`.")] = False


_NULL: dict[str, JsonValue] = {"type": "null"}
_ONE_OF_BOTH: list[JsonValue] = [
    {"required": ["reply"], "properties": {"reply": {"type": "string"}, "replies": _NULL}},
    {"required": ["replies"], "properties": {"replies": {"type": "array"}, "reply": _NULL}},
]


class DriftRequestBody(BaseModel):
    """One reply, or several in order, that another runtime wrote in the persona's name."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"reply": "Sit. Eat. Then talk."}], "oneOf": _ONE_OF_BOTH},
    )

    reply: Annotated[_Text | None, Field(description="One reply. Give this or `replies`.")] = None
    replies: Annotated[
        list[_Text] | None,
        Field(min_length=1, max_length=REPLIES_MAX, description="Several replies, in the order they were said."),
    ] = None
    session_id: Annotated[
        SessionId | None,
        Field(
            description="The chat they belong to, by this service's id or one of your own; it begins when first named."
        ),
    ] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> DriftRequestBody:
        if (self.reply is None) == (self.replies is None):
            raise ValueError("give either reply or replies")
        return self


class ChatUsage(BaseModel):
    """Tokens and USD of all calls a reply took, failed and regenerated ones included; `cost_usd` null: unknown."""

    tokens: TokenUsage
    cost_usd: float | None
    calls: int


class ChatReply(BaseModel):
    """A persona's reply. `recovery` is null unless it was written twice because the first one had drifted."""

    reply: str
    session_id: str
    drift: Envelope
    recovery: Recovery | None
    usage: ChatUsage
    provider: str
    model: str


class DriftReport(BaseModel):
    """The envelope of the one reply asked about."""

    drift: Envelope
    session_id: str | None


class DriftReports(BaseModel):
    """An envelope for each reply, in their order."""

    drifts: tuple[Envelope, ...]
    session_id: str | None


class DriftAnswer(RootModel[DriftReport | DriftReports]):
    """The drift of one reply, or of several."""


class OwnDistances(BaseModel):
    """Distances of the persona's own held-out replies; `auto_threshold` is what `threshold: auto` comes to."""

    n: int
    mean: float
    deviation: float
    median: float
    p95: float
    smallest_p: float
    auto_threshold: float
    false_alarm_rate: float
    distances: tuple[float, ...] | None


class Separation(BaseModel):
    """How well the fingerprint tells others from its persona, by single replies: `eer` 0-1, `auc` 0.5-1."""

    personas: int | None
    replies: int
    median: float
    eer: float
    auc: float


class FingerprintReport(BaseModel):
    """A persona's voice fingerprint. All but the status is null before the first one is ready.

    While a new one is made, the one before is told. `separation` is by whom it is told from: the bare assistant, the
    shipped cohort of other personas, and this workspace's own (null while there are none).
    """

    persona_id: str
    status: JobStatus
    run_id: str | None
    error: Problem | None
    embedder: str | None = None
    scenario_set: str | None = None
    scenarios: int | None = None
    scored: int | None = None
    grade: Grade | None = None
    reasons: tuple[str, ...] | None = None
    calibration: OwnDistances | None = None
    separation: dict[Literal["assistant", "cohort", "workspace"], Separation | None] | None = None
    models: tuple[str, ...] | None = None
    tokens: TokenUsage | None = None
    cost_usd: float | None = None
    created_at: str | None = None
    vector: tuple[float, ...] | None = None
