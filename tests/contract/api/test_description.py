"""openapi.json is valid OpenAPI 3.1, and complete: whoever reads it alone can use the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from functions.api.app import create_app
from functions.api.openapi.problems import CATALOGUE

DESCRIPTION: dict[str, Any] = create_app().openapi()
SCHEMAS: dict[str, Any] = DESCRIPTION["components"]["schemas"]
PROBLEM = "application/problem+json"
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def replies(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for status, reply in operation["responses"].items():
        for media_type, media in reply.get("content", {}).items():
            yield status, media_type, media


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
    for parameter in operation.get("parameters", []):
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
def test_every_problem_names_its_codes(operation: dict[str, Any]) -> None:
    for status, reply in operation["responses"].items():
        if int(status) < 400:
            continue
        assert set(reply["content"]) == {PROBLEM}, status
        codes = reply["content"][PROBLEM]["schema"]["allOf"][1]["properties"]["code"]["enum"]
        assert codes
        assert all(CATALOGUE[code].status == int(status) for code in codes)
        examples = reply["content"][PROBLEM]["examples"]
        assert {code: shown["$ref"].rpartition("/")[2] for code, shown in examples.items()} == {
            code: code for code in codes
        }
        assert "Retry-After" in reply["headers"] or status not in {"429", "503"}


@every_operation
def test_every_answer_names_its_request(operation: dict[str, Any]) -> None:
    for status, reply in operation["responses"].items():
        assert reply["description"]
        assert "Request-Id" in reply["headers"]
        assert ("RateLimit" in reply["headers"]) == (operation["security"] != [] and status != "401")


def test_no_problem_is_known_that_nothing_answers_with() -> None:
    listed = {
        code
        for operation in OPERATIONS.values()
        for status, _, media in replies(operation)
        if int(status) >= 400
        for code in media["schema"]["allOf"][1]["properties"]["code"]["enum"]
    }
    assert listed == set(CATALOGUE)


def test_schemas_have_names_fit_for_code() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in SCHEMAS)
