"""Voice, export and import, read back by other people's card readers."""

from __future__ import annotations

import base64
import io
import json
import zlib
from pathlib import Path
from typing import Any

import httpx
import png
import pytest
from forge.helper import extract_card_data
from forge.models import CharacterCardV2, CharacterCardV3

from tests.contract.api.conftest import KEY, OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul — ‘naïve’ e\u0301 🦊\n\tkolay gelsin"}
LAYERS = ("soul", "self", "mask", "surface")
# What an import gives anew; all else must come back as it was.
NEW = {"id", "seed", "run_id", "config_hash", "usage", "imported_from", "created_at", "updated_at", "version", "slug"}
IMPORTABLE = ("json", "card_v2", "card_v3", "card_v2_png", "card_v3_png")


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    made = api.call("POST", "/v1/personas", json=BRIEF).json()
    body: dict[str, Any] = api.call("PATCH", f"/v1/personas/{made['id']}", json={"slug": "deniz"}).json()
    return body


def export(api: Api, persona: dict[str, Any], wanted: str, key: str = KEY) -> httpx.Response:
    reply = api.call("GET", f"/v1/personas/{persona['id']}/export", key=key, params={"format": wanted})
    assert reply.status_code == 200, reply.text
    return reply


def take_in(api: Api, content: bytes, media_type: str = "application/json", key: str = KEY) -> httpx.Response:
    headers = {"Content-Type": media_type}
    return api.call("POST", "/v1/personas/import", key=key, content=content, headers=headers)


def texts_of(image: bytes) -> dict[str, Any]:
    """The cards in a PNG, by a walk over its chunks of the test's own."""
    found, place = {}, 8
    while place < len(image):
        size, kind = int.from_bytes(image[place : place + 4], "big"), image[place + 4 : place + 8]
        if kind == b"tEXt":
            keyword, _, text = image[place + 8 : place + 8 + size].partition(b"\0")
            found[keyword.decode()] = json.loads(base64.b64decode(text))
        place += size + 12
    return found


@pytest.mark.parametrize("wanted", IMPORTABLE)
def test_a_file_brings_back_every_field(api: Api, persona: dict[str, Any], wanted: str) -> None:
    file = export(api, persona, wanted)
    reply = take_in(api, file.content, file.headers["content-type"].partition(";")[0])
    after = reply.json()
    assert reply.status_code == 201, reply.text
    assert {name: after[name] for name in after.keys() - NEW} == {name: persona[name] for name in persona.keys() - NEW}
    assert after["intent"].encode() == BRIEF["intent"].encode()
    for layer in LAYERS:
        assert json.dumps(after[layer]) == json.dumps(persona[layer])
    origin = after["imported_from"]
    assert origin["format"] == wanted.removesuffix("_png")
    assert origin["persona_id"] == persona["id"]
    kept = ("version", "slug", "run_id", "config_hash", "usage", "created_at", "updated_at")
    assert {name: origin[name] for name in kept} == {name: persona[name] for name in kept}
    assert (after["run_id"], after["version"], after["usage"]["cost_usd"], after["seed"]) == (None, 1, 0.0, None)
    assert api.call("GET", reply.headers["location"]).json() == after
    assert len(api.machine.started) == 1, "an import costs nothing"
    [version] = api.call("GET", f"{reply.headers['location']}/versions").json()["data"]
    assert (version["change"], version["run_id"]) == ("imported", None)


def test_a_repeated_import_is_one_persona(api: Api, persona: dict[str, Any]) -> None:
    def sent(file: dict[str, Any]) -> httpx.Response:
        return api.call("POST", "/v1/personas/import", json=file, headers={"Idempotency-Key": "once"})

    first, second = sent(persona), sent(persona)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert len(api.call("GET", "/v1/personas").json()["data"]) == 2
    other = sent({**persona, "intent": "x"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_an_import_is_announced(api: Api, persona: dict[str, Any]) -> None:
    after = take_in(api, export(api, persona, "json").content).json()
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    created = [entry["Detail"]["data"] for entry in entries if entry["DetailType"] == "persona.created"]
    assert next(data for data in created if data["persona_id"] == after["id"]) == {
        "persona_id": after["id"],
        "run_id": None,
        "overall": persona["audit"]["overall"],
        "language": persona["language"],
        "parent_id": None,
        "metadata": {},
    }


def test_an_imported_persona_is_an_ordinary_one(api: Api, persona: dict[str, Any]) -> None:
    after = take_in(api, export(api, persona, "card_v3").content, key=OTHER_KEY).json()
    path = f"/v1/personas/{after['id']}"
    assert (after["workspace_id"], api.call("GET", path).status_code) == ("ws_other", 404)
    assert api.call("PATCH", path, json={"slug": "deniz"}, key=OTHER_KEY).status_code == 200
    refused = api.call("POST", f"{path}/regenerate", json={"from": "mask_build"}, key=OTHER_KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_keep")
    anew = api.call("POST", f"{path}/regenerate", json={"from": "intent_parse"}, key=OTHER_KEY).json()
    assert (anew["version"], anew["imported_from"]["persona_id"]) == (3, persona["id"])
    assert api.call("DELETE", path, key=OTHER_KEY).status_code == 204
    assert not [item for item in api.stored("personas") if "WS#ws_other" in item["pk"]["S"]]


@pytest.mark.parametrize(("wanted", "model"), [("card_v2", CharacterCardV2), ("card_v3", CharacterCardV3)])
def test_another_reader_takes_the_card(api: Api, persona: dict[str, Any], wanted: str, model: Any) -> None:
    card = export(api, persona, wanted).json()
    read = model.model_validate(card).data
    assert read.name == persona["surface"]["name"]
    assert read.first_mes in persona["mask"]["signature_phrases"]
    assert all(phrase in read.mes_example for phrase in persona["mask"]["signature_phrases"])
    assert persona["soul"]["wound"] in read.description
    assert "AI" in read.system_prompt
    assert read.extensions["fourfold"]["persona"]["soul"] == persona["soul"]


def test_the_card_has_the_fields_of_its_specification(api: Api, persona: dict[str, Any]) -> None:
    v2, v3 = export(api, persona, "card_v2").json(), export(api, persona, "card_v3").json()
    assert (v2["spec"], v2["spec_version"]) == ("chara_card_v2", "2.0")
    assert (v3["spec"], v3["spec_version"]) == ("chara_card_v3", "3.0")
    text = {"name", "description", "personality", "scenario", "first_mes", "mes_example", "creator_notes", "creator"}
    text |= {"system_prompt", "post_history_instructions", "character_version"}
    lists = {"alternate_greetings", "tags"}
    for card in (v2, v3):
        assert all(isinstance(card["data"][name], str) for name in text)
        assert all(isinstance(card["data"][name], list) for name in lists)
    assert v2["data"].keys() == text | lists | {"extensions"}
    assert v3["data"].keys() - v2["data"].keys() == {
        "assets",
        "source",
        "group_only_greetings",
        "creation_date",
        "modification_date",
    }


@pytest.mark.parametrize(("wanted", "keywords"), [("card_v2_png", ["chara"]), ("card_v3_png", ["chara", "ccv3"])])
def test_a_picture_carries_the_card_for_other_readers(
    api: Api, persona: dict[str, Any], tmp_path: Path, wanted: str, keywords: list[str]
) -> None:
    image = export(api, persona, wanted).content
    width, height, _, _ = png.Reader(bytes=image).asDirect()
    assert (width, height) == (400, 600)
    assert list(texts_of(image)) == keywords
    path = tmp_path / "card.png"
    path.write_bytes(image)
    read = extract_card_data(path)  # it takes a V2 card for a V3 one with fields missing
    assert read is not None
    assert read.data.name == persona["surface"]["name"]
    assert read.data.extensions["fourfold"]["persona"]["soul"] == persona["soul"]
    if wanted == "card_v3_png":
        cards = texts_of(image)
        assert "loaded as a Character Card V2" in cards["chara"]["data"]["creator_notes"]
        assert cards["ccv3"] == export(api, persona, "card_v3").json()


def test_a_card_has_a_scene_and_a_file_of_before_it_had_one_gets_it(api: Api, persona: dict[str, Any]) -> None:
    card = export(api, persona, "card_v3").json()
    surface = persona["surface"]
    for word in ("{{user}}", "{{char}}", surface["location"], surface["occupation"]):
        assert word in card["data"]["scenario"]
    scene = card["data"]["scenario"]
    card["data"]["scenario"] = ""
    assert export(api, take_in(api, json.dumps(card).encode()).json(), "card_v3").json()["data"]["scenario"] == scene
    card["data"]["scenario"] = "A train, at night."
    again = export(api, take_in(api, json.dumps(card).encode()).json(), "card_v3").json()
    assert again["data"]["scenario"] == "A train, at night."


def test_a_card_shows_replies_of_the_persona_once_there_are_some(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}"
    assert api.call("POST", f"{path}/fingerprint", json={}).status_code == 202
    api.do_jobs()
    shown = export(api, persona, "card_v2").json()["data"]["mes_example"]
    conversations = [part.strip().splitlines() for part in shown.split("<START>") if part.strip()]
    assert len(conversations) == 3
    for said, replied in conversations:
        assert said.startswith("{{user}}: ")
        assert len(replied.removeprefix("{{char}}: ").split()) >= 12


def drawn(*, width: int = 3) -> bytes:
    written = io.BytesIO()
    png.from_array([[0, 255] * width, [255, 0] * width], "L").write(written)
    return written.getvalue()


def test_a_card_takes_the_picture_that_is_sent(api: Api, persona: dict[str, Any]) -> None:
    def in_picture(picture: bytes, key: str = KEY, kind: str = "image/png") -> httpx.Response:
        path = f"/v1/personas/{persona['id']}/export/png"
        return api.call("POST", path, key, content=picture, headers={"Content-Type": kind})

    made = in_picture(drawn())
    assert (made.status_code, made.headers["content-type"]) == (200, "image/png")
    assert "deniz.png" in made.headers["content-disposition"]
    width, height, _, _ = png.Reader(bytes=made.content).asDirect()
    assert (width, height) == (6, 2)
    assert texts_of(made.content)["ccv3"] == export(api, persona, "card_v3").json()
    other = api.call("POST", "/v1/personas", json=BRIEF).json()
    replaced = in_picture(export(api, other, "card_v3_png").content)
    assert texts_of(replaced.content) == texts_of(made.content), "the cards of the picture are replaced"
    assert take_in(api, made.content, "image/png").json()["status"] == persona["status"], "the signature is valid"
    for refused in (b"", b"GIF89a", drawn()[:-20], drawn().replace(b"IDAT", b"IDAX")):
        reply = in_picture(refused)
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "not_png")
    assert in_picture(drawn(), kind="application/json").status_code == 415
    assert in_picture(b"x" * (4 * 1024 * 1024 + 1)).status_code == 413
    assert in_picture(drawn(), key=OTHER_KEY).status_code == 404
    assert in_picture(drawn(), key=READ_KEY).status_code == 200


def test_what_another_tool_put_into_the_card_survives(api: Api, persona: dict[str, Any]) -> None:
    card = export(api, persona, "card_v3").json()
    book = {"extensions": {}, "entries": [{"keys": ["runway"], "content": "six weeks", "use_regex": False}]}
    foreign = {"chub": {"id": 7, "ünïcode": "🦊"}, "depth_prompt": {"depth": 4, "prompt": "…"}}
    card["data"]["extensions"] |= foreign
    card["data"] |= {"character_book": book, "creator": "someone", "tags": ["mine"], "nickname": "Dee", "x_new": [1]}
    card["data"]["description"] = "changed elsewhere"
    after = take_in(api, json.dumps(card).encode()).json()
    again = export(api, after, "card_v3").json()["data"]
    assert {name: again["extensions"][name] for name in foreign} == foreign
    expected = {"character_book": book, "creator": "someone", "tags": ["mine"], "nickname": "Dee", "x_new": [1]}
    assert {name: again[name] for name in expected} == expected
    assert again["description"] != "changed elsewhere", "the persona is what counts"
    assert again["source"] == [*card["data"]["source"], after["id"]], "where it came from is never dropped"
    older = export(api, after, "card_v2").json()["data"]
    assert {name: older["extensions"][name] for name in foreign} == foreign
    assert "nickname" not in older


def test_a_file_has_a_name_and_a_type(api: Api, persona: dict[str, Any]) -> None:
    api.call("PATCH", f"/v1/personas/{persona['id']}", json={"slug": None})
    names = {wanted: export(api, persona, wanted) for wanted in (*IMPORTABLE, "markdown")}
    assert {wanted: reply.headers["content-type"].partition(";")[0] for wanted, reply in names.items()} == {
        "json": "application/json",
        "card_v2": "application/json",
        "card_v3": "application/json",
        "card_v2_png": "image/png",
        "card_v3_png": "image/png",
        "markdown": "text/markdown",
    }
    assert names["card_v3_png"].headers["content-disposition"] == (
        "attachment; filename=\"Deniz-Aksoy.png\"; filename*=UTF-8''Deniz%20Aksoy.png"
    )
    assert export(api, persona, "card_v3_png").content == names["card_v3_png"].content, "the same each time"
    text = names["markdown"].text
    assert text.startswith("# Deniz Aksoy\n")
    assert all(persona["soul"][part] in text for part in persona["soul"])
    assert api.call("GET", f"/v1/personas/{persona['id']}/export").content == names["json"].content


def test_a_file_tells_nothing_of_the_workspace(api: Api, persona: dict[str, Any]) -> None:
    for wanted in ("json", "card_v2", "card_v3", "markdown"):
        assert "ws_one" not in export(api, persona, wanted).text


def _foreign_card() -> dict[str, Any]:
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Seraphina", "extensions": {}}}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (lambda _: _foreign_card(), "card_without_persona", "/data/extensions/fourfold"),
        (lambda _: {"spec": "chara_card_v2"}, "card_without_persona", "/data/extensions/fourfold"),
        (lambda _: {"spec": "lorebook_v3", "data": {}}, "invalid_request", "/spec"),
        (lambda _: {}, "invalid_request", "/spec"),
        (lambda file: {**file, "data": 3}, "invalid_request", "/data"),
        (lambda file: {**file, "data": {**file["data"], "soul": None}}, "invalid_request", "/data/soul"),
        (lambda file: {**file, "data": {**file["data"], "intent": ""}}, "invalid_request", "/data/intent"),
        (lambda file: {**file, "data": {**file["data"], "intent": "x" * 4001}}, "invalid_request", "/data/intent"),
        (lambda file: {**file, "data": {**file["data"], "intent": "\ud800"}}, "invalid_request", ""),
    ],
)
def test_a_bad_file_is_refused_where_it_is_bad(
    api: Api, persona: dict[str, Any], change: Any, code: str, pointer: str
) -> None:
    before = api.stored("personas")
    file = change(export(api, persona, "json").json())
    reply = take_in(api, json.dumps(file).encode())
    assert (reply.status_code, reply.json()["code"]) == (422, code)
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert api.stored("personas") == before


def test_a_picture_without_a_card_is_refused(api: Api, persona: dict[str, Any]) -> None:
    drawn = io.BytesIO()
    png.from_array([[0, 255], [255, 0]], "L").write(drawn)
    whole = export(api, persona, "card_v3_png").content
    damaged = whole.replace(b"ccv3", b"ccvX")
    for content in (b"", b"GIF89a", drawn.getvalue(), whole[:-100], damaged, whole[:60]):
        reply = take_in(api, content, "image/png")
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["code"] == "no_card"


def test_a_file_of_another_kind_or_size_is_refused(api: Api) -> None:
    assert take_in(api, b"{}", "text/plain").status_code == 415
    assert take_in(api, b"{", "application/json").status_code == 400
    assert take_in(api, b"x" * (4 * 1024 * 1024 + 1), "image/png").status_code == 413
    assert take_in(api, b"x" * (64 * 1024 + 1), "image/png").status_code == 422


def test_a_persona_as_the_api_answers_it_can_be_imported(api: Api, persona: dict[str, Any]) -> None:
    after = take_in(api, json.dumps(persona).encode()).json()
    assert after["soul"] == persona["soul"]
    bad = {**persona, "mask": {**persona["mask"], "tone": ""}}
    assert take_in(api, json.dumps(bad).encode()).json()["errors"][0]["pointer"] == "/mask/tone"


def test_the_voice_can_be_pasted_anywhere(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}/voice"
    voice = api.call("GET", path).json()
    assert voice["example_lines"] == persona["mask"]["signature_phrases"]
    for text in (*persona["soul"].values(), *persona["mask"]["vocabulary"], persona["surface"]["name"]):
        assert text in voice["system_prompt"]
    for kind in ("text/plain", "text/markdown"):
        reply = api.call("GET", path, headers={"Accept": kind})
        assert reply.headers["content-type"].startswith(kind)
        assert reply.text == voice["system_prompt"]
    # What axios sends where nothing is asked for.
    assert api.call("GET", path, headers={"Accept": "application/json, text/plain, */*"}).json() == voice


@pytest.mark.parametrize("what", ["voice", "export"])
def test_only_a_written_persona_of_ones_own_is_told(api: Api, persona: dict[str, Any], what: str) -> None:
    path = f"/v1/personas/{persona['id']}/{what}"
    assert api.call("GET", path, key=READ_KEY).status_code == 200
    assert api.call("GET", path, key=OTHER_KEY).status_code == 404
    assert api.call("GET", path, key=None).status_code == 401
    assert api.call("GET", f"/v1/personas/per_nobody/{what}").status_code == 404
    api.machine.fate = "silent"
    made = api.call("POST", "/v1/personas", json=BRIEF, headers={"Prefer": "respond-async"}).json()
    refused = api.call("GET", f"/v1/personas/{made['persona_id']}/{what}")
    assert (refused.status_code, refused.json()["code"]) == (409, "persona_not_written")


def test_each_format_has_an_operation_of_its_own_for_typed_clients(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}"
    for address, wanted in (("export/markdown", "markdown"), ("export/png", "card_v3_png")):
        reply = api.call("GET", f"{path}/{address}")
        assert (reply.status_code, reply.content) == (200, export(api, persona, wanted).content)
    prompt = api.call("GET", f"{path}/voice/system-prompt")
    assert prompt.headers["content-type"] == "text/plain; charset=utf-8"
    assert prompt.text == api.call("GET", f"{path}/voice").json()["system_prompt"]
    for address in ("export/markdown", "export/png", "voice/system-prompt"):
        assert api.call("GET", f"{path}/{address}", key=OTHER_KEY).status_code == 404


@pytest.mark.parametrize("file", sorted((Path(__file__).parent / "cards").iterdir()), ids=lambda file: file.name)
def test_cards_are_read_as_other_applications_write_them(api: Api, file: Path) -> None:
    """Compressed and international text chunks, byte order marks, wrapped base64, a broken card beside a good one."""
    media_type = "image/png" if file.suffix == ".png" else "application/json"
    reply = take_in(api, file.read_bytes(), media_type)
    assert reply.status_code == 201, reply.text
    origin = reply.json()["imported_from"]
    assert bool(origin["ignored"]) == ("unknown_field" in file.name)
    tags = export(api, reply.json(), "card_v3").json()["data"]["tags"]
    assert all(isinstance(tag, str) for tag in tags)


def test_a_compressed_card_that_unpacks_to_much_is_refused(api: Api) -> None:
    bomb = b"ccv3\0\0" + zlib.compress(b" " * 200_000_000, 9)
    written = io.BytesIO()
    png.write_chunks(written, [(b"zTXt", bomb), (b"IEND", b"")])
    reply = take_in(api, written.getvalue(), "image/png")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "no_card")
