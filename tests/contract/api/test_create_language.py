"""The language of a new persona: what the request asks for, in every prompt, in the layers and in `/voice`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.pipeline.new_run import PersonaChoices
from fourfold_offline.mask.native_lines import lines_in
from tests.builders import ALL_STEPS, written_offline
from tests.contract.api.conftest import FULL_KEY, Api, Live

BERGEN = "A shy baker, 41, in Bergen, who lost the family shop"


def created(api: Api, **fields: Any) -> dict[str, Any]:
    made = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": BERGEN, **fields})
    assert made.status_code == 201, made.text
    persona: dict[str, Any] = made.json()
    return persona


def test_the_language_of_the_request_is_the_personas_and_reaches_every_prompt(api: Api) -> None:
    persona = created(api, language="DE_at")
    assert persona["language"] == "de-AT", "the scripted model answered with tr"
    assert api.run(persona["run_id"]).language == "de-AT"
    state = api.machine.started[-1][1]
    for step in ALL_STEPS:
        request = step.request(state)
        assert request.block("asked") == {"language": "de-AT"}
        assert "asked piece" in request.task
    voice = api.call("GET", f"/v1/personas/{persona['id']}/voice", FULL_KEY).json()
    assert "You speak German (BCP 47 `de-AT`). Write every answer in it" in voice["system_prompt"]
    assert [each["id"] for each in listed(api, "de")] == [persona["id"]]
    assert listed(api, "tr") == []


def listed(api: Api, language: str) -> list[dict[str, Any]]:
    page: list[dict[str, Any]] = api.call("GET", "/v1/personas", FULL_KEY, params={"language": language}).json()["data"]
    return page


def test_it_stays_when_the_brief_is_read_again(api: Api) -> None:
    persona = created(api, language="de")
    path = f"/v1/personas/{persona['id']}/regenerate"
    again = api.call("POST", path, FULL_KEY, json={"from": "intent_parse"})
    assert (again.status_code, again.json()["language"]) == (200, "de")


@pytest.mark.parametrize("bad", ["xx-!!", "german", "", "e", 7, ["de"], "de" * 4000])
def test_what_is_no_language_is_refused_before_anything_is_spent(api: Api, bad: object) -> None:
    refused = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": BERGEN, "language": bad})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/language"]
    assert api.nothing_happened()


def test_the_command_sends_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    made = CliRunner().invoke(command_line, ["create", BERGEN, "--language", "fr", "--json"])
    assert (made.exit_code, json.loads(made.stdout)["language"]) == (0, "fr")


@pytest.mark.parametrize(
    ("brief", "asked", "spoken"),
    [
        (BERGEN, None, "en"),
        (f"{BERGEN} and speaks only German", None, "de"),
        ("A German-speaking nurse in Istanbul, 52", None, "de"),
        ("A nurse in Izmir who speaks French to her cat", None, "en"),
        ("İzmir'de utangaç bir fırıncı, 41", None, "tr"),
        (BERGEN, "tr", "tr"),
        ("İzmir'de utangaç bir fırıncı, 41", "en", "en"),
        (f"{BERGEN} and speaks only German", "fr-CA", "fr"),
    ],
)
def test_the_offline_composer_writes_lines_in_the_language(brief: str, asked: str | None, spoken: str) -> None:
    after = written_offline(brief, choices=PersonaChoices(asked))
    assert after.language == (asked or spoken)
    assert after.draft.mask is not None
    bank = lines_in(spoken)
    known = (
        set[str]() if bank is None else {line for lines in (bank.echoes, *bank.by_temper().values()) for line in lines}
    )
    in_the_bank = sum(phrase in known for phrase in after.draft.mask.signature_phrases)
    assert in_the_bank >= 2 if bank is not None else in_the_bank == 0
