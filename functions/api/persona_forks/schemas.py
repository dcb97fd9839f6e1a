"""Request model of the fork route."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fourfold.caller_metadata import CallerMetadata
from fourfold.layer_edits import LayerEdits
from fourfold.persona import Language, Slug
from fourfold.text_rules import acceptable_text
from functions.api.personas.schemas import RefineRequest


class ForkRequest(BaseModel):
    """What a fork changes of its parent."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={
            "examples": [{"edits": {"surface": {"name": "Derya Aksoy"}}, "slug": "derya", "note": "For a demo."}]
        },
    )

    edits: Annotated[
        LayerEdits,
        Field(default_factory=LayerEdits, description="Fields of the layers to change, as in `PATCH`."),
    ]
    accept_violations: Annotated[bool, Field(description="Store edits that break constraints.")] = False
    language: Annotated[
        Language | None,
        Field(
            description="BCP 47. If it is another language than the parent's, the lines and words of the mask are "
            "written in it by a run, and all else stays.",
            examples=["de"],
        ),
    ] = None
    refine: Annotated[
        RefineRequest | None, Field(description="Moves a layer of the fork along an axis, as in `regenerate`.")
    ] = None
    slug: Annotated[Slug | None, Field(description="A unique name in the workspace.", examples=["derya"])] = None
    metadata: Annotated[
        CallerMetadata,
        Field(default_factory=dict, description="Strings of the fork; those of the parent are not copied."),
    ]
    note: Annotated[
        str | None,
        Field(min_length=1, max_length=500, description="Why; it is stored as `fork_note`."),
        AfterValidator(lambda text: text if text is None else acceptable_text(text)),
    ] = None
