"""POST /v1/personas: the persona, a receipt, or the reason why not."""

from __future__ import annotations

import pytest

from tests.contract.api.conftest import Api, Fate

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


def test_waits_and_answers_with_the_persona(api: Api) -> None:
    reply = api.call("POST", "/v1/personas", json=BRIEF)
    persona = reply.json()
    assert reply.status_code == 201
    assert reply.headers["location"] == f"/v1/personas/{persona['id']}"
    assert persona["status"] == "active"
    assert persona["self"]["big_five"]["extraversion"] == 0.25
    assert api.call("GET", reply.headers["location"]).json() == persona
