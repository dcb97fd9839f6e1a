"""The portable schema: strict decoders take it, and it admits what the models admit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fourfold.models.schema import portable_schema
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.soul_draft import SoulDraft
from tests.builders import ALL_STEPS, GOOD_ANSWERS, MASK, SELF, SOUL, SURFACE

# OpenAI's guide to structured outputs, "Supported schemas", and Google's list of JSON Schema keywords, put together.
KEYWORDS = {
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "items",
    "maximum",
    "maxItems",
    "minimum",
    "minItems",
    "properties",
    "required",
    "type",
}
each_answer = pytest.mark.parametrize("step", [*ALL_STEPS, SINGLE_CALL], ids=lambda step: step.name)


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a schema."""
    yield node
    for part in (*node.get("properties", {}).values(), *node.get("$defs", {}).values(), *node.get("anyOf", [])):
        yield from schemas(part)
    if "items" in node:
        yield from schemas(node["items"])


@each_answer
def test_only_keywords_that_strict_decoding_knows_are_used(step: Any) -> None:
    for schema in schemas(portable_schema(step.output_type)):
        assert set(schema) <= KEYWORDS


@each_answer
def test_every_object_is_closed_and_all_of_it_required(step: Any) -> None:
    objects = [schema for schema in schemas(portable_schema(step.output_type)) if schema.get("type") == "object"]
    assert objects
    for schema in objects:
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])


@each_answer
def test_a_good_answer_written_out_in_full_fits(step: Any) -> None:
    together = {"language": "tr", "locale": "tr-TR", **SOUL, **SELF, **MASK, **SURFACE}
    known = {name: together[name] for name in ("language", "locale", "soul", "self", "mask", "surface")}
    answer = step.output_type.model_validate(GOOD_ANSWERS.get(step.output_type, known))
    Draft202012Validator(portable_schema(step.output_type)).validate(answer.model_dump(mode="json"))


def test_bounds_that_are_dropped_are_told_in_words() -> None:
    described = str(portable_schema(SoulDraft))
    assert "at most 800 characters" in described
    assert "at least 1 characters" not in described
