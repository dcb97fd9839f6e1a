"""`metadata`: strings that a caller attaches to a persona or a session, to find it by its own ids and labels."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from fourfold.text_rules import acceptable_text

MAX_ENTRIES = 16
MAX_NAME_CHARACTERS = 40
MAX_VALUE_CHARACTERS = 500

MetadataName = Annotated[str, StringConstraints(pattern=rf"^[A-Za-z0-9_.-]{{1,{MAX_NAME_CHARACTERS}}}$")]
_Value = Annotated[str, Field(min_length=1, max_length=MAX_VALUE_CHARACTERS), AfterValidator(acceptable_text)]


def _no_other_names(schema: dict[str, Any]) -> None:
    """Turns `patternProperties`, which allow all other names too, into a map whose names all have the pattern."""
    [(pattern, value)] = schema.pop("patternProperties").items()
    schema |= {"propertyNames": {"pattern": pattern}, "additionalProperties": value}


CallerMetadata = Annotated[dict[MetadataName, _Value], Field(max_length=MAX_ENTRIES, json_schema_extra=_no_other_names)]
