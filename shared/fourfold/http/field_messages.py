"""Codes, sentences and field names for validation errors: pydantic's own wording does not reach the caller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_DATE_TIME: Final = "Must be an RFC 3339 date-time, such as 2026-11-23T09:00:00Z."
_INTEGER: Final = "Must be an integer."
_NUMBER: Final = "Must be a number."
_BOOLEAN: Final = "Must be true or false."
_ARRAY: Final = "Must be a JSON array."
_OBJECT: Final = "Must be a JSON object."

# pydantic's error type -> code and sentence. A type that is not listed is its own code.
_KNOWN: Final = {
    "missing": ("required", "This field is required."),
    "extra_forbidden": ("unknown_field", "This field does not exist."),
    "string_type": ("wrong_type", "Must be a string."),
    "bool_type": ("wrong_type", _BOOLEAN),
    "model_type": ("wrong_type", _OBJECT),
    "string_unicode": ("invalid_unicode", "Contains a lone surrogate, which UTF-8 cannot encode."),
}
_SENTENCES: Final = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _INTEGER),
    **dict.fromkeys(("float_type", "float_parsing"), _NUMBER),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), _ARRAY),
    **dict.fromkeys(("dict_type", "model_attributes_type", "dataclass_type", "mapping_type"), _OBJECT),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_from_date_parsing"), _DATE_TIME),
    "bool_parsing": _BOOLEAN,
    "finite_number": "Must be a finite number.",
    "timezone_aware": "Must have a time zone, such as Z or +02:00.",
}
_SUBJECT = re.compile(r"^(?:Input|String|List|Tuple|Set|Frozenset|Dictionary|Value) should ")
_VALUE_ERROR = re.compile(r"^(?:Value error|Assertion failed), ")


def code_and_detail(error: Mapping[str, Any]) -> tuple[str, str]:
    """The stable code of a validation error, and what the field must be, as a sentence without the offending value.

    Args:
        error: an item of `ValidationError.errors()`.
    """
    kind, message = error["type"], error["msg"]
    if kind in _KNOWN:
        return _KNOWN[kind]
    if kind in _SENTENCES:
        return kind, _SENTENCES[kind]
    if kind == "union_tag_invalid":
        # From the end: the message quotes the caller's value at its beginning.
        head, _, tags = message.rpartition(" does not match any of the expected tags: ")
        return kind, f"{_quoted(head.rpartition(' found using ')[2])} must be one of {tags}."
    if kind == "union_tag_not_found":
        return kind, f"{_quoted(message.rpartition(' discriminator ')[2])} is required."
    sentence = _VALUE_ERROR.sub("", _SUBJECT.sub("Must ", message)).replace(" after validation", "")
    sentence = sentence.replace("Must match pattern '", "Must match the pattern '")
    return kind, f"{sentence[:1].upper()}{sentence[1:]}."


def field_name(pointer: str) -> str:
    """A pointer as it reads in a sentence: `/ops/0/value` as `ops[0].value`, an empty one as `The request body`."""
    if not pointer.startswith("/"):
        return pointer or "The request body"
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    return "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in parts).removeprefix(".")


def _quoted(discriminator: str) -> str:
    """The name of a discriminator field, which pydantic writes in quotes."""
    return discriminator.strip("'")
