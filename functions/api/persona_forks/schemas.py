"""Request model of the fork route."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fourfold.layer_edits import LayerEdits
from fourfold.persona import Slug
from fourfold.text_rules import acceptable_text


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
    slug: Annotated[Slug | None, Field(description="A unique name in the workspace.", examples=["derya"])] = None
    note: Annotated[
        str | None,
        Field(min_length=1, max_length=500, description="Why; it is stored as `fork_note`."),
        AfterValidator(lambda text: text if text is None else acceptable_text(text)),
    ] = None
