"""The samples of the API function's input: REST proxy events, entered as the Lambda Web Adapter enters them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.api.conftest import Api

SAMPLES = Path(__file__).parents[3] / "events" / "functions" / "api"
EXPECTED = {
    "create_persona": 201,
    "create_persona_async": 202,
    "create_persona_custom_domain": 202,
    "list_personas": 200,
    "health": 200,
    # Of a persona that is not there: they reach their route and pass its checks.
    "change_persona": 404,
    "delete_persona": 404,
    "list_versions": 404,
    "regenerate_persona": 404,
    "read_voice": 404,
    "export_persona": 404,
    "import_persona": 422,
}


def test_every_sample_is_expected() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_gets_its_answer(api: Api, name: str) -> None:
    event = json.loads((SAMPLES / f"{name}.json").read_text())
    # The adapter replays method, path, query, headers, context and body; the key is the fixture's own.
    own = {"host", "authorization"}
    headers = {header: value for header, value in event["headers"].items() if header.lower() not in own}
    headers["x-amzn-request-context"] = json.dumps(event["requestContext"])
    api.machine.hold.set()
    reply = api.call(
        event["httpMethod"],
        event["path"],
        params=event["queryStringParameters"],
        headers=headers,
        content=event["body"],
    )
    assert reply.status_code == EXPECTED[name]
