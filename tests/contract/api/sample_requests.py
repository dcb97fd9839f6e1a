"""A right request for any route: the example that its description gives."""

from __future__ import annotations

from typing import Any

from fourfold.cards.portrait import portrait
from functions.api.openapi.operations import Operation
from tests.contract.api.conftest import Api
from tests.contract.api.described import resolved


def sample_request(api: Api, operation: Operation) -> dict[str, Any]:
    """What httpx needs to send the route's own examples: its body, and what its query must hold."""
    description = api.app.openapi()
    described = description["paths"].get(operation.path, {}).get(operation.method.lower(), {})
    parameters = [resolved(description, each) for each in described.get("parameters", [])]
    needed = [each for each in parameters if each["in"] == "query" and each["required"]]
    return {**sample_body(api, operation), "params": {each["name"]: each["schema"]["examples"][0] for each in needed}}


def sample_body(api: Api, operation: Operation) -> dict[str, Any]:
    description = api.app.openapi()
    found = description["paths"].get(operation.path, {}).get(operation.method.lower(), {}).get("requestBody")
    if found is None:
        return {}
    media = found["content"].get("application/json")
    if media is None:
        media_type = next(iter(found["content"]))
        content = portrait("per_x") if media_type == "image/png" else b"x"
        return {"content": content, "headers": {"Content-Type": media_type}}
    if "example" in media:
        return {"json": media["example"]}
    schema = description["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]
    return {"json": schema["examples"][0]}
