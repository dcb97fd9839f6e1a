"""openapi.json is valid OpenAPI 3.1, and complete: whoever reads it alone can use the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.envelope import EventData
from functions.api.openapi.problems import CATALOGUE
from tests.contract.api.served import description

DESCRIPTION = description()
SCHEMAS: dict[str, Any] = DESCRIPTION["components"]["schemas"]
PROBLEM = "application/problem+json"
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    _, _, section, name = part["$ref"].split("/")
    found: dict[str, Any] = DESCRIPTION["components"][section][name]
    return found


def replies(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for status, reply in operation["responses"].items():
        for media_type, media in resolved(reply).get("content", {}).items():
            yield status, media_type, media


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [resolved(parameter) for parameter in operation.get("parameters", [])]


def assert_fits(schema: dict[str, Any], example: object) -> None:
    whole = {**schema, "components": DESCRIPTION["components"]}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(example)


def test_it_is_valid_openapi() -> None:
    assert DESCRIPTION["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(DESCRIPTION).iter_errors()) == []


def test_it_says_where_how_and_about_what() -> None:
    assert DESCRIPTION["servers"]
    assert DESCRIPTION["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    described = {tag["name"] for tag in DESCRIPTION["tags"] if tag["description"]}
    assert {tag for operation in OPERATIONS.values() for tag in operation["tags"]} <= described


def test_names_of_operations_are_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))


@every_operation
def test_an_operation_is_described_and_says_who_may_use_it(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    for parameter in parameters(operation):
        assert parameter.get("description") or parameter["in"] == "path", parameter["name"]
    assert operation["security"] == [] or len(operation["security"][0]["ApiKey"]) == 1


@every_operation
def test_what_can_be_sent_has_an_example_that_fits(operation: dict[str, Any]) -> None:
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        if not media_type.endswith("json"):
            continue
        shown = [media["example"]] if "example" in media else resolved(media["schema"]).get("examples", [])
        assert shown, media_type
        for example in shown:
            assert_fits(media["schema"], example)


@every_operation
def test_every_answer_has_an_example_that_fits(operation: dict[str, Any]) -> None:
    for status, media_type, media in replies(operation):
        shown = [
            DESCRIPTION["components"]["examples"][kept["$ref"].rpartition("/")[2]]["value"]
            for kept in media.get("examples", {}).values()
        ]
        shown += [media["example"]] if "example" in media else []
        shown += resolved(media["schema"]).get("examples", [])
        assert shown or not media_type.endswith("json"), (status, media_type)
        for example in shown:
            assert_fits(media["schema"], example)


@every_operation
def test_every_problem_is_one_schema_and_names_its_codes(operation: dict[str, Any]) -> None:
    for status, kept in operation["responses"].items():
        if int(status) < 400:
            continue
        reply = resolved(kept)
        if operation["tags"] == ["openai"]:
            assert reply["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/OpenAIError"}
            continue
        assert set(reply["content"]) == {PROBLEM}, status
        assert reply["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/Problem"}
        examples = reply["content"][PROBLEM]["examples"]
        assert examples
        assert all(CATALOGUE[code].status == int(status) for code in examples)
        assert all(shown["$ref"].rpartition("/")[2] == code for code, shown in examples.items())
        assert "Retry-After" in reply["headers"] or status not in {"429", "503"}


@every_operation
def test_every_answer_names_its_request(operation: dict[str, Any]) -> None:
    for status, kept in operation["responses"].items():
        reply = resolved(kept)
        assert reply["description"]
        assert "Request-Id" in reply["headers"]
        assert ("RateLimit" in reply["headers"]) == (operation["security"] != [] and status != "401")


def test_no_problem_is_known_that_nothing_answers_with() -> None:
    listed = {
        code
        for operation in OPERATIONS.values()
        for status, _, media in replies(operation)
        if int(status) >= 400
        for code in media.get("examples", ())
    }
    assert listed == set(CATALOGUE)


@every_operation
def test_a_stream_is_no_alternative_to_a_json_answer(operation: dict[str, Any]) -> None:
    """@hey-api/openapi-ts drops the JSON of an operation that also has a stream."""
    media_types = [media_type for _, media_type, _ in replies(operation)]
    if "requestBody" in operation:
        assert "text/event-stream" not in media_types
    asked = resolved(operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}))
    assert ("stream" in asked.get("properties", {})) == ("x-event-stream" in operation)


@every_operation
def test_swagger_ui_sends_nothing_that_makes_a_second_try_fail(operation: dict[str, Any]) -> None:
    """Swagger UI fills in every parameter that has an example, an Idempotency-Key too, and sends it again."""
    for parameter in parameters(operation):
        if parameter["in"] == "header":
            assert not {"example", "examples", "default"} & {*parameter, *parameter["schema"]}


def test_bodies_can_be_written_without_their_optional_fields() -> None:
    """openapi-typescript makes a field with a default required."""
    assert [
        (name, field)
        for name, schema in SCHEMAS.items()
        for field, described in schema.get("properties", {}).items()
        if "default" in described
    ] == []


@pytest.mark.parametrize(
    ("name", "body"),
    [("SnapshotRequest", {"label": "before"}), ("ConfigPatch", {"ops": [{"op": "unset", "key": "engine.voice.x"}]})],
)
def test_a_persona_is_named_with_its_scope_and_with_no_other(name: str, body: dict[str, Any]) -> None:
    persona = {"persona_id": "per_01kaqf0c5v3y9m2t8z4n6r1w7b"}
    for fit in ({}, {"scope": "org"}, {"scope": "org", "persona_id": None}, {"scope": "persona", **persona}):
        assert_fits(SCHEMAS[name], body | fit)
    for refused in (
        {"scope": "persona"},
        {"scope": "persona", "persona_id": None},
        persona,
        {"scope": "org", **persona},
    ):
        with pytest.raises(ValidationError):
            assert_fits(SCHEMAS[name], body | refused)


@pytest.mark.parametrize("body", ["PersonaRequest", "PersonaPatch", "ForkRequest", "SessionPatch"])
def test_metadata_whose_names_are_refused_does_not_fit(body: str) -> None:
    schema = SCHEMAS[body]["properties"]["metadata"]
    assert_fits(schema, {"ticket": "A-17"})
    for refused in ({"a b": "A-17"}, {"": "A-17"}, {"x" * 41: "A-17"}, {"ticket": 17}):
        with pytest.raises(ValidationError):
            assert_fits(schema, refused)


@pytest.mark.parametrize("body", ["Variant", "RequestSettings"])
def test_a_variant_with_a_text_of_an_unknown_name_does_not_fit(body: str) -> None:
    of_body = SCHEMAS[body]["properties"]
    schema = of_body["texts"] if body == "Variant" else of_body["engine.pipeline.variant"]["properties"]["texts"]
    assert_fits(schema, {"audit": "Be fair.", "comfort.money": "The rent is due."})
    for refused in ({"comfort.weather": "It rains."}, {"system": "Obey."}, {"audit": ""}):
        with pytest.raises(ValidationError):
            assert_fits(schema, refused)


def test_names_of_operations_are_verbs_and_nouns() -> None:
    for operation in OPERATIONS.values():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"])


@pytest.mark.parametrize("event", EVENT_TYPES, ids=lambda event: event.detail_type)
def test_every_event_is_described_as_a_webhook(event: type[EventData]) -> None:
    sample = json.loads(Path(f"events/bus/{event.detail_type}.json").read_text(encoding="utf-8"))
    metadata, data = sample["detail"]["metadata"], sample["detail"]["data"]
    webhook = DESCRIPTION["webhooks"][event.detail_type]["post"]
    delivered = {"type": event.detail_type, "timestamp": metadata["occurred_at"], "data": data}
    schema = webhook["requestBody"]["content"]["application/json"]["schema"]
    assert_fits(schema, delivered)
    with pytest.raises(ValidationError):
        assert_fits(schema, {**delivered, "type": "persona.eaten"})


def test_schemas_have_names_fit_for_code() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in SCHEMAS)


def enums_in(schema: dict[str, Any]) -> bool:
    """Whether the schema is an enumeration, or has one as an alternative or an item."""
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *([schema["items"]] if "items" in schema else [])]
    return "enum" in schema or any(map(enums_in, parts))


def test_no_schema_has_the_name_that_generators_give_to_the_values_of_a_field() -> None:
    """openapi-python-client names the values of SessionDrift.state SessionDriftState, and drops what clashes."""
    given = {
        name + "".join(word.capitalize() for word in field.split("_"))
        for name, schema in SCHEMAS.items()
        for field, described in schema.get("properties", {}).items()
        if enums_in(described)
    }
    assert given & SCHEMAS.keys() == set()
