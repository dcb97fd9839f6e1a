"""The base of every document, and the types of its texts."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from fourfold.text_rules import on_one_line

# Line breaks and tabs in a line become spaces, from every source: a name must not add a line to a prompt or a table.
Line = Annotated[
    str, BeforeValidator(on_one_line), StringConstraints(strip_whitespace=True, min_length=1, max_length=160)
]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=800)]
_LANGUAGE_TAG: Final = re.compile(
    r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?:-[a-z0-9]{1,8})*", re.IGNORECASE
)


def _language_tag(tag: object) -> object:
    """Language, script and region of a BCP 47 tag or a POSIX locale (`pt_BR.UTF-8`), in the tag's usual case."""
    if not isinstance(tag, str):
        return tag
    parts = _LANGUAGE_TAG.fullmatch(tag.strip().partition(".")[0].replace("_", "-"))
    if parts is None:
        return tag
    language, script, region = parts.groups(default="")
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)


LANGUAGE_PATTERN: Final = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
Language = Annotated[
    str,
    StringConstraints(pattern=LANGUAGE_PATTERN),
    BeforeValidator(_language_tag),
]

MAX_SEED: Final = 2**31 - 1
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]

# A DNS label, so that it fits in any URL. It is never an id, because ids contain an underscore.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]

INTENT_MAX_CHARACTERS = 4000


class Document(BaseModel):
    """Base of every document: immutable; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)
