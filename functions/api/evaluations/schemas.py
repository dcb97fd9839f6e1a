"""Request and reply models of the evaluation routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from fourfold.config.models import ModelName
from fourfold.config.request import REQUEST_KEYS
from fourfold.config.scope import Revisions
from fourfold.evaluation.ledger import CheckedClaim
from fourfold.evaluation.measures import DEFAULT_METRICS, POINTS_MARGIN
from fourfold.evaluation.models import MAX_BRIEFS, EvaluationReport, VariantRef
from fourfold.evaluation.record import EvaluationStatus, StopReason
from fourfold.problem import Problem
from fourfold.text_rules import acceptable_line
from functions.api.config.request_schema import PLACEHOLDER
from functions.api.personas.schemas import Brief

MOST_REPEATS = 5
MOST_LAST = 1000
"""Of the newest briefs: so many personas are looked at."""
# The length is inside, so that a text that is too long is said to have too many characters, and not items.
_Label = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(acceptable_line)]
_Name = Annotated[str, Field(min_length=1, max_length=160), AfterValidator(acceptable_line)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ArmRequest(_Body):
    """One side of an evaluation: the workspace's settings, changed by what is given. An empty arm is them as they are.

    `preset` comes first, then `model`, `method` and `config`.
    """

    label: Annotated[_Label | None, Field(description="Its name in the report.")] = None
    preset: Annotated[
        str | None, Field(min_length=1, max_length=80, description="A preset of models, such as `anthropic-current`.")
    ] = None
    model: Annotated[
        ModelName | None, Field(description="One model for every step, as `provider:model`, without fallbacks.")
    ] = None
    method: Annotated[
        Literal["six_steps", "naive"] | None,
        Field(description="`naive`: one call writes all layers, and the audit scores them without retries."),
    ] = None
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(PLACEHOLDER),
        Field(max_length=len(REQUEST_KEYS), description="Settings by key, as `config` of `POST /v1/personas`."),
    ] = {}


class EvaluationRequest(_Body):
    """The two sides, the briefs (exactly one of `briefs`, `last` and `set`), and what it may cost."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"b": {"method": "naive"}, "briefs": ["A shy founder, 34, in Istanbul"], "max_usd": 1},
                {"a": {"label": "now"}, "b": {"preset": "anthropic-current"}, "last": 40, "max_usd": 10},
            ]
        }
    )

    name: Annotated[_Name | None, Field(description="Its name in lists.")] = None
    a: ArmRequest = ArmRequest()
    b: ArmRequest
    briefs: Annotated[
        list[Brief] | None, Field(min_length=1, max_length=MAX_BRIEFS, description="The briefs, all different.")
    ] = None
    last: Annotated[
        int | None, Field(ge=1, le=MOST_LAST, description="The newest different briefs of the workspace, so many.")
    ] = None
    set: Annotated[
        str | None,
        Field(min_length=1, max_length=40, description="A shipped set of briefs, `standard@1`."),
    ] = None
    size: Annotated[
        int | None, Field(ge=1, le=MAX_BRIEFS, description="How many briefs of the set; all without it.")
    ] = None
    judge: Annotated[
        ModelName | None,
        Field(description="The model that judges both sides, without fallback; that of the audit if it is not given."),
    ] = None
    repeats: Annotated[int, Field(ge=1, le=MOST_REPEATS, description="Judgements of each persona.")] = 1
    preferences: Annotated[
        bool, Field(description="Also ask the judge which persona of a pair is the better one, in both orders.")
    ] = True
    metrics: Annotated[
        list[str],
        Field(
            min_length=1,
            max_length=20,
            description="The measures that the verdict rests on. Unless they are given, `reply_separation` is one of "
            "them too if the variant of a side replaces messages of scenarios.",
        ),
    ] = [*DEFAULT_METRICS]
    margin: Annotated[
        float,
        Field(gt=0, le=5, description="A difference of scores up to this many points of 5 makes none in practice."),
    ] = POINTS_MARGIN
    max_usd: Annotated[
        float,
        Field(
            gt=0,
            le=100_000,
            description="What all calls may cost together. The evaluation ends without a winner before it is passed. "
            "Calls without a known price count as nothing.",
        ),
    ]
    allow_same: Annotated[
        bool, Field(description="Allow two equal sides, to see how large differences are by chance.")
    ] = False
    dry_run: Annotated[
        bool, Field(description="Return an estimate of calls, tokens and USD; nothing is stored or spent.")
    ] = False


class EvaluationReceipt(BaseModel):
    """An evaluation in progress. Read it at `Location`; the events of its run are its progress."""

    evaluation_id: str
    run_id: str
    status: EvaluationStatus


class EvaluationArm(BaseModel):
    """One side: its frozen settings by their hash, and what of them differs from the other side, by key."""

    label: str
    method: Literal["six_steps", "single_call"]
    config_hash: str
    variant: VariantRef | None
    differs: dict[str, JsonValue]


class EvaluationSummary(BaseModel):
    """An evaluation in a list. `spent_usd` is null while it is running.

    `delete_after` is when it is deleted with its personas; null: when it is asked for.
    """

    id: str
    name: str | None
    status: EvaluationStatus
    run_id: str
    a: EvaluationArm
    b: EvaluationArm
    briefs: int
    brief_set: str | None
    judge: str
    max_usd: float
    spent_usd: float | None
    stopped: StopReason | None
    error: Problem | None
    created_at: datetime
    completed_at: datetime | None
    delete_after: datetime | None


class BriefClaims(BaseModel):
    """A brief of an evaluation with what became of its facts in the persona of either side.

    `span` of a fact is its place in `text`, in characters. A side is null where it has no written persona.
    """

    brief: int
    id: str
    text: str
    a: tuple[CheckedClaim, ...] | None
    b: tuple[CheckedClaim, ...] | None


class ClaimsPage(BaseModel):
    """A page of the claims ledger, in the order of the briefs. `next_cursor` is null at the end."""

    data: tuple[BriefClaims, ...]
    has_more: bool
    next_cursor: str | None


class EvaluationErasure(BaseModel):
    """How far a deletion is: the personas of the first `erased_briefs` briefs are deleted. Repeat the request."""

    evaluation_id: str
    erased_briefs: int
    briefs: int


class EvaluationDocument(EvaluationSummary):
    """An evaluation; `report` is null until it has ended. A failed or cancelled one reports what was observed.

    `scenarios` are those that each persona answers, because the variant of a side replaces their messages.
    """

    repeats: int
    scenarios: tuple[str, ...]
    metrics: tuple[str, ...]
    margin: float
    revisions: Revisions
    report: EvaluationReport | None


class EvaluationList(BaseModel):
    """A page of evaluations, newest first. Send `next_cursor` as `cursor` for the next page; null at the end."""

    data: tuple[EvaluationSummary, ...]
    has_more: bool
    next_cursor: str | None


EvaluationFormat = Literal["json", "markdown", "junit", "html"]
