"""How distinct a voice is: compared with the assistant, with another persona, and without any other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.api.conftest import FULL_KEY, OTHER_KEY, Api
from tests.contract.api.made_once import made_once

BRIEFS = ("A shy founder, 34, in Istanbul", "A loud retired fisherman in Hull who swears by brandy")


def made(api: Api, brief: str, *, fingerprinted: bool = True) -> dict[str, Any]:
    persona: dict[str, Any] = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": brief}).json()
    if fingerprinted:
        assert api.call("POST", f"/v1/personas/{persona['id']}/fingerprint", FULL_KEY).status_code == 202
        api.do_jobs()
    return persona


def both(api: Api) -> list[dict[str, Any]]:
    """A persona of each brief, with its fingerprint."""
    return [made(api, brief) for brief in BRIEFS]


def first(api: Api) -> dict[str, Any]:
    """A persona with its fingerprint, alone in its workspace."""
    return made(api, BRIEFS[0])


def first_unheard(api: Api) -> dict[str, Any]:
    """A persona without a fingerprint."""
    return made(api, BRIEFS[0], fingerprinted=False)


def path(persona: dict[str, Any]) -> str:
    return f"/v1/personas/{persona['id']}/distinctiveness"


def test_a_voice_is_compared_with_the_assistant_another_and_all(api: Api) -> None:
    one, other = made_once(api, both)
    alone = api.call("GET", path(one), FULL_KEY, params={"baseline": "assistant"}).json()
    assert alone["verdict"] == "distinct"
    assert alone["interval"][0] <= alone["score"] <= alone["interval"][1]
    named = api.call("GET", path(one), FULL_KEY, params={"baseline": other["id"]}).json()
    every = api.call("GET", path(one), FULL_KEY).json()
    assert named["score"] == every["score"]
    assert [near["persona_id"] for near in every["nearest"]] == [other["id"]]
    assert every["nearest"][0]["name"] == other["surface"]["name"]
    # The fixture's state machine gives both briefs the same layers: a double is found.
    assert named["verdict"] == "too_close"
    assert len(every["nearest"][0]["alike"]) == 3
    published = [item for item in api.stored("outbox") if "persona.voice_too_close" in str(item)]
    assert len(published) == 1
    assert one["id"] in str(published[0])
    found = api.read("/v1/voices")
    assert [voice["persona_id"] for voice in found["voices"]] == [other["id"], one["id"]]
    assert [pair["personas"] for pair in found["twins"]] == [[other["id"], one["id"]]]
    assert found["voices"][0]["nearest"] == one["id"]
    picture = api.call("GET", "/v1/voices/map", FULL_KEY)
    assert picture.headers["content-type"] == "image/svg+xml"
    assert other["surface"]["name"] in picture.text
    assert api.call("GET", "/v1/voices", OTHER_KEY).json()["voices"] == []


def test_a_named_voice_that_is_not_among_the_newest_is_read(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = made_once(api, both)
    among = api.call("GET", path(one), FULL_KEY, params={"baseline": other["id"]}).json()
    monkeypatch.setattr("functions.comparable_voices._MAX_OTHERS", 0)
    alone = api.call("GET", path(one), FULL_KEY, params={"baseline": other["id"]}).json()
    assert (alone["score"], alone["replies"], alone["nearest"]) == (among["score"], among["replies"], [])


def test_a_lone_voice_has_nothing_to_be_compared_with(api: Api) -> None:
    reply = api.call("GET", path(made_once(api, first)), FULL_KEY).json()
    assert (reply["verdict"], reply["score"], reply["interval"], reply["nearest"]) == ("not_measured", None, None, [])


def test_without_a_fingerprint_it_says_what_to_wait_for(api: Api) -> None:
    one, other = made_once(api, first), made(api, BRIEFS[1], fingerprinted=False)
    for persona, baseline in ((other, "workspace"), (one, other["id"])):
        reply = api.call("GET", path(persona), FULL_KEY, params={"baseline": baseline})
        assert (reply.status_code, reply.json()["code"]) == (409, "fingerprint_not_ready")


@pytest.mark.parametrize("baseline", ["everybody", "per_1", "assistant\n", "x" * 500])
def test_an_unknown_baseline_is_refused(api: Api, baseline: str) -> None:
    reply = api.call("GET", path(made_once(api, first_unheard)), FULL_KEY, params={"baseline": baseline})
    assert reply.status_code == 422


def test_another_workspace_s_persona_is_no_baseline(api: Api) -> None:
    one = made_once(api, first)
    foreign = api.call("POST", "/v1/personas", OTHER_KEY, json={"intent": BRIEFS[1]}).json()
    assert api.call("GET", path(one), FULL_KEY, params={"baseline": foreign["id"]}).status_code == 404
