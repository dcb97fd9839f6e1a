"""`metadata`: strings that a caller attaches to a persona or a session, to find it by its own ids and labels."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from fourfold.json_maps import no_other_names
from fourfold.text_rules import acceptable_text

MAX_ENTRIES = 16
MAX_NAME_CHARACTERS = 40
MAX_VALUE_CHARACTERS = 500

MetadataName = Annotated[str, StringConstraints(pattern=rf"^[A-Za-z0-9_.-]{{1,{MAX_NAME_CHARACTERS}}}$")]
_Value = Annotated[str, Field(min_length=1, max_length=MAX_VALUE_CHARACTERS), AfterValidator(acceptable_text)]

CallerMetadata = Annotated[dict[MetadataName, _Value], Field(max_length=MAX_ENTRIES, json_schema_extra=no_other_names)]
