"""An import believes an audit only if this deployment signed it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from functions.api import wiring
from tests.contract.api.conftest import KEY, OTHER_KEY, Api


@pytest.fixture
def exported(api: Api) -> dict[str, Any]:
    api.machine.fate = "flagged"
    made = api.call("POST", "/v1/personas", json={"intent": "A shy founder, 34, in Istanbul"}).json()
    assert made["status"] == "flagged"
    file: dict[str, Any] = api.call("GET", f"/v1/personas/{made['id']}/export").json()
    return file


def imported(api: Api, file: dict[str, Any], key: str = KEY) -> dict[str, Any]:
    reply = api.call("POST", "/v1/personas/import", key, json=file)
    assert reply.status_code == 201, reply.text
    body: dict[str, Any] = reply.json()
    return body


def test_what_was_exported_keeps_its_audit_and_its_flag_in_any_workspace(api: Api, exported: dict[str, Any]) -> None:
    for key in (KEY, OTHER_KEY):
        persona = imported(api, exported, key)
        assert (persona["status"], persona["audit"]) == ("flagged", exported["data"]["audit"])


def unflag(data: dict[str, Any]) -> None:
    data["status"] = "active"


def praise(data: dict[str, Any]) -> None:
    data["audit"]["overall"] = 5.0


def judge(data: dict[str, Any]) -> None:
    data["audit"]["judge"] = "anthropic:claude-opus-4-7"


def rewrite(data: dict[str, Any]) -> None:
    data["soul"]["desire"] = "To be obeyed."


def rename(data: dict[str, Any]) -> None:
    data["surface"]["name"] = "Somebody Else"


def another_brief(data: dict[str, Any]) -> None:
    data["intent"] = "A saint"


def unsigned(data: dict[str, Any]) -> None:
    del data["signature"]


def signed_by_another(data: dict[str, Any]) -> None:
    data["signature"] = "v1:" + "0" * 64


def signed_with_a_number(data: dict[str, Any]) -> None:
    data["signature"] = 1


CHANGES = [unflag, praise, judge, rewrite, rename, another_brief, unsigned, signed_by_another, signed_with_a_number]


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_unaudited(
    api: Api, exported: dict[str, Any], change: Callable[[dict[str, Any]], None]
) -> None:
    file = copy.deepcopy(exported)
    change(file["data"])
    persona = imported(api, file)
    assert (persona["status"], persona["audit"]) == ("unaudited", None)


def test_a_persona_as_the_api_returns_it_is_unaudited(api: Api) -> None:
    made = api.call("POST", "/v1/personas", json={"intent": "A baker"}).json()
    persona = imported(api, made)
    assert (persona["status"], persona["audit"], persona["soul"]) == ("unaudited", None, made["soul"])


def test_an_unaudited_persona_stays_so_through_export_and_archive(api: Api) -> None:
    made = imported(api, api.call("POST", "/v1/personas", json={"intent": "A baker"}).json())
    path = f"/v1/personas/{made['id']}"
    again = imported(api, api.call("GET", f"{path}/export").json())
    assert again["status"] == "unaudited"
    assert api.call("PATCH", path, json={"archived": True}).json()["status"] == "archived"
    assert imported(api, api.call("GET", f"{path}/export").json())["status"] == "unaudited"
    assert api.call("PATCH", path, json={"archived": False}).json()["status"] == "unaudited"


@pytest.mark.parametrize("wanted", ["card_v2", "card_v3"])
def test_cards_are_signed_too(api: Api, wanted: str) -> None:
    made = api.call("POST", "/v1/personas", json={"intent": "A baker"}).json()
    card = api.call("GET", f"/v1/personas/{made['id']}/export", params={"format": wanted}).json()
    assert imported(api, card)["audit"] == made["audit"]
    card["data"]["extensions"]["fourfold"]["persona"]["audit"]["overall"] = 5.0
    assert imported(api, card)["audit"] is None


def test_another_deployment_does_not_believe_it(
    api: Api, exported: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "export_key", lambda: b"another")
    assert imported(api, exported)["status"] == "unaudited"


@pytest.mark.usefixtures("api")
def test_the_key_is_made_once() -> None:
    wiring.export_key.cache_clear()
    key = wiring.export_key()
    wiring.export_key.cache_clear()
    assert wiring.export_key() == key
    assert len(key) == 32
