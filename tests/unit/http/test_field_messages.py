"""Validation errors reach the caller as sentences of the API, not as pydantic's own, and without the value sent."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from fourfold.http.problems import field_errors, rejected


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"


class Square(BaseModel):
    kind: Literal["square"] = "square"


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=5, pattern="^[a-z]*$")] = "a"
    count: Annotated[int, Field(ge=1, le=3)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    settings: dict[str, int] = {}
    size: Literal["small", "large"] = "small"
    shape: Annotated[Circle | Square, Field(discriminator="kind")] = Circle()
    at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Body:
        if self.count == 2 and self.size == "large":
            raise ValueError("give either count or size")
        return self


SECRET = "s3cret-value"


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({"name": ""}, "string_too_short", "Must have at least 1 character."),
        ({"name": "aaaaaa"}, "string_too_long", "Must have at most 5 characters."),
        ({"name": "A"}, "string_pattern_mismatch", "Must match the pattern '^[a-z]*$'."),
        ({"name": 3}, "wrong_type", "Must be a string."),
        ({"count": 0}, "greater_than_equal", "Must be greater than or equal to 1."),
        ({"count": SECRET}, "int_parsing", "Must be an integer."),
        ({"share": SECRET}, "float_parsing", "Must be a number."),
        ({"share": 2}, "less_than", "Must be less than 1."),
        ({"items": []}, "too_short", "Must have at least 1 item, not 0."),
        ({"items": SECRET}, "list_type", "Must be a JSON array."),
        ({"settings": SECRET}, "dict_type", "Must be a JSON object."),
        ({"size": SECRET}, "literal_error", "Must be 'small' or 'large'."),
        ({"shape": {"kind": SECRET}}, "union_tag_invalid", "kind must be one of 'circle', 'square'."),
        ({"shape": {}}, "union_tag_not_found", "kind is required."),
        (
            {"at": SECRET},
            "datetime_from_date_parsing",
            "Must be an RFC 3339 date-time, such as 2026-11-23T09:00:00Z.",
        ),
        ({"at": "2026-11-23T09:00:00"}, "timezone_aware", "Must have a time zone, such as Z or +02:00."),
        ({"other": 1}, "unknown_field", "This field does not exist."),
        ({"count": 2, "size": "large"}, "value_error", "Give either count or size."),
    ],
)
def test_a_validation_error_is_a_sentence(body: dict[str, Any], code: str, detail: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Body.model_validate(body)
    [error] = field_errors(raised.value.errors(), "body")
    assert (error.code, error.detail) == (code, detail)
    assert SECRET not in error.detail


def test_the_detail_of_a_problem_names_fields_as_people_write_them() -> None:
    with pytest.raises(ValidationError) as raised:
        Body.model_validate({"items": [1, "x"], "name": ""})
    answer = rejected(field_errors(raised.value.errors(), "body")).problem
    assert answer.detail == "name: Must have at least 1 character. items[1]: Must be an integer."
    assert [error.pointer for error in answer.errors] == ["/name", "/items/1"]
