"""Fingerprints with a variant's scenario texts: what is asked, under which version, and with what they are compared."""

from __future__ import annotations

from typing import Any

import pytest

from fourfold.config.variant import Variant
from fourfold.voice.scenarios import scenario_set, shipped_scenarios
from functions.fingerprint import handler as fingerprinting
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.scenario_speaker import RENT, Speaker

KEY = "engine.pipeline.variant"
POOR: dict[str, Any] = {"name": "poor", "texts": {"comfort.money": RENT}}
OWN_SET = scenario_set(Variant.model_validate(POOR)).version


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Speaker:
    found = Speaker()
    monkeypatch.setattr(fingerprinting, "resolve_chat", found.model)
    return found


def _commit(api: Api, *ops: dict[str, Any]) -> None:
    body = {"scope": "workspace", "ops": [{"key": KEY, **op} for op in ops]}
    assert api.call("PATCH", "/v1/config", FULL_KEY, json=body).status_code == 200


def _persona(api: Api, brief: str) -> str:
    return f"/v1/personas/{api.call('POST', '/v1/personas', FULL_KEY, json={'intent': brief}).json()['id']}"


def test_a_fingerprint_of_other_scenarios_has_a_version_of_its_own_and_is_compared_with_its_like(
    api: Api, speaker: Speaker
) -> None:
    one, other = _persona(api, "A shy founder, 34, in Istanbul"), _persona(api, "A loud retired fisherman in Hull")
    assert api.call("POST", f"{one}/fingerprint", FULL_KEY).status_code == 202
    _commit(api, {"op": "set", "value": POOR})
    assert api.call("POST", f"{other}/fingerprint", FULL_KEY).status_code == 202
    _commit(api, {"op": "unset"})
    api.do_jobs()
    asked = [scenario.text(None) for scenario in shipped_scenarios().scenarios]
    money = shipped_scenarios().find("comfort.money").text(None)
    assert [speaker.asked.count(text) for text in (money, RENT)] == [1, 1], "each job keeps the settings it began with"
    assert set(speaker.asked) == {*asked, RENT}
    summaries = [api.read(each)["fingerprint"] for each in (one, other)]
    assert [each["scenario_set"] for each in summaries] == [shipped_scenarios().version, OWN_SET]

    named = api.call("GET", f"{other}/distinctiveness", FULL_KEY, params={"baseline": one.rpartition("/")[2]})
    assert (named.status_code, named.json()["code"]) == (409, "scenarios_mismatch")
    assert api.read(f"{other}/distinctiveness")["nearest"] == []
    voices = api.read("/v1/voices")
    assert ([voice["persona_id"] for voice in voices["voices"]], voices["left_out"]) == ([other.rpartition("/")[2]], 1)
    check = api.call("POST", f"{other}/voice-check", FULL_KEY, json={"model": "offline:composer-1"})
    assert (check.status_code, check.json()["code"]) == (409, "fingerprint_outdated")
    assert KEY in check.json()["detail"]
