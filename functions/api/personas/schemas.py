"""Request and reply models of the persona routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from fourfold.caller_metadata import CallerMetadata
from fourfold.config.request import REQUEST_KEYS
from fourfold.ids import BatchId, PersonaId, RunId
from fourfold.layer_edits import LayerEdits
from fourfold.persona import INTENT_MAX_CHARACTERS, Language, Persona, Seed, Slug
from fourfold.text_rules import acceptable_text
from functions.api.config.request_schema import PLACEHOLDER

Brief = Annotated[
    str,
    Field(
        min_length=1,
        max_length=INTENT_MAX_CHARACTERS,
        description="The brief, in any language. It is stored unchanged. Control characters other than tab and line "
        "breaks are not allowed.",
    ),
    AfterValidator(acceptable_text),
]


MAX_COUNT = 20


class PersonaRequest(BaseModel):
    """A brief to generate a persona from."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"intent": "A shy founder, 34, in Istanbul"}]},
    )

    intent: Brief
    language: Annotated[
        Language | None,
        Field(
            description="The language that the persona speaks (BCP 47), wherever it lives. Without it the persona "
            "speaks the language of the brief, unless the brief says otherwise.",
            examples=["en-GB"],
        ),
    ] = None
    seed: Annotated[
        Seed | None,
        Field(
            description="The same brief with another seed gives another person. Without it one is chosen at random; "
            "`seed` of the persona and of its run is the one that was used. The offline composer repeats a person "
            "exactly, a model does not. With `count` the people have this seed and the ones after it.",
            examples=[7],
        ),
    ] = None
    count: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_COUNT,
            description="How many different people of the brief to generate, each in a run of its own. Above 1 the "
            "reply is 202 with the list of the runs, at once; `slug` and `stream` are then not allowed.",
        ),
    ] = 1
    slug: Annotated[Slug | None, Field(description="A unique name in the workspace.", examples=["deniz"])] = None
    visibility: Annotated[
        Literal["private", "workspace", "public"],
        Field(description="The intended audience. It is a label only: personas are never shared between workspaces."),
    ] = "workspace"
    metadata: Annotated[
        CallerMetadata,
        Field(description="Strings of your own, such as a ticket. Events and webhooks of the persona carry them."),
    ] = {}
    stream: Annotated[bool, Field(description="Return the run's events as `text/event-stream`.")] = False
    dry_run: Annotated[
        bool, Field(description="Return an estimate of calls, tokens and USD; nothing is stored or spent.")
    ] = False
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(PLACEHOLDER),
        Field(
            max_length=len(REQUEST_KEYS),
            description="Settings for this run only, by key, such as "
            '`{"engine.pipeline.soul_draft.model": "openai:gpt-6.1-sol"}`. With `engine.pipeline.method` '
            "`single_call`, all layers are generated in one call, for comparison.",
        ),
    ] = {}


class BatchRun(BaseModel):
    """A run of a batch. `status` is `failed` if it could not be started; its problem is in the run."""

    run_id: RunId
    persona_id: PersonaId
    seed: Seed
    status: Literal["running", "completed", "failed"]


class BatchReceipt(BaseModel):
    """The runs of a request with `count`. Read or follow each, or all of them over the WebSocket of `/v1/progress`."""

    batch_id: BatchId
    runs: tuple[BatchRun, ...]


class PersonaList(BaseModel):
    """A page of personas, newest first. Send `next_cursor` as `cursor` to get the next page; it is null at the end."""

    data: tuple[Persona, ...]
    has_more: bool
    next_cursor: str | None


ChangeReason = Annotated[
    str,
    Field(min_length=1, max_length=500, description="Why; it is stored with the version.", examples=["A typo."]),
    AfterValidator(acceptable_text),
]

FirstStep = Literal["intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit"]


class PersonaPatch(BaseModel):
    """The fields to change; omitted fields keep their values."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"slug": "deniz"}, {"layers": {"surface": {"name": "Derya Aksoy"}}}]},
    )

    layers: Annotated[
        LayerEdits,
        Field(
            default_factory=LayerEdits,
            description="Fields of the layers to change. They are checked against the constraint chain; no model is "
            "called, and `audit.stale` becomes true.",
        ),
    ]
    accept_violations: Annotated[
        bool, Field(description="Store edits that break constraints; the version records the violations.")
    ] = False
    reason: ChangeReason | None = None
    slug: Annotated[
        Slug | None, Field(description="A unique name in the workspace; null removes it.", examples=["deniz"])
    ] = None
    visibility: Annotated[
        Literal["private", "workspace", "public"],
        Field(description="The intended audience. It is a label only: personas are never shared between workspaces."),
    ] = "workspace"
    archived: Annotated[bool, Field(description="True archives the persona; false restores it.")] = False
    metadata: Annotated[
        CallerMetadata,
        Field(description="Strings of your own, such as a ticket. They replace the earlier ones; `{}` removes all."),
    ] = {}


Keep = Annotated[
    list[Annotated[str, Field(max_length=60)]],
    Field(
        max_length=40,
        description="Layers and fields that stay as they are, whatever their place: `mask`, `surface.name`, "
        "`self.big_five.openness`.",
        examples=[["mask", "surface.name"]],
    ),
]


class RefineRequest(BaseModel):
    """A move of a layer's tone along an axis."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"layer": "mask", "axis": "warmth", "amount": 0.4}]},
    )

    layer: Annotated[
        Literal["soul", "self", "mask", "surface"],
        Field(description="`soul` (warmth, gravity, intensity) or `mask` (all four axes); others have no tone."),
    ]
    axis: Annotated[
        Literal["warmth", "gravity", "intensity", "irony", "darker", "warmer", "more_authoritative"],
        Field(
            description="`darker` is gravity, `warmer` is warmth, and `more_authoritative` is intensity, upwards.",
        ),
    ]
    amount: Annotated[
        float,
        Field(ge=-1.0, le=1.0, description="How far, not 0. Below 0 an axis is moved towards its lower end."),
    ] = 0.5


class RegenerationRequest(BaseModel):
    """What to write again, and what stays."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"from": "mask_build"}, {"from": "soul_draft", "keep": ["surface.name"]}]},
    )

    from_: Annotated[
        FirstStep | None,
        Field(
            alias="from",
            description="The first step to run. The layers of earlier steps are kept. Without it, `refine` writes "
            "its layer alone.",
        ),
    ] = None
    refine: Annotated[
        RefineRequest | None,
        Field(description="Moves a layer along an axis. `refined` of the persona is how far it moved, as measured."),
    ] = None
    keep: Keep = []
    edits: Annotated[
        LayerEdits,
        Field(
            default_factory=LayerEdits,
            description="Fields of the layers to change before the run, as in `PATCH`. The run keeps them as edited.",
        ),
    ]
    accept_violations: Annotated[bool, Field(description="Let edits break constraints.")] = False
    dry_run: Annotated[
        bool, Field(description="Start nothing; return the steps, the models and what they would cost.")
    ] = False
    stream: Annotated[bool, Field(description="Return the run's events as `text/event-stream`.")] = False
    reason: ChangeReason | None = None
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(PLACEHOLDER),
        Field(max_length=len(REQUEST_KEYS), description="Settings for this run only, as in `POST /v1/personas`."),
    ] = {}


class ParseRequest(BaseModel):
    """A brief to parse."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"intent": "A shy founder, 34, in Istanbul"}]},
    )

    intent: Brief
    config: Annotated[
        dict[str, JsonValue],
        WithJsonSchema(PLACEHOLDER),
        Field(
            max_length=len(REQUEST_KEYS), description="Settings for this call only: `engine.pipeline.intent_parse.*`."
        ),
    ] = {}
